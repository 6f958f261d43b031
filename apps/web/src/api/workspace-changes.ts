/** What every chat shows of its workspace: how much was changed in it; and when to look again. */
import { queryOptions, type QueryClient } from "@tanstack/react-query";

import type { Agent } from "./types";
import { getDiff } from "./workspaces";

/** How much was changed, without the changes. */
export const changeCountQuery = (agentId: string) =>
  queryOptions({ queryKey: ["diff", agentId, "count"], queryFn: ({ signal }) => getDiff(agentId, {}, { hunks: false, limit: 1 }, signal), retry: false });

/** What was changed in a workspace is fetched again where it is shown. */
export function refetchWorkspace(client: QueryClient, agentId: string): void {
  for (const name of ["workspace", "diff", "checkpoints", "files"]) void client.invalidateQueries({ queryKey: [name, agentId] });
}

/** Whether the files of a chat may be others now: most of what is told of an agent is not about them. */
export function movedWorkspace(known: Agent | undefined, agent: Agent): boolean {
  if (!known) return false;
  const { workspace: was } = known;
  const { workspace: is } = agent;
  return was.state !== is.state || was.path !== is.path || String(was.sharedWith) !== String(is.sharedWith);
}
