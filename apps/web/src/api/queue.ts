import { request } from "./client";
import type { PatchQueued, Queue, QueuedPrompt, QueuePrompt, Run } from "./types";

/** What is next is seen at once; who asks for more wants to see many. */
const FIRST_PAGE = 20;
const LATER_PAGE = 100;

export function listQueue(agentId: string, cursor: string | undefined, signal?: AbortSignal): Promise<Queue> {
  return request(`v1/agents/${agentId}/queue`, { query: { limit: cursor === undefined ? FIRST_PAGE : LATER_PAGE, cursor }, signal });
}

export function addQueued(agentId: string, body: QueuePrompt): Promise<QueuedPrompt> {
  return request(`v1/agents/${agentId}/queue`, { method: "POST", body });
}

export function patchQueued(agentId: string, id: string, body: PatchQueued): Promise<QueuedPrompt> {
  return request(`v1/agents/${agentId}/queue/${id}`, { method: "PATCH", body });
}

export function deleteQueued(agentId: string, id: string): Promise<{ id: string }> {
  return request(`v1/agents/${agentId}/queue/${id}`, { method: "DELETE" });
}

export function clearQueue(agentId: string): Promise<{ removed: number }> {
  return request(`v1/agents/${agentId}/queue`, { method: "DELETE" });
}

export function sendQueued(agentId: string, id: string): Promise<{ run: Run }> {
  return request(`v1/agents/${agentId}/queue/${id}/send`, { method: "POST" });
}

export function pauseQueue(agentId: string): Promise<Queue> {
  return request(`v1/agents/${agentId}/queue/pause`, { method: "POST" });
}

export function resumeQueue(agentId: string): Promise<Queue> {
  return request(`v1/agents/${agentId}/queue/resume`, { method: "POST" });
}
