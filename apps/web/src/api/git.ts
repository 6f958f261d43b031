import { request } from "./client";
import type { GitCredential, PatchWorkspaceSettings, RemoteRefs, WorkspaceSettings } from "./git-types";

export function listRepositories(signal?: AbortSignal): Promise<{ items: { url: string }[] }> {
  return request("v1/repositories", { signal });
}

export function getRefs(url: string, signal?: AbortSignal): Promise<RemoteRefs> {
  return request("v1/repositories/refs", { query: { url }, signal });
}

export function listCredentials(signal?: AbortSignal): Promise<{ items: GitCredential[] }> {
  return request("v1/git-credentials", { signal });
}

export function putCredential(body: { scope: string; username?: string; token: string }): Promise<GitCredential> {
  return request("v1/git-credentials", { method: "PUT", body });
}

export function deleteCredential(id: string): Promise<{ id: string }> {
  return request(`v1/git-credentials/${id}`, { method: "DELETE" });
}

export function getWorkspaceSettings(signal?: AbortSignal): Promise<WorkspaceSettings> {
  return request("v1/workspace-settings", { signal });
}

export function patchWorkspaceSettings(body: PatchWorkspaceSettings): Promise<WorkspaceSettings> {
  return request("v1/workspace-settings", { method: "PATCH", body });
}
