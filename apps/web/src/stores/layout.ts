import { createKeptStore, createStore } from "./external";

/** Whether the list of chats is shown as a sheet, on narrow screens. */
export const sheetOpen = createStore(false);

/** What the page in sight is called, for the title of its tab. */
export const pageTitle = createStore<string | undefined>(undefined);

/** Dialogs that any part of the page may open. */
export type OpenDialog = { name: "shortcuts" } | { name: "cursor-login" } | { name: "terminal"; command: string } | { name: "chat-limits" | "workspace" | "checkpoints"; agentId: string } | undefined;
export const openDialog = createStore<OpenDialog>(undefined);

/** How a chat's files and changes are looked at: kept, as a matter of taste. */
export const diffLayout = createKeptStore<"unified" | "split">("diff-layout", "unified");
export const treeShown = createKeptStore("tree-shown", true);
/** Whether the chat stands beside them, where there is room. */
export const chatBeside = createKeptStore("chat-beside", true);
