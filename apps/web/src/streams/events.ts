/** The events of `v1/events`, after docs/api.md. */
import type { Agent, QueueState, Run, RunError, RunStatus, ToolCall } from "../api/types";

export type RunEventBody =
  | { event: "status"; data: { runId: string; status: RunStatus } }
  | { event: "assistant" | "thinking"; data: { text: string } }
  | { event: "tool_call"; data: ToolCall }
  | { event: "notice"; data: { code: string; message: string; detail?: string } }
  | { event: "error"; data: RunError }
  | { event: "result"; data: { runId: string; status: RunStatus; text?: string; durationMs?: number } }
  | { event: "done"; data: object };

/** One event of a run, with the time at which it happened; those without an id (`status`) change no step. */
export type RunEvent = { runId: string; eventId?: string; at?: string } & RunEventBody;

export type StateEvent =
  | { event: "hello"; data: { instance: string; version: string } }
  | { event: "reset"; data: object }
  | { event: "agent"; data: Agent }
  | { event: "agent_deleted"; data: { id: string } }
  | { event: "run"; data: Run }
  | { event: "queue"; data: QueueState & { agentId: string } }
  | { event: "limits"; data: object }
  | { event: "doctor"; data: object };

export const STATE_EVENTS = ["hello", "reset", "agent", "agent_deleted", "run", "queue", "limits", "doctor"] as const;

/** What the page knows about its line to the server. */
export type LinkState = "connecting" | "open" | "reconnecting" | "signed-out";
