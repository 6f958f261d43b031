import type { ButtonHTMLAttributes, Ref } from "react";

import { Icon, type IconName } from "./icons";

interface ChipProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  icon?: IconName;
  /** What the chip sets; said before its value to who cannot see where it stands. */
  label: string;
  ref?: Ref<HTMLButtonElement>;
}

/** A small button that shows a setting and opens its choices. */
export function Chip({ icon, label, children, className = "", ...rest }: ChipProps) {
  return (
    <button
      type="button"
      title={label}
      className={`inline-flex h-7 min-w-0 max-w-full items-center gap-1.5 rounded-md px-2 text-xs text-dim hover:bg-hover hover:text-ink data-[popup-open]:bg-hover touch:h-10 ${className}`}
      {...rest}
    >
      {icon && <Icon name={icon} size={14} />}
      <span className="sr-only">{label}: </span>
      <span className="truncate">{children}</span>
      <Icon name="chevronDown" size={10} className="opacity-70" />
    </button>
  );
}
