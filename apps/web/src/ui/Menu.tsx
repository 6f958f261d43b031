import { Menu as Base } from "@base-ui/react/menu";
import { type ReactElement, type ReactNode, useMemo } from "react";

import { Icon, type IconName } from "./icons";

const popup =
  "z-50 max-h-[min(26rem,var(--available-height))] min-w-44 max-w-[min(22rem,calc(100vw-16px))] overflow-y-auto rounded-lg bg-raised p-1 shadow-pop outline-none animate-appear";
const item =
  "flex w-full cursor-default select-none items-center gap-2 rounded-md px-2 py-1.5 text-sm outline-none data-[highlighted]:bg-hover touch:min-h-10";

interface MenuProps {
  trigger: ReactElement;
  children: ReactNode;
  side?: "top" | "bottom";
  align?: "start" | "end";
  /** Who opens the menu by other ways than its trigger keeps whether it is open. */
  open?: boolean;
  onOpenChange?(open: boolean): void;
  /** Where the menu opens, if not at its trigger. */
  point?: { x: number; y: number };
}

export function Menu({ trigger, children, side = "bottom", align = "start", open, onOpenChange, point }: MenuProps) {
  const anchor = useMemo(() => point && { getBoundingClientRect: () => DOMRect.fromRect(point) }, [point]);
  return (
    <Base.Root modal={false} open={open} onOpenChange={onOpenChange}>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner anchor={anchor} side={side} align={align} sideOffset={anchor ? 2 : 6} className="z-50 outline-none">
          <Base.Popup className={popup}>{children}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

interface MenuItemProps {
  icon?: IconName;
  tone?: "danger";
  onSelect(): void;
  children: ReactNode;
  hint?: string;
}

export function MenuItem({ icon, tone, onSelect, children, hint }: MenuItemProps) {
  return (
    <Base.Item onClick={onSelect} className={`${item} ${tone === "danger" ? "text-danger" : ""}`}>
      {icon && <Icon name={icon} size={14} className={tone ? "" : "text-faint"} />}
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {hint && <span className="text-xs text-faint">{hint}</span>}
    </Base.Item>
  );
}

export function MenuSeparator() {
  return <Base.Separator className="mx-1 my-1 h-px bg-line" />;
}

export interface Choice<T extends string> {
  value: T;
  label: string;
  description?: string;
}

interface ChoiceMenuProps<T extends string> {
  label: string;
  value: T;
  choices: readonly Choice<T>[];
  onChange(value: T): void;
  trigger: ReactElement;
  side?: "top" | "bottom";
  footer?: ReactNode;
}

/** A menu that holds one choice. */
export function ChoiceMenu<T extends string>({ label, value, choices, onChange, trigger, side = "top", footer }: ChoiceMenuProps<T>) {
  return (
    <Menu trigger={trigger} side={side}>
      <Base.RadioGroup value={value} onValueChange={(next) => onChange(next as T)} aria-label={label}>
        {choices.map((choice) => (
          <Base.RadioItem key={choice.value} value={choice.value} closeOnClick className={`${item} items-start`}>
            <span className="min-w-0 flex-1">
              <span className="block truncate">{choice.label}</span>
              {choice.description && <span className="block whitespace-normal text-xs text-dim">{choice.description}</span>}
            </span>
            <Base.RadioItemIndicator className="mt-0.5 text-accent-ink">
              <Icon name="check" size={14} />
            </Base.RadioItemIndicator>
          </Base.RadioItem>
        ))}
      </Base.RadioGroup>
      {footer && <div className="border-t border-line px-2 pb-1 pt-2 text-xs text-dim">{footer}</div>}
    </Menu>
  );
}
