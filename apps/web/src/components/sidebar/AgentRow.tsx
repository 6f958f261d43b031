import { memo } from "react";
import { NavLink, useMatch } from "react-router";

import type { Agent } from "../../api/types";
import { isLive } from "../../api/types";
import { Badge } from "../../ui/Badge";
import { baseName } from "../../ui/paths";
import { Age } from "../../ui/time";
import { RunStatusMark } from "../chat/RunStatus";

export const AgentRow = memo(function AgentRow({ agent }: { agent: Agent }) {
  // The chat that is being looked at is about to be marked as read.
  const open = useMatch("/agents/:agentId")?.params.agentId === agent.id;
  const unread = agent.unread && !open && !isLive(agent.latestRun);
  const name = agent.name || "Untitled chat";
  return (
    <NavLink
      to={`/agents/${agent.id}`}
      data-agent-row={agent.id}
      className={({ isActive }) => `flex h-12 items-start gap-1.5 rounded-md py-1.5 pl-1.5 pr-2 outline-offset-[-2px] ${isActive ? "bg-selected" : "hover:bg-hover"}`}
    >
      <span className="mt-px">
        <RunStatusMark run={agent.latestRun} unread={unread} />
      </span>
      <span className="min-w-0 flex-1">
        <span className="flex items-center gap-2">
          <span className={`min-w-0 flex-1 truncate text-sm ${unread ? "font-semibold" : ""} ${agent.status === "ARCHIVED" ? "text-dim" : ""}`}>{name}</span>
          <Age iso={agent.updatedAt} className="shrink-0 text-2xs text-faint" />
        </span>
        <span className="flex items-center gap-1.5 text-xs text-faint">
          <span className="min-w-0 truncate">{agent.workspace.type === "empty" ? "Empty workspace" : baseName(agent.workspace.path)}</span>
          {agent.driver === "demo" && <Badge tone="warn">Demo</Badge>}
          {agent.status === "ARCHIVED" && <Badge>Archived</Badge>}
        </span>
      </span>
    </NavLink>
  );
});
