import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";

import { createRun } from "../../api/agents";
import { ApiError, errorMessage, newIdempotencyKey } from "../../api/client";
import { applyQueue, applyRun } from "../../api/live";
import { queueQuery } from "../../api/queries";
import { addQueued, resumeQueue } from "../../api/queue";
import { refetchQueue } from "../../api/queue-changes";
import { appended } from "../../api/queue-pages";
import type { Agent, CreateRun } from "../../api/types";
import { isLive } from "../../api/types";
import { showToast } from "../../stores/toasts";
import type { Conversation } from "../../streams/conversation";

/** A prompt that the chat's budget has no room for. */
export interface Refusal {
  message: string;
  /** What was to be sent by an action; a prompt that was written stands where it was written. */
  again?: () => Promise<boolean>;
}

export interface Sending {
  /** What was written: it starts now, or waits behind the run and the prompts before it. */
  send(text: string): Promise<boolean>;
  /** Starts now, before what waits; then that goes on. */
  start(text: string, more?: Omit<CreateRun, "prompt" | "whenBusy">): Promise<boolean>;
  refusal: Refusal | undefined;
  forgetRefusal(): void;
}

export function useSend(agent: Agent, conversation: Conversation): Sending {
  const client = useQueryClient();
  const [refusal, setRefusal] = useState<Refusal>();
  // What is written fast arrives in the order in which it was written.
  const last = useRef<Promise<unknown>>(Promise.resolve());
  // Sent, but whether it arrived is not known: sent again, it is still the same prompt.
  const unanswered = useRef<{ body: string; key: string }>(undefined);
  const waits = (agent.queue?.total ?? 0) > 0;

  const attempt = async (action: () => Promise<unknown>, again?: Refusal["again"]): Promise<boolean> => {
    try {
      await action();
      setRefusal(undefined);
      return true;
    } catch (error) {
      conversation.sending(undefined);
      if (error instanceof ApiError && error.code === "chat_limit_reached") setRefusal({ message: error.message, again });
      else showToast({ message: errorMessage(error), tone: "error" });
      return false;
    }
  };
  const create = async (text: string, more: Omit<CreateRun, "prompt">) => {
    const prompt = { prompt: { text }, ...more };
    const body = JSON.stringify(prompt);
    const key = unanswered.current?.body === body ? unanswered.current.key : newIdempotencyKey();
    unanswered.current = { body, key };
    const { run, queued } = await createRun(agent.id, prompt, key).catch((error: unknown) => {
      if (error instanceof ApiError && error.status > 0) unanswered.current = undefined;
      throw error;
    });
    unanswered.current = undefined;
    if (run) {
      applyRun(client, run);
      conversation.began(run, text);
    } else {
      conversation.sending(undefined);
      client.setQueryData(queueQuery(agent.id).queryKey, (pages) => pages && appended(pages, queued));
      refetchQueue(client, agent.id);
    }
  };
  const start: Sending["start"] = (text, more = {}) =>
    attempt(
      async () => {
        if (!waits) {
          conversation.sending(text);
          return create(text, more);
        }
        await addQueued(agent.id, { prompt: { text }, ...more, position: 0 });
        const queue = await resumeQueue(agent.id);
        applyQueue(client, agent.id, queue);
      },
      () => start(text, more),
    );
  const send: Sending["send"] = (text) => {
    if (!isLive(agent.latestRun) && !waits) conversation.sending(text);
    const sent = last.current.then(() => attempt(() => create(text, { whenBusy: "queue" })));
    last.current = sent;
    return sent;
  };
  return { send, start, refusal, forgetRefusal: () => setRefusal(undefined) };
}
