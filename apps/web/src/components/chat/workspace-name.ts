import type { Agent } from "../../api/types";
import { baseName } from "../../ui/paths";
import { repositoryName } from "../new-chat/git-url";

/** What a chat works in, as it is called where there is little room. */
export function workspaceName({ workspace, repos }: Pick<Agent, "workspace" | "repos">): string {
  if (workspace.type === "empty") return "Empty workspace";
  if (workspace.copyOf) return `${baseName(workspace.copyOf)} (copy)`;
  const [first, ...others] = workspace.type === "git" ? (repos ?? []) : [];
  if (!first) return baseName(workspace.path);
  return others.length > 0 ? `${baseName(repositoryName(first.url))} +${others.length}` : repositoryName(first.url);
}
