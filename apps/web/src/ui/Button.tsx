import type { ButtonHTMLAttributes, Ref } from "react";

import { Icon, type IconName } from "./icons";

type Variant = "primary" | "plain" | "quiet" | "danger";

const look: Record<Variant, string> = {
  primary: "bg-accent text-white hover:bg-accent-hover disabled:bg-selected disabled:text-faint",
  plain: "border border-line-strong bg-raised text-ink hover:bg-hover disabled:text-faint",
  quiet: "text-dim hover:bg-hover hover:text-ink disabled:text-faint",
  danger: "border border-line-strong bg-raised text-danger hover:bg-danger-soft",
};

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  variant?: Variant;
  icon?: IconName;
  ref?: Ref<HTMLButtonElement>;
}

/** The look of a button, also for links that stand among buttons. */
export function buttonLook(variant: Variant = "plain"): string {
  return `inline-flex h-8 items-center justify-center gap-1.5 whitespace-nowrap rounded-md px-3 text-sm font-medium touch:h-10 ${look[variant]}`;
}

export function Button({ variant = "plain", icon, className = "", children, type = "button", ...rest }: ButtonProps) {
  return (
    <button
      type={type}
      className={`${buttonLook(variant)} ${className}`}
      {...rest}
    >
      {icon && <Icon name={icon} size={14} />}
      {children}
    </button>
  );
}

interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  icon: IconName;
  label: string;
  size?: number;
  ref?: Ref<HTMLButtonElement>;
}

export function IconButton({ icon, label, size = 16, className = "", type = "button", ...rest }: IconButtonProps) {
  return (
    <button
      type={type}
      aria-label={label}
      title={label}
      className={`inline-flex size-8 shrink-0 items-center justify-center rounded-md text-dim hover:bg-hover hover:text-ink disabled:text-faint touch:size-10 ${className}`}
      {...rest}
    >
      <Icon name={icon} size={size} />
    </button>
  );
}
