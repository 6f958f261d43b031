import type { Preparation } from "../../api/types";
import { Icon } from "../../ui/icons";
import { InlineCode } from "../../ui/InlineCode";
import { Spinner } from "../../ui/Spinner";

const words: Record<Preparation["status"], string> = { pending: "waiting", running: "under way", completed: "ready", failed: "failed" };

/** How far the preparation of a workspace has come, repository by repository. */
export function WorkspaceProgress({ items }: { items: Preparation[] }) {
  return (
    <ul className="divide-y divide-line text-sm">
      {items.map((item) => (
        <li key={item.name} className="px-3 py-2">
          <div className="flex min-w-0 items-center gap-2">
            <Mark status={item.status} />
            <span className="min-w-0 truncate font-mono text-xs">{item.name}</span>
            <span className="sr-only">({words[item.status]})</span>
            {item.detail && item.status !== "failed" && <span className="min-w-0 flex-1 truncate text-right text-xs text-dim">{item.detail}</span>}
            {item.status === "running" && item.percent !== undefined && <span className="shrink-0 text-xs tabular-nums text-dim">{Math.round(item.percent)} %</span>}
          </div>
          {item.status === "running" && <Bar name={item.name} percent={item.percent} />}
          {item.detail && item.status === "failed" && (
            <p className="mt-1 whitespace-pre-wrap break-words pl-5.5 text-xs text-danger">
              <InlineCode text={item.detail} />
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}

function Bar({ name, percent }: { name: string; percent: number | undefined }) {
  return (
    <div role="progressbar" aria-label={name} aria-valuemin={0} aria-valuemax={100} aria-valuenow={percent === undefined ? undefined : Math.round(percent)} className="ml-5.5 mt-1.5 h-1 overflow-hidden rounded-full bg-hover">
      <div className={`h-full rounded-full bg-accent transition-[width] ${percent === undefined ? "w-full animate-breathe" : ""}`} style={percent === undefined ? undefined : { width: `${percent}%` }} />
    </div>
  );
}

function Mark({ status }: { status: Preparation["status"] }) {
  switch (status) {
    case "completed":
      return <Icon name="check" size={14} className="text-ok" />;
    case "failed":
      return <Icon name="alert" size={14} className="text-danger" />;
    case "running":
      return <Spinner size={14} className="text-accent-ink" />;
    case "pending":
      return <Icon name="clock" size={14} className="text-faint" />;
  }
}
