import { address, request, requestText } from "./client";
import type { Checkpoint, Committed, Diff, DiffRange, DirectoryContent, FileContent, FileEntry, Pushed, Restored, Updated, WorkspaceDetails } from "./workspace-types";
import type { Page } from "./types";

export function getWorkspace(agentId: string, signal?: AbortSignal): Promise<WorkspaceDetails> {
  return request(`v1/agents/${agentId}/workspace`, { signal });
}

interface DiffPage {
  /** Only this file or directory. */
  path?: string;
  hunks?: boolean;
  limit?: number;
  cursor?: string;
}

export function getDiff(agentId: string, range: DiffRange, page: DiffPage = {}, signal?: AbortSignal): Promise<Diff> {
  return request(`v1/agents/${agentId}/diff`, { query: { ...range, ...page }, signal });
}

export function getPatch(agentId: string, range: DiffRange): Promise<string> {
  return requestText(`v1/agents/${agentId}/patch`, { ...range });
}

export function listCheckpoints(agentId: string, cursor: string | undefined, signal?: AbortSignal): Promise<Page<Checkpoint>> {
  return request(`v1/agents/${agentId}/checkpoints`, { query: { limit: 100, cursor }, signal });
}

export function restoreCheckpoint(agentId: string, checkpointId: string): Promise<Restored> {
  return request(`v1/agents/${agentId}/checkpoints/${checkpointId}/restore`, { method: "POST" });
}

export function listFiles(agentId: string, path: string, cursor: string | undefined, signal?: AbortSignal): Promise<DirectoryContent | FileContent> {
  return request(`v1/agents/${agentId}/files`, { query: { path, limit: 1_000, cursor }, signal });
}

export function searchFiles(agentId: string, query: string, signal?: AbortSignal): Promise<{ items: FileEntry[]; truncated?: boolean }> {
  return request(`v1/agents/${agentId}/files`, { query: { query, limit: 50 }, signal });
}

export function rawAddress(agentId: string, path: string, download = false): string {
  return address(`v1/agents/${agentId}/files/raw`, { path, download: download || undefined });
}

export function archiveAddress(agentId: string, path = ""): string {
  return address(`v1/agents/${agentId}/archive`, { path });
}

export function commitWorkspace(agentId: string, body: { message?: string; path?: string }): Promise<Committed> {
  return request(`v1/agents/${agentId}/commit`, { method: "POST", body });
}

export function pushWorkspace(agentId: string, body: { path?: string }): Promise<Pushed> {
  return request(`v1/agents/${agentId}/push`, { method: "POST", body });
}

export function updateWorkspace(agentId: string, body: { method: "merge" | "rebase"; path?: string }): Promise<Updated> {
  return request(`v1/agents/${agentId}/update`, { method: "POST", body });
}

export function abortUpdate(agentId: string, body: { path?: string }): Promise<unknown> {
  return request(`v1/agents/${agentId}/update/abort`, { method: "POST", body });
}

export function applyToCheckout(agentId: string): Promise<{ path: string; files: number }> {
  return request(`v1/agents/${agentId}/apply`, { method: "POST", body: {} });
}
