/** The pages of a queue that were loaded, as one list that can be changed. */
import type { InfiniteData } from "@tanstack/react-query";

import type { Queue, QueuedPrompt, QueueState } from "./types";

export type QueuePages = InfiniteData<Queue>;

/** The prompts that were loaded, the next to start first. Pages fetched while the queue moved may overlap. */
export function loadedPrompts(pages: QueuePages | undefined): QueuedPrompt[] {
  const items = new Map<string, QueuedPrompt>();
  for (const page of pages?.pages ?? []) for (const item of page.items) if (!items.has(item.id)) items.set(item.id, item);
  return [...items.values()];
}

/** The latest page knows best how many there are. */
export function queueState(pages: QueuePages | undefined): QueueState {
  const last = pages?.pages.at(-1);
  return { total: last?.total ?? 0, paused: last?.paused };
}

export function edited(pages: QueuePages, id: string, text: string): QueuePages {
  return relaid(pages, loadedPrompts(pages).map((item) => (item.id === id ? { ...item, prompt: { text } } : item)), queueState(pages).total);
}

export function removed(pages: QueuePages, id: string): QueuePages {
  const items = loadedPrompts(pages);
  const rest = items.filter((item) => item.id !== id);
  return relaid(pages, rest, queueState(pages).total - (items.length - rest.length));
}

export function appended(pages: QueuePages, prompt: QueuedPrompt): QueuePages {
  const items = loadedPrompts(pages);
  const { total } = queueState(pages);
  if (items.some(({ id }) => id === prompt.id)) return pages;
  return relaid(pages, placed(items, prompt, total, total), total + 1);
}

export function moved(pages: QueuePages, id: string, position: number): QueuePages {
  const items = loadedPrompts(pages);
  const item = items.find((other) => other.id === id);
  if (!item) return pages;
  const { total } = queueState(pages);
  return relaid(pages, placed(items.filter((other) => other !== item), item, position, total - 1), total);
}

export function emptied(pages: QueuePages): QueuePages {
  return relaid(pages, [], 0);
}

export function withPaused(pages: QueuePages, paused: QueueState["paused"]): QueuePages {
  return { ...pages, pages: pages.pages.map((page) => ({ ...page, paused })) };
}

/** Among those loaded; what belongs behind them is among those that are not. */
function placed(items: QueuedPrompt[], item: QueuedPrompt, position: number, others: number): QueuedPrompt[] {
  if (position >= items.length && others > items.length) return items;
  return items.toSpliced(position, 0, item);
}

function relaid(pages: QueuePages, items: QueuedPrompt[], total: number): QueuePages {
  let from = 0;
  return {
    ...pages,
    pages: pages.pages.map((page, number) => {
      const to = number === pages.pages.length - 1 ? items.length : from + page.items.length;
      const mine = items.slice(from, to);
      from = to;
      return { ...page, items: mine, total };
    }),
  };
}
