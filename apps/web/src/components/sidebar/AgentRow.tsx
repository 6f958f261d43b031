import { memo, useState } from "react";
import { NavLink, useMatch } from "react-router";

import type { Agent } from "../../api/types";
import { isLive } from "../../api/types";
import { Badge } from "../../ui/Badge";
import { IconButton } from "../../ui/Button";
import { Icon } from "../../ui/icons";
import { Menu } from "../../ui/Menu";
import { shortCount } from "../../ui/numbers";
import { Age } from "../../ui/time";
import { AgentMenuItems } from "../chat/AgentMenuItems";
import { RenameField } from "../chat/RenameField";
import { RunStatusMark } from "../chat/RunStatus";
import type { AgentActions } from "../chat/use-agent-actions";
import { workspaceName } from "../chat/workspace-name";

/** A chat in the list. Its menu opens by its button, by a right click, and by the keyboard's menu key. */
export const AgentRow = memo(function AgentRow({ agent, actions }: { agent: Agent; actions: AgentActions }) {
  // The chat that is being looked at is about to be marked as read.
  const open = useMatch("/agents/:agentId/*")?.params.agentId === agent.id;
  const [renaming, setRenaming] = useState(false);
  const [menu, setMenu] = useState<{ point?: { x: number; y: number } }>();
  const unread = agent.unread && !open && !isLive(agent.latestRun);
  const name = agent.name || "Untitled chat";
  if (renaming) {
    return (
      <div className="flex h-12 items-center px-1.5">
        <RenameField name={agent.name} onDone={(next) => (setRenaming(false), next && actions.rename(agent, next))} />
      </div>
    );
  }
  return (
    <div
      className="group/row relative"
      onContextMenu={(event) => {
        // The menu itself stands elsewhere in the document, but its events come by here.
        if (!event.currentTarget.contains(event.target as Node)) return;
        event.preventDefault();
        const { clientX: x, clientY: y } = event;
        // The menu key may tell no place: then the menu opens at its button.
        setMenu({ point: x || y ? { x, y } : undefined });
      }}
    >
      <NavLink
        to={`/agents/${agent.id}`}
        data-agent-row={agent.id}
        className={({ isActive }) =>
          `flex h-12 items-start gap-1.5 rounded-md py-1.5 pl-1.5 pr-2 outline-offset-[-2px] group-hover/row:pr-9 group-has-focus-visible/row:pr-9 group-has-data-popup-open/row:pr-9 touch:pr-12 ${isActive ? "bg-selected" : "group-hover/row:bg-hover"}`
        }
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
            <span className="min-w-0 truncate">{workspaceName(agent)}</span>
            {agent.queue && agent.queue.total > 0 && (
              <span title={agent.queue.paused ? "Waiting prompts, paused" : "Waiting prompts"} className={`flex shrink-0 items-center gap-1 ${agent.queue.paused ? "text-warn" : ""}`}>
                <Icon name={agent.queue.paused ? "pause" : "queue"} size={12} />
                {shortCount(agent.queue.total)}
                <span className="sr-only">{agent.queue.total === 1 ? " waiting prompt" : " waiting prompts"}{agent.queue.paused ? ", paused" : ""}</span>
              </span>
            )}
            {agent.driver === "demo" && <Badge tone="warn">Demo</Badge>}
            {agent.status === "ARCHIVED" && <Badge>Archived</Badge>}
          </span>
        </span>
      </NavLink>
      <Menu
        align="start"
        open={menu !== undefined}
        onOpenChange={(next) => setMenu(next ? {} : undefined)}
        point={menu?.point}
        trigger={
          <IconButton
            icon="more"
            label={`Menu of “${name}”`}
            className="absolute! right-1 top-1/2 -translate-y-1/2 opacity-0 group-hover/row:opacity-100 group-has-focus-visible/row:opacity-100 data-popup-open:opacity-100 touch:opacity-100"
          />
        }
      >
        <AgentMenuItems agent={agent} actions={actions} open={open} onRename={() => setRenaming(true)} />
      </Menu>
    </div>
  );
});
