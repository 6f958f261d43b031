import { describe, expect, it } from "vitest";

import { appended, edited, emptied, loadedPrompts, moved, queueState, type QueuePages, removed, withPaused } from "./queue-pages";
import type { QueuedPrompt } from "./types";

const NOW = "2026-11-22T12:00:00Z";
function prompt(id: string): QueuedPrompt {
  return { id, agentId: "bc-1", prompt: { text: id }, createdAt: NOW, updatedAt: NOW };
}
/** Each text is a page, each letter a prompt. */
function pages(total: number, ...texts: string[]): QueuePages {
  return { pages: texts.map((text) => ({ items: [...text].map(prompt), total })), pageParams: texts.map(() => undefined) };
}
const order = (queue: QueuePages) => loadedPrompts(queue).map(({ id }) => id).join("");
const total = (queue: QueuePages) => queueState(queue).total;

describe("the pages of a queue", () => {
  it("are one list, in which no prompt stands twice", () => {
    expect(order(pages(5, "abc", "cde"))).toBe("abcde");
    expect(loadedPrompts(undefined)).toEqual([]);
    expect(queueState(undefined)).toEqual({ total: 0, paused: undefined });
  });

  it("change a prompt where it stands", () => {
    const queue = edited(pages(4, "ab", "cd"), "c", "new");
    expect(loadedPrompts(queue).map((item) => item.prompt.text)).toEqual(["a", "b", "new", "d"]);
    expect(queue.pages.map((page) => page.items.length)).toEqual([2, 2]);
  });

  it("lose a prompt, once", () => {
    const queue = removed(pages(4, "ab", "cd"), "b");
    expect(order(queue)).toBe("acd");
    expect(total(queue)).toBe(3);
    expect(total(removed(queue, "b"))).toBe(3);
  });

  it("move a prompt to where it stands then", () => {
    expect(order(moved(pages(4, "ab", "cd"), "d", 0))).toBe("dabc");
    expect(order(moved(pages(4, "ab", "cd"), "a", 2))).toBe("bcad");
    expect(order(moved(pages(4, "ab", "cd"), "a", 3))).toBe("bcda");
    expect(order(moved(pages(4, "ab", "cd"), "gone", 0))).toBe("abcd");
  });

  it("lose sight of a prompt that moves behind what was loaded", () => {
    const queue = moved(pages(100, "abcd"), "b", 99);
    expect(order(queue)).toBe("acd");
    expect(total(queue)).toBe(100);
  });

  it("take in a prompt at the end, where that can be seen", () => {
    expect(order(appended(pages(2, "ab"), prompt("c")))).toBe("abc");
    expect(order(appended(pages(50, "ab"), prompt("c")))).toBe("ab");
    expect(total(appended(pages(50, "ab"), prompt("c")))).toBe(51);
    expect(total(appended(pages(2, "ab"), prompt("a")))).toBe(2);
  });

  it("are emptied, paused, and go on", () => {
    expect(total(emptied(pages(9, "ab", "cd")))).toBe(0);
    const paused = { reason: "by_user", message: "Paused.", at: NOW } as const;
    expect(queueState(withPaused(pages(4, "ab", "cd"), paused)).paused).toEqual(paused);
    expect(queueState(withPaused(withPaused(pages(2, "ab"), paused), undefined)).paused).toBeUndefined();
  });
});
