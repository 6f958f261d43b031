import type { ReactNode } from "react";

/** A part of the settings, under its title. */
export function Section({ title, detail, action, children }: { title: string; detail?: ReactNode; action?: ReactNode; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <div className="mb-2 flex min-h-8 items-center justify-between gap-3">
        <h2 className="text-[15px] font-semibold">{title}</h2>
        {action}
      </div>
      {detail && <p className="-mt-1 mb-2.5 text-sm text-dim">{detail}</p>}
      <div className="divide-y divide-line rounded-lg border border-line">{children}</div>
    </section>
  );
}

/** One setting: what it is called, and its control. */
export function Line({ title, detail, children }: { title: ReactNode; detail?: ReactNode; children?: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2 px-3.5 py-3">
      <div className="min-w-44 flex-1 text-sm">
        <p className="font-medium">{title}</p>
        {detail && <p className="break-words text-dim">{detail}</p>}
      </div>
      {children}
    </div>
  );
}
