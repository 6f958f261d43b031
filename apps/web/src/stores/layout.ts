import { createStore } from "./external";

/** Whether the list of chats is shown as a sheet, on narrow screens. */
export const sheetOpen = createStore(false);

/** What the page in sight is called, for the title of its tab. */
export const pageTitle = createStore<string | undefined>(undefined);

/** Dialogs that any part of the page may open. */
export type OpenDialog = { name: "shortcuts" } | { name: "cursor-login" } | { name: "terminal"; command: string } | { name: "chat-limits"; agentId: string } | undefined;
export const openDialog = createStore<OpenDialog>(undefined);
