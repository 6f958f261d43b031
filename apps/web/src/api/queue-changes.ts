/**
 * Changes of a queue that is shown: each is seen at once and sent in the order in which they were
 * made. What the server says meanwhile is between two changes, so it is fetched when all are made;
 * and however fast a queue changes, it is fetched a few times a second.
 */
import type { QueryClient } from "@tanstack/react-query";

import type { QueuePages } from "./queue-pages";

const FETCH_EVERY_MS = 250;

interface Work {
  pending: number;
  last: Promise<unknown>;
  timer?: ReturnType<typeof setTimeout>;
  /** It changed since it was fetched. */
  due: boolean;
}

const works = new Map<string, Work>();

function workOf(agentId: string): Work {
  let work = works.get(agentId);
  if (!work) works.set(agentId, (work = { pending: 0, last: Promise.resolve(), due: false }));
  return work;
}

/** Fetches the queue again, if it is shown. */
export function refetchQueue(client: QueryClient, agentId: string): void {
  const work = workOf(agentId);
  if (work.pending > 0 || work.timer !== undefined) {
    work.due = true;
    return;
  }
  const queryKey = ["queue", agentId];
  const pages = client.getQueryData<QueuePages>(queryKey)?.pages.length ?? 1;
  // The first fetch goes on, whatever comes meanwhile, and may tell of before: it is followed by another.
  work.due = client.isFetching({ queryKey, predicate: ({ state }) => state.data === undefined }) > 0;
  if (!work.due) void client.invalidateQueries({ queryKey });
  // All pages that were loaded are fetched anew, one after the other.
  work.timer = setTimeout(() => {
    work.timer = undefined;
    if (work.due) refetchQueue(client, agentId);
  }, FETCH_EVERY_MS * pages);
}

/** Shows a change and sends it; rejects with what the server said, after which the queue is as it is there. */
export async function changeQueue<T>(client: QueryClient, agentId: string, shown: (pages: QueuePages) => QueuePages, send: () => Promise<T>): Promise<T> {
  const work = workOf(agentId);
  work.pending += 1;
  const key = ["queue", agentId];
  // An answer that is on its way was made before this change.
  void client.cancelQueries({ queryKey: key });
  client.setQueryData<QueuePages>(key, (pages) => pages && shown(pages));
  const sent = work.last.then(send, send);
  work.last = sent;
  try {
    return await sent;
  } finally {
    work.pending -= 1;
    if (work.pending === 0) refetchQueue(client, agentId);
  }
}
