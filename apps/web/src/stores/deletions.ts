/**
 * Deleting with undo: a chat is hidden at once, and deleted on the server when the time to undo
 * has passed, or when the page is left.
 */
import { createStore } from "./external";
import { showToast } from "./toasts";

export const UNDO_MS = 8_000;

/** The chats that are hidden. One stays hidden after it was deleted, until the server's event removes it. */
export const deletedAgents = createStore<ReadonlySet<string>>(new Set());

interface Deletion {
  timer: ReturnType<typeof setTimeout>;
  commit(options: { keepalive?: boolean }): Promise<unknown>;
}

const pending = new Map<string, Deletion>();

export function deleteWithUndo(agent: { id: string; name: string }, commit: Deletion["commit"]): void {
  if (pending.has(agent.id)) return;
  deletedAgents.set((ids) => new Set(ids).add(agent.id));
  const timer = setTimeout(() => finish(agent.id, {}), UNDO_MS);
  pending.set(agent.id, { timer, commit });
  showToast({ message: `Deleted “${agent.name}”`, ms: UNDO_MS, action: { label: "Undo", run: () => undo(agent.id) } });
}

export function undo(id: string): void {
  const deletion = pending.get(id);
  if (!deletion) return;
  clearTimeout(deletion.timer);
  pending.delete(id);
  show(id);
}

/** What is still to be deleted is deleted now. */
export function flushDeletions(): void {
  for (const id of pending.keys()) finish(id, { keepalive: true });
}

function finish(id: string, options: { keepalive?: boolean }): void {
  const deletion = pending.get(id);
  if (!deletion) return;
  clearTimeout(deletion.timer);
  pending.delete(id);
  deletion.commit(options).catch((error: unknown) => {
    show(id);
    showToast({ message: error instanceof Error ? error.message : "The chat could not be deleted.", tone: "error" });
  });
}

function show(id: string): void {
  deletedAgents.set((ids) => {
    const rest = new Set(ids);
    rest.delete(id);
    return rest;
  });
}

addEventListener("pagehide", flushDeletions);
