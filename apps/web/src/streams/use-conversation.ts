import { useEffect, useSyncExternalStore } from "react";

import { listSteps } from "../api/agents";
import { Conversation, type ConversationState } from "./conversation";
import { link } from "./link";

/** Chats looked at lately stay, so that going back shows them at once. */
const KEPT = 8;
const conversations = new Map<string, Conversation>();

export function conversationOf(agentId: string): Conversation {
  let conversation = conversations.get(agentId);
  if (conversation) {
    conversations.delete(agentId);
  } else {
    conversation = new Conversation(agentId, {
      listSteps,
      watch: (runId, from) => link.watch(runId, from),
      unwatch: (runId) => link.unwatch(runId),
      onRun: (listener) => link.onRun(listener),
      onState: (listener) => link.onState(listener),
      schedule: beforeNextFrame,
    });
  }
  conversations.set(agentId, conversation);
  const oldest = conversations.keys().next().value;
  if (conversations.size > KEPT && oldest !== undefined) conversations.delete(oldest);
  return conversation;
}

export function useConversation(agentId: string): [Conversation, ConversationState] {
  const conversation = conversationOf(agentId);
  useEffect(() => conversation.open(), [conversation]);
  return [conversation, useSyncExternalStore(conversation.subscribe, conversation.getState)];
}

/** What showing the last change cost, painting included, in milliseconds. */
let cost = 0;
const CHEAP_MS = 24;

/**
 * Calls before the next frame; later where changes are dear to show (a paragraph of 100 kB that
 * grows), so that two thirds of the time are left for the reader. Hidden pages get no frames, but
 * must not let events pile up.
 */
function beforeNextFrame(callback: () => void): void {
  if (document.hidden) {
    setTimeout(callback, 200);
    return;
  }
  const onFrame = () => {
    const began = performance.now();
    callback();
    setTimeout(() => (cost = performance.now() - began));
  };
  if (cost <= CHEAP_MS) requestAnimationFrame(onFrame);
  else setTimeout(() => requestAnimationFrame(onFrame), Math.min(cost * 2, 1_000));
}
