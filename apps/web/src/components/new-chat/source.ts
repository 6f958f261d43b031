/** Where a chat works, as it is chosen for a new one. */
import type { RepoRef } from "../../api/git-types";
import type { CreateAgent } from "../../api/types";
import { tilde } from "../../ui/paths";
import { repositoryName } from "./git-url";

/** A directory: in place, or a clone of it for this chat alone. */
export interface LocalSource {
  type: "local";
  path: string;
  copy?: boolean;
  /** Whether a copy has what is not committed; it does unless told. */
  uncommittedChanges?: boolean;
  branchName?: string;
}

export interface GitSource {
  type: "git";
  repos: RepoRef[];
  onCurrentBranch: boolean;
  branchName?: string;
}

export type Source = LocalSource | GitSource | { type: "empty" };

/** What the server is told of it. */
export function sourceFields(source: Source): Pick<CreateAgent, "workspace" | "repos" | "workOnCurrentBranch" | "branchName"> {
  switch (source.type) {
    case "empty":
      return { workspace: { type: "empty" } };
    case "local": {
      if (!source.copy) return { workspace: { type: "local", path: source.path } };
      return { workspace: { type: "local", path: source.path, copy: true, uncommittedChanges: source.uncommittedChanges ?? true }, ...(source.branchName ? { branchName: source.branchName } : {}) };
    }
    case "git":
      return { repos: source.repos, ...(source.onCurrentBranch ? { workOnCurrentBranch: true } : source.branchName ? { branchName: source.branchName } : {}) };
  }
}

/** Whether the agent works on nothing of the user's: there is little to protect from it. */
export function isOwn(source: Source | undefined): boolean {
  return source !== undefined && (source.type !== "local" || source.copy === true);
}

export function sourceTitle(source: Source, home: string | undefined, samplePath: string | undefined): string {
  if (source.type === "empty") return "Empty workspace";
  if (source.type === "local") return source.path === samplePath ? "Sample project" : tilde(source.path, home);
  const [first, ...others] = source.repos;
  return `${repositoryName(first?.url ?? "")}${others.length > 0 ? ` and ${others.length} more` : ""}`;
}

/** On which branch it works, in a few words. */
export function branchTitle({ repos, onCurrentBranch, branchName }: GitSource): string {
  const from = repos[0]?.startingRef ?? "default branch";
  return onCurrentBranch ? `on ${from}` : `${branchName ?? "new branch"} from ${from}`;
}
