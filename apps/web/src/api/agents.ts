import { request, requestText } from "./client";
import type { Agent, CreateAgent, CreateRun, Page, PatchAgent, QueuedPrompt, Run, StepsPage } from "./types";

export interface AgentFilter {
  query?: string;
  includeArchived?: boolean;
}

export function listAgents(filter: AgentFilter, cursor: string | undefined, signal?: AbortSignal): Promise<Page<Agent>> {
  return request("v1/agents", { query: { limit: 50, cursor, ...filter }, signal });
}

export function getAgent(id: string, signal?: AbortSignal): Promise<Agent> {
  return request(`v1/agents/${id}`, { signal });
}

export function createAgent(body: CreateAgent): Promise<{ agent: Agent; run: Run }> {
  return request("v1/agents", { method: "POST", body });
}

export function patchAgent(id: string, body: PatchAgent): Promise<Agent> {
  return request(`v1/agents/${id}`, { method: "PATCH", body });
}

export function deleteAgent(id: string, options: { keepalive?: boolean } = {}): Promise<{ id: string }> {
  return request(`v1/agents/${id}`, { method: "DELETE", ...options });
}

export function archiveAgent(id: string): Promise<{ id: string }> {
  return request(`v1/agents/${id}/archive`, { method: "POST" });
}

export function unarchiveAgent(id: string): Promise<{ id: string }> {
  return request(`v1/agents/${id}/unarchive`, { method: "POST" });
}

/** Only who says `whenBusy: "queue"` is told that the prompt waits. */
export function createRun(agentId: string, body: CreateRun, idempotencyKey: string): Promise<{ run: Run; queued?: undefined } | { queued: QueuedPrompt; run?: undefined }> {
  return request(`v1/agents/${agentId}/runs`, { method: "POST", body, idempotencyKey });
}

export function cancelRun(agentId: string, runId: string): Promise<{ id: string }> {
  return request(`v1/agents/${agentId}/runs/${runId}/cancel`, { method: "POST" });
}

/** Lets a run go that the day's budget holds. */
export function releaseRun(agentId: string, runId: string): Promise<Run> {
  return request(`v1/agents/${agentId}/runs/${runId}/release`, { method: "POST" });
}

export function listRuns(agentId: string, signal?: AbortSignal): Promise<Page<Run>> {
  return request(`v1/agents/${agentId}/runs`, { query: { limit: 100 }, signal });
}

export function listSteps(agentId: string, cursor?: string): Promise<StepsPage> {
  return request(`v1/agents/${agentId}/steps`, { query: { limit: 100, cursor } });
}

export function stepContent(agentId: string, stepId: string): Promise<string> {
  return requestText(`v1/agents/${agentId}/steps/${stepId}/content`);
}
