import type { ReactNode } from "react";

const look = {
  plain: "bg-hover text-dim",
  accent: "bg-accent-soft text-accent-ink",
  warn: "bg-warn-soft text-warn",
  danger: "bg-danger-soft text-danger",
  ok: "bg-ok-soft text-ok",
};

export function Badge({ tone = "plain", children }: { tone?: keyof typeof look; children: ReactNode }) {
  return <span className={`inline-flex h-[18px] shrink-0 items-center rounded px-1.5 text-2xs font-medium ${look[tone]}`}>{children}</span>;
}
