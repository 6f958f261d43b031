import { type ReactNode, useId, useState } from "react";

import { Icon } from "./icons";

interface DisclosureProps {
  summary: ReactNode;
  children: ReactNode | (() => ReactNode);
  defaultOpen?: boolean;
  /** A card has a border; else it is a line of text. */
  card?: boolean;
  tone?: "danger" | "warn";
  disabled?: boolean;
}

/** Something folded away behind a line. What is folded is not rendered. */
export function Disclosure({ summary, children, defaultOpen = false, card = false, tone, disabled = false }: DisclosureProps) {
  const [open, setOpen] = useState(defaultOpen);
  const id = useId();
  const border = tone === "danger" ? "border-danger/40" : tone === "warn" ? "border-warn/40" : "border-line";
  return (
    <div className={card ? `overflow-hidden rounded-lg border bg-canvas ${border}` : ""}>
      <button
        type="button"
        aria-expanded={disabled ? undefined : open}
        aria-controls={open ? id : undefined}
        disabled={disabled}
        onClick={() => setOpen(!open)}
        className={`flex w-full min-w-0 items-center gap-2 text-left text-sm touch:min-h-10 ${card ? "min-h-8.5 px-2.5 py-1.5 enabled:hover:bg-sunken" : "min-h-7 rounded-md text-dim enabled:hover:text-ink"}`}
      >
        <span className={`flex min-w-0 items-center gap-2 ${card ? "flex-1" : ""}`}>{summary}</span>
        {!disabled && <Icon name="chevronRight" size={12} className={`text-faint transition-transform ${open ? "rotate-90" : ""}`} />}
      </button>
      {open && (
        <div id={id} className={card ? "border-t border-line" : ""}>
          {typeof children === "function" ? children() : children}
        </div>
      )}
    </div>
  );
}
