/** Repositories and how git signs in and signs, after docs/api.md. */

export interface RepoRef {
  url: string;
  startingRef?: string;
}

/** What a remote has. */
export interface RemoteRefs {
  url: string;
  defaultBranch?: string;
  branches: string[];
  tags: string[];
  truncated?: boolean;
  empty: boolean;
}

export interface GitCredential {
  id: string;
  /** `https://host`, or a URL below it. */
  scope: string;
  username?: string;
  createdAt: string;
}

export interface WorkspaceSettings {
  /** Ignored files that a copy takes along. */
  copiedFiles: string[];
  hostKeys: "accept-new" | "strict";
  commitName?: string | null;
  commitEmail?: string | null;
  /** The one that the machine's own git has. */
  gitIdentity?: { name: string; email: string };
  editorUrl?: string | null;
  giveUpAfterDays: number | null;
}

export type PatchWorkspaceSettings = Partial<Omit<WorkspaceSettings, "gitIdentity">>;
