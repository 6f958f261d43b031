import type { ReactNode } from "react";

/** Limits that belong together, under what they are for. */
export function LimitGroup({ title, detail, children }: { title: string; detail?: ReactNode; children: ReactNode }) {
  return (
    <fieldset className="min-w-0 py-1.5">
      <legend className="float-left w-full px-3.5 pb-1 pt-1.5 text-sm">
        <span className="font-medium">{title}</span>
        {detail && <span className="block text-dim">{detail}</span>}
      </legend>
      <div className="clear-both">{children}</div>
    </fieldset>
  );
}
