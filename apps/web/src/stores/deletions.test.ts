import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { deletedAgents, deleteWithUndo, flushDeletions, undo, UNDO_MS } from "./deletions";
import { toasts } from "./toasts";

beforeEach(() => {
  vi.useFakeTimers();
  toasts.set([]);
});
afterEach(() => {
  flushDeletions();
  vi.useRealTimers();
});

it("hides at once and deletes when the time to undo has passed", () => {
  const commit = vi.fn(() => Promise.resolve());
  deleteWithUndo({ id: "a", name: "Chat" }, commit);
  expect(deletedAgents.get().has("a")).toBe(true);
  vi.advanceTimersByTime(UNDO_MS - 1);
  expect(commit).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(commit).toHaveBeenCalledOnce();
  expect(deletedAgents.get().has("a")).toBe(true);
});

it("undo shows it again and deletes nothing", () => {
  const commit = vi.fn(() => Promise.resolve());
  deleteWithUndo({ id: "b", name: "Chat" }, commit);
  toasts.get().at(-1)?.action?.run();
  expect(deletedAgents.get().has("b")).toBe(false);
  vi.advanceTimersByTime(UNDO_MS * 2);
  expect(commit).not.toHaveBeenCalled();
  undo("b");
});

it("leaving the page deletes at once, by a request that outlives it", () => {
  const commit = vi.fn(() => Promise.resolve());
  deleteWithUndo({ id: "c", name: "Chat" }, commit);
  window.dispatchEvent(new Event("pagehide"));
  expect(commit).toHaveBeenCalledExactlyOnceWith({ keepalive: true });
  vi.advanceTimersByTime(UNDO_MS * 2);
  expect(commit).toHaveBeenCalledOnce();
});

it("a refusal of the server shows it again and says why", async () => {
  deleteWithUndo({ id: "d", name: "Chat" }, () => Promise.reject(new Error("The disk is full.")));
  await vi.advanceTimersByTimeAsync(UNDO_MS);
  expect(deletedAgents.get().has("d")).toBe(false);
  expect(toasts.get().at(-1)).toMatchObject({ message: "The disk is full.", tone: "error" });
});
