import { request } from "./client";
import type { AgentLimits, Limits, PatchAgentLimits, PatchLimits } from "./limit-types";

export function getLimits(signal?: AbortSignal): Promise<Limits> {
  return request("v1/limits", { signal });
}

export function patchLimits(body: PatchLimits): Promise<Limits> {
  return request("v1/limits", { method: "PATCH", body });
}

export function getAgentLimits(agentId: string, signal?: AbortSignal): Promise<AgentLimits> {
  return request(`v1/agents/${agentId}/limits`, { signal });
}

export function patchAgentLimits(agentId: string, body: PatchAgentLimits): Promise<AgentLimits> {
  return request(`v1/agents/${agentId}/limits`, { method: "PATCH", body });
}
