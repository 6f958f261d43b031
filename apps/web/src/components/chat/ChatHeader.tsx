import { useState } from "react";

import type { Agent } from "../../api/types";
import { isLive, isWaiting } from "../../api/types";
import { sheetOpen } from "../../stores/layout";
import { Badge } from "../../ui/Badge";
import { IconButton } from "../../ui/Button";
import { useCopy } from "../../ui/Copy";
import { Menu } from "../../ui/Menu";
import { shortCount } from "../../ui/numbers";
import { duration, useNow } from "../../ui/time";
import { usePageTitle } from "../use-page-title";
import { AgentMenuItems } from "./AgentMenuItems";
import { RenameField } from "./RenameField";
import { runStatusWord } from "./RunStatus";
import type { AgentActions } from "./use-agent-actions";
import { workspaceName } from "./workspace-name";
import { WorkspaceLinks } from "./WorkspaceLinks";

interface ChatHeaderProps {
  agent: Agent;
  /** All runs that are known add up to the time shown. */
  totalMs: number;
  totalTokens: number;
  actions: AgentActions;
  /** The agent has answered; its run is about to end. */
  finishing: boolean;
  /** What stands beside the chat. */
  view: "changes" | "files" | undefined;
}

export function ChatHeader({ agent, totalMs, totalTokens, actions, finishing, view }: ChatHeaderProps) {
  const [renaming, setRenaming] = useState(false);
  const [copied, copy] = useCopy();
  const live = isLive(agent.latestRun);
  const working = live && !isWaiting(agent.latestRun);
  const now = useNow(1_000, working);
  const since = agent.latestRun?.startedAt ?? agent.latestRun?.createdAt;
  const elapsed = totalMs + (working && since ? Math.max(0, now - Date.parse(since)) : 0);
  const name = agent.name || "Untitled chat";
  usePageTitle(name);
  return (
    <header className="flex h-13 shrink-0 items-center gap-2 border-b border-line px-2 sm:px-4">
      <IconButton icon="menu" label="Show the list of chats" className="lg:hidden" onClick={() => sheetOpen.set(true)} />
      <div className="min-w-0 flex-1">
        <div className="flex min-w-0 items-center gap-2">
          {renaming ? (
            <RenameField name={agent.name} onDone={(next) => (setRenaming(false), next && actions.rename(agent, next))} />
          ) : (
            <h1 className="-ml-1 flex min-w-0 text-base font-semibold">
              <button type="button" title="Rename" onClick={() => setRenaming(true)} className="min-w-0 truncate rounded px-1 hover:bg-hover">
                {name}
              </button>
            </h1>
          )}
          {agent.driver === "demo" && <Badge tone="warn">Demo</Badge>}
          {agent.status === "ARCHIVED" && <Badge>Archived</Badge>}
        </div>
        <p className="flex min-w-0 items-center gap-1.5 text-xs text-dim">
          <span role="status" className={`shrink-0 ${live ? "text-accent-ink" : ""}`}>
            {finishing ? "Finishing" : runStatusWord(agent.latestRun)}
          </span>
          <span aria-hidden="true">·</span>
          <span className="min-w-0 truncate" title={agent.workspace.path}>
            {workspaceName(agent)}
          </span>
          {elapsed > 0 && (
            <>
              <span aria-hidden="true">·</span>
              <span className="shrink-0 tabular-nums" title="Time the agent worked">
                {duration(elapsed)}
              </span>
            </>
          )}
          {totalTokens > 0 && (
            <>
              <span aria-hidden="true">·</span>
              <span className="shrink-0 tabular-nums" title={`${totalTokens.toLocaleString()} tokens in all`}>
                {shortCount(totalTokens)} tokens
              </span>
            </>
          )}
        </p>
      </div>
      <WorkspaceLinks agent={agent} view={view} />
      {agent.terminalCommand && (
        <IconButton
          icon={copied ? "check" : "terminal"}
          label={copied ? "Copied" : "Copy the command that continues this chat in a terminal"}
          className="max-sm:hidden"
          onClick={() => copy(agent.terminalCommand!)}
        />
      )}
      <Menu align="end" trigger={<IconButton icon="more" label="Chat menu" />}>
        <AgentMenuItems agent={agent} actions={actions} open onRename={() => setRenaming(true)} />
      </Menu>
    </header>
  );
}
