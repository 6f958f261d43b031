/** Workspaces, their changes and files, after docs/api.md. Paths are relative to the workspace. */
import type { Page } from "./types";

export type WorkspaceType = "local" | "git" | "empty";

export interface Workspace {
  type: WorkspaceType;
  path: string;
  state?: "pending" | "ready" | "given_up";
  /** The directory that a copy was made of. */
  copyOf?: string;
  ports?: { first: number; last: number };
  /** Other chats with a live run in the same place. */
  sharedWith?: string[];
  gitUrl?: string;
}

export interface Repository {
  /** "" for the workspace itself. */
  path: string;
  url?: string;
  branch?: string;
  head?: string;
  base?: { ref: string; commit: string };
  ahead?: number;
  behind?: number;
  uncommitted: number;
  pushed: boolean;
  merging: boolean;
  conflicts: string[];
  /** False for a directory of the user's: what is done to its branches is theirs. */
  writable: boolean;
}

export interface WorkspaceDetails extends Workspace {
  sizeBytes?: number;
  repositories: Repository[];
}

export interface Hunk {
  oldStart: number;
  oldLines: number;
  newStart: number;
  newLines: number;
  section?: string;
  lines: string[];
}

export type FileStatus = "added" | "modified" | "deleted" | "renamed" | "type_changed";

export interface FileDiff {
  path: string;
  oldPath?: string;
  status: FileStatus;
  oldMode?: string;
  newMode?: string;
  binary: boolean;
  oldSize?: number;
  newSize?: number;
  additions?: number;
  deletions?: number;
  hunks?: Hunk[];
  truncated?: boolean;
}

export interface DiffPoint {
  checkpointId?: string;
  kind: string;
  at?: string;
}

export interface Diff {
  from: DiffPoint;
  to: DiffPoint;
  files: FileDiff[];
  totalFiles: number;
  additions: number;
  deletions: number;
  nextCursor?: string;
  notCaptured: { path: string; size: number }[];
  mayHoldOthersWork: boolean;
}

/** What a diff is of; nothing: the whole chat against its base. */
export interface DiffRange {
  runId?: string;
  from?: string;
  to?: string;
}

export type CheckpointKind = "run_start" | "run_end" | "before_restore" | "before_update" | "before_give_up";

export interface Checkpoint {
  id: string;
  kind: CheckpointKind;
  runId?: string;
  createdAt: string;
  /** The same where the files are. */
  tree: string;
  notCaptured: number;
}

export interface Restored {
  checkpoint: Checkpoint;
  written: number;
  removed: number;
}

export interface FileEntry {
  name: string;
  path: string;
  type: "file" | "directory" | "symlink" | "other";
  size?: number;
  modifiedAt: string;
  ignored: boolean;
}

export interface DirectoryContent extends Page<FileEntry> {
  type: "directory";
  path: string;
}

export interface FileContent {
  type: "file";
  path: string;
  size: number;
  modifiedAt: string;
  mimeType: string;
  binary: boolean;
  text?: string;
  truncated?: boolean;
}

export interface Committed {
  items: { path: string; branch: string; commit: string }[];
}

export interface Pushed {
  items: { path: string; url: string; branch: string; commit: string }[];
}

export interface Updated {
  items: { path: string; state: "up_to_date" | "updated" | "conflicts"; commits: number; conflicts: string[] }[];
}
