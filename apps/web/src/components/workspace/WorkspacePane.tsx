import type { ReactNode } from "react";
import { Link } from "react-router";

import type { Agent } from "../../api/types";
import { useStore } from "../../stores/external";
import { chatBeside, sheetOpen } from "../../stores/layout";
import { IconButton } from "../../ui/Button";
import { Icon, type IconName } from "../../ui/icons";
import { ChangesView } from "../changes/ChangesView";
import { FilesView } from "../files/FilesView";
import { useFreshWorkspace } from "./use-fresh-workspace";
import { WorkspaceMenu } from "./WorkspaceMenu";

export type WorkspaceView = "changes" | "files";

interface WorkspacePaneProps {
  agent: Agent;
  view: WorkspaceView;
  /** The chat stands beside it, or could. */
  wide: boolean;
  /** How many of the agent's calls have ended: its files may be others then. */
  endedCalls: number;
  /** Sends the agent a prompt. */
  onAsk(prompt: string): Promise<boolean>;
}

/** What is in a chat's workspace: its changes, or its files. */
export default function WorkspacePane({ agent, view, wide, endedCalls, onAsk }: WorkspacePaneProps) {
  const beside = useStore(chatBeside);
  useFreshWorkspace(agent.id, endedCalls);
  const base = `/agents/${agent.id}`;
  return (
    <section aria-label="Workspace" className="flex h-full min-w-0 flex-1 flex-col border-line not-first:border-l">
      <header className="flex h-13 shrink-0 items-center gap-1 border-b border-line px-2">
        {!wide && <IconButton icon="menu" label="Show the list of chats" className="lg:hidden" onClick={() => sheetOpen.set(true)} />}
        {wide ? (
          <IconButton icon="columns" label={beside ? "Hide the chat" : "Show the chat"} aria-pressed={beside} onClick={() => chatBeside.set(!beside)} />
        ) : (
          <BackToChat to={base} name={agent.name || "Untitled chat"} />
        )}
        <nav aria-label="Workspace" className="flex gap-0.5">
          <Tab to={`${base}/changes`} icon="diff" current={view === "changes"}>
            Changes
          </Tab>
          <Tab to={`${base}/files`} icon="folder" current={view === "files"}>
            Files
          </Tab>
        </nav>
        <span className="flex-1" />
        <WorkspaceMenu agent={agent} />
        {wide && (
          <Link to={base} aria-label="Close" title="Close" className="inline-flex size-8 shrink-0 items-center justify-center rounded-md text-dim hover:bg-hover hover:text-ink touch:size-10">
            <Icon name="close" size={14} />
          </Link>
        )}
      </header>
      <div className="min-h-0 flex-1">{view === "changes" ? <ChangesView agent={agent} onAsk={onAsk} /> : <FilesView agent={agent} />}</div>
    </section>
  );
}

function BackToChat({ to, name }: { to: string; name: string }) {
  return (
    <>
      <Link to={to} aria-label="Back to the chat" title={name} className="inline-flex size-8 shrink-0 items-center justify-center rounded-md text-dim hover:bg-hover hover:text-ink touch:size-10">
        <Icon name="arrowLeft" />
      </Link>
      <h1 className="sr-only">{name}</h1>
    </>
  );
}

function Tab({ to, icon, current, children }: { to: string; icon: IconName; current: boolean; children: ReactNode }) {
  return (
    <Link to={to} aria-current={current ? "page" : undefined} className={`flex h-8 items-center gap-1.5 rounded-md px-2.5 text-sm touch:h-10 ${current ? "bg-selected font-medium text-ink" : "text-dim hover:bg-hover hover:text-ink"}`}>
      <Icon name={icon} size={14} className="max-sm:hidden" />
      {children}
    </Link>
  );
}
