import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import type { Agent } from "../../api/types";
import { changeCountQuery } from "../../api/workspace-changes";
import { Icon, type IconName } from "../../ui/icons";
import { plural, shortCount } from "../../ui/numbers";

/** From a chat to its changes, with their number, and to its files. */
export function WorkspaceLinks({ agent: { id, workspace }, view }: { agent: Agent; view: "changes" | "files" | undefined }) {
  // What is not there cannot be counted; what was put away is not brought back for a number.
  const counts = workspace.state === undefined || workspace.state === "ready";
  const changed = useQuery({ ...changeCountQuery(id), enabled: counts }).data?.totalFiles ?? 0;
  return (
    <>
      <ViewLink to={view === "changes" ? `/agents/${id}` : `/agents/${id}/changes`} icon="diff" label={changed > 0 ? `Changes: ${plural(changed, "file")}` : "Changes"} current={view === "changes"}>
        {changed > 0 && shortCount(changed)}
      </ViewLink>
      <ViewLink to={view === "files" ? `/agents/${id}` : `/agents/${id}/files`} icon="folder" label="Files" current={view === "files"} />
    </>
  );
}

function ViewLink({ to, icon, label, current, children }: { to: string; icon: IconName; label: string; current: boolean; children?: React.ReactNode }) {
  return (
    <Link
      to={to}
      aria-label={label}
      title={label}
      aria-current={current ? "true" : undefined}
      className={`inline-flex h-8 min-w-8 shrink-0 items-center justify-center gap-1 rounded-md px-1.5 text-xs font-medium tabular-nums touch:h-10 touch:min-w-10 ${current ? "bg-selected text-ink" : "text-dim hover:bg-hover hover:text-ink"}`}
    >
      <Icon name={icon} />
      {children}
    </Link>
  );
}
