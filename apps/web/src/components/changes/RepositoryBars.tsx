import { useQuery } from "@tanstack/react-query";

import type { Agent } from "../../api/types";
import { isLive } from "../../api/types";
import { workspaceQuery } from "../../api/workspace-queries";
import { RepositoryBar } from "./RepositoryBar";

interface RepositoryBarsProps {
  agent: Agent;
  onAsk(prompt: string): Promise<boolean>;
}

/** The repositories of a workspace: their branches, and what can be done to them. */
export function RepositoryBars({ agent, onAsk }: RepositoryBarsProps) {
  const repositories = useQuery(workspaceQuery(agent.id)).data?.repositories ?? [];
  if (repositories.length === 0) return null;
  return (
    <div className="max-h-[40%] shrink-0 divide-y divide-line overflow-y-auto border-b border-line">
      {repositories.map((repository) => (
        <RepositoryBar key={repository.path} agentId={agent.id} name={agent.name} copyOf={agent.workspace.copyOf} repository={repository} busy={isLive(agent.latestRun)} onAsk={onAsk} />
      ))}
    </div>
  );
}
