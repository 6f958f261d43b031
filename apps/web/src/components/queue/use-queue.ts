import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";

import { errorMessage } from "../../api/client";
import { applyQueue, applyRun } from "../../api/live";
import { queueQuery } from "../../api/queries";
import { addQueued, clearQueue, deleteQueued, patchQueued, pauseQueue, resumeQueue, sendQueued } from "../../api/queue";
import { changeQueue } from "../../api/queue-changes";
import { edited, emptied, loadedPrompts, moved, queueState, type QueuePages, removed, withPaused } from "../../api/queue-pages";
import type { QueuedPrompt } from "../../api/types";
import { showToast } from "../../stores/toasts";

/** What can be done to the queue of a chat; false, and the server's words in a message, where it refused. */
export interface QueueActions {
  add(text: string): Promise<boolean>;
  edit(id: string, text: string): Promise<boolean>;
  move(id: string, position: number): void;
  /** Can be undone. */
  remove(item: QueuedPrompt, position: number): void;
  clear(): void;
  send(id: string): void;
  pause(): void;
  resume(): void;
}

export function useQueue(agentId: string) {
  const client = useQueryClient();
  const query = useInfiniteQuery(queueQuery(agentId));
  const items = useMemo(() => loadedPrompts(query.data), [query.data]);
  const actions = useMemo((): QueueActions => {
    const change = async <T>(shown: (pages: QueuePages) => QueuePages, send: () => Promise<T>, done?: (answer: T) => void): Promise<boolean> => {
      try {
        const answer = await changeQueue(client, agentId, shown, send);
        done?.(answer);
        return true;
      } catch (error) {
        showToast({ message: errorMessage(error), tone: "error" });
        return false;
      }
    };
    const unchanged = (pages: QueuePages) => pages;
    const putBack = ({ id: _id, agentId: _agentId, createdAt: _createdAt, updatedAt: _updatedAt, ...prompt }: QueuedPrompt, position: number) =>
      void change(unchanged, () => addQueued(agentId, { ...prompt, position }));
    return {
      add: (text) => change(unchanged, () => addQueued(agentId, { prompt: { text } })),
      edit: (id, text) => change((pages) => edited(pages, id, text), () => patchQueued(agentId, id, { prompt: { text } })),
      move: (id, position) => void change((pages) => moved(pages, id, position), () => patchQueued(agentId, id, { position })),
      remove: (item, position) =>
        void change(
          (pages) => removed(pages, item.id),
          () => deleteQueued(agentId, item.id),
          () => showToast({ message: "Deleted a waiting prompt", action: { label: "Undo", run: () => putBack(item, position) } }),
        ),
      clear: () => void change(emptied, () => clearQueue(agentId), () => applyQueue(client, agentId, { total: 0 })),
      send: (id) => void change((pages) => removed(pages, id), () => sendQueued(agentId, id), ({ run }) => applyRun(client, run)),
      pause: () => void change(unchanged, () => pauseQueue(agentId), (queue) => applyQueue(client, agentId, queue)),
      resume: () => void change((pages) => withPaused(pages, undefined), () => resumeQueue(agentId), (queue) => applyQueue(client, agentId, queue)),
    };
  }, [client, agentId]);
  return {
    ...queueState(query.data),
    items,
    error: query.error,
    loadingMore: query.isFetchingNextPage,
    hasMore: query.hasNextPage,
    loadMore: () => void query.fetchNextPage(),
    actions,
  };
}
