/**
 * Events become steps, by the rule of docs/api.md ("Steps"), which the server goes by too: the
 * same events make the same steps with the same ids. A fold begins with the steps that were
 * fetched and takes the events after `lastEventId`, so it neither misses nor doubles anything,
 * however often a stream is opened anew.
 */
import type { Step, TextStep, ToolCallStep } from "../api/types";
import { compareEventIds, parseEventId } from "./event-id";
import type { RunEvent } from "./events";

/** A step holds this many bytes of a text; the rest is to be had as its content. */
export const INLINE_BYTES = 256 * 1024;

export interface RunFold {
  agentId: string;
  runId: string;
  lastEventId?: string;
  /** The steps of this run that are known, in the order in which they began. */
  steps: readonly Step[];
  nextOrdinal: number;
  /** Index in `steps` of the text that grows. */
  openText?: number;
  /** True after `result`: the agent has answered, its program has yet to end. */
  finishing: boolean;
  /** True after `done`. */
  ended: boolean;
  /** True when an event cannot be placed with what is known: the steps must be fetched again. */
  stale: boolean;
}

export function stepOrdinal(id: string): number {
  return Number(id.slice(id.lastIndexOf("-") + 1));
}

export function stepId(runId: string, ordinal: number): string {
  return `step-${runId.replace(/^run-/, "")}-${ordinal}`;
}

export function isOpen(step: Step): boolean {
  return step.endedAt === undefined;
}

/** Begins with fetched steps of one run, oldest first, as they stand after `lastEventId`. */
export function startFold(agentId: string, runId: string, steps: readonly Step[], lastEventId?: string): RunFold {
  const highest = steps.reduce((max, step) => Math.max(max, stepOrdinal(step.id)), 0);
  const last = steps.length - 1;
  const open = steps[last] && isText(steps[last]) && isOpen(steps[last]);
  return { agentId, runId, lastEventId, steps, nextOrdinal: highest + 1, openText: open ? last : undefined, finishing: false, ended: false, stale: false };
}

/** Puts older steps of the same run, fetched later, before those known. */
export function prependSteps(fold: RunFold, older: readonly Step[]): RunFold {
  if (older.length === 0) return fold;
  return {
    ...fold,
    steps: [...older, ...fold.steps],
    openText: fold.openText === undefined ? undefined : fold.openText + older.length,
  };
}

/** Takes events in the order in which they came; one that does not tell its time gets `now`. */
export function applyEvents(fold: RunFold, events: readonly RunEvent[], now: string): RunFold {
  const draft: Draft = { ...fold, steps: [...fold.steps] };
  let changed = false;
  for (const event of events) {
    if (event.runId !== fold.runId || draft.stale) continue;
    if (!advance(draft, event.eventId)) {
      // The steps do not tell that the agent has answered.
      if (event.event === "result" && !draft.finishing) {
        draft.finishing = true;
        changed = true;
      }
      continue;
    }
    changed = true;
    applyEvent(draft, event, event.at ?? now);
  }
  return changed ? draft : fold;
}

interface Draft extends Omit<RunFold, "steps"> {
  steps: Step[];
}

/** Notes the event as read; false when it was read before. */
function advance(draft: Draft, eventId: string | undefined): boolean {
  if (eventId === undefined) return true;
  if (draft.lastEventId !== undefined) {
    if (compareEventIds(eventId, draft.lastEventId) <= 0) return false;
    // Numbers may have been given twice: only the server knows what stands.
    if (parseEventId(eventId)?.epoch !== parseEventId(draft.lastEventId)?.epoch) {
      draft.stale = true;
      return true;
    }
  }
  draft.lastEventId = eventId;
  return true;
}

function applyEvent(draft: Draft, event: RunEvent, now: string): void {
  if (draft.stale) return;
  switch (event.event) {
    case "assistant":
      append(draft, "assistant_message", event.data.text, now);
      break;
    case "thinking":
      append(draft, "thinking", event.data.text, now);
      break;
    case "tool_call":
      closeText(draft, now);
      toolCall(draft, event.data, now);
      break;
    case "notice":
      closeText(draft, now);
      push(draft, { ...base(draft, now), endedAt: now, type: "notice", ...event.data });
      break;
    case "error":
      closeText(draft, now);
      interruptCalls(draft, now);
      push(draft, { ...base(draft, now), endedAt: now, type: "error", ...event.data });
      break;
    case "result":
    case "done":
      closeText(draft, now);
      interruptCalls(draft, now);
      draft.finishing = true;
      if (event.event === "done") draft.ended = true;
      break;
    case "status":
      break;
  }
}

function append(draft: Draft, type: TextStep["type"], text: string, now: string): void {
  if (text === "") return;
  const index = draft.openText;
  const open = index === undefined ? undefined : (draft.steps[index] as TextStep);
  if (index !== undefined && open?.type === type) {
    draft.steps[index] = grown(open, text);
    return;
  }
  closeText(draft, now);
  draft.openText = draft.steps.length;
  push(draft, grown({ ...base(draft, now), type, text: "" }, text));
}

const encoder = new TextEncoder();

/** Adds a piece, as far as the step has room for it. */
function grown(step: TextStep, piece: string): TextStep {
  const held = step.size ?? encoder.encode(step.text).length;
  const size = held + encoder.encode(piece).length;
  if (step.truncated) return { ...step, size };
  if (size <= INLINE_BYTES) return { ...step, size, text: step.text + piece };
  const { read } = encoder.encodeInto(piece, new Uint8Array(INLINE_BYTES - held));
  return { ...step, size, truncated: true, text: step.text + piece.slice(0, read) };
}

function toolCall(draft: Draft, call: Omit<ToolCallStep, "type" | "id" | "agentId" | "runId" | "createdAt">, now: string): void {
  const index = draft.steps.findLastIndex((step) => step.type === "tool_call" && step.callId === call.callId && isOpen(step));
  const endedAt = call.status === "completed" ? now : undefined;
  const truncated = call.truncated;
  if (index >= 0) {
    const known = draft.steps[index] as ToolCallStep;
    const { id, agentId, runId, createdAt, position } = known;
    draft.steps[index] = { id, agentId, runId, createdAt, position, ...call, truncated, endedAt, type: "tool_call" };
  } else if (call.status === "completed" && !knowsBeginning(draft)) {
    // Its start may stand on a page that was not fetched: then it has an ordinal already.
    draft.stale = true;
  } else {
    push(draft, { ...base(draft, now), ...call, truncated, endedAt, type: "tool_call" });
  }
}

function knowsBeginning(draft: Draft): boolean {
  const first = draft.steps[0];
  return first === undefined || stepOrdinal(first.id) <= 1;
}

function interruptCalls(draft: Draft, now: string): void {
  draft.steps.forEach((step, index) => {
    if (step.type === "tool_call" && isOpen(step)) draft.steps[index] = { ...step, endedAt: now, outcome: { type: "interrupted" } };
  });
}

function closeText(draft: Draft, now: string): void {
  if (draft.openText === undefined) return;
  const step = draft.steps[draft.openText];
  if (step) draft.steps[draft.openText] = { ...step, endedAt: now };
  draft.openText = undefined;
}

function base(draft: Draft, now: string) {
  return { id: stepId(draft.runId, draft.nextOrdinal), agentId: draft.agentId, runId: draft.runId, createdAt: now };
}

function push(draft: Draft, step: Step): void {
  draft.steps.push(step);
  draft.nextOrdinal += 1;
}

function isText(step: Step): boolean {
  return step.type === "assistant_message" || step.type === "thinking";
}
