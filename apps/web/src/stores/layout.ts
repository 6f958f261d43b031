import { createStore } from "./external";

/** Whether the list of chats is shown as a sheet, on narrow screens. */
export const sheetOpen = createStore(false);

/** Dialogs that any part of the page may open. */
export type OpenDialog = { name: "shortcuts" } | { name: "cursor-login" } | { name: "terminal"; command: string } | undefined;
export const openDialog = createStore<OpenDialog>(undefined);
