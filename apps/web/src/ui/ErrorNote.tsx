import type { ReactNode } from "react";

import { Icon } from "./icons";
import { InlineCode } from "./InlineCode";

/** A failure in words, with what can be done about it. */
export function ErrorNote({ children, action }: { children: ReactNode; action?: ReactNode }) {
  return (
    <div role="alert" className="flex items-start gap-2.5 rounded-lg border border-line bg-danger-soft px-3 py-2.5 text-sm">
      <Icon name="alert" className="mt-px text-danger" />
      <div className="min-w-0 flex-1 break-words">{typeof children === "string" ? <InlineCode text={children} /> : children}</div>
      {action}
    </div>
  );
}
