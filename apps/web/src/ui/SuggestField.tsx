import { Autocomplete } from "@base-ui/react/autocomplete";
import { type ClipboardEvent, type FocusEvent, type ReactNode, useId } from "react";

export interface Suggestion {
  value: string;
  hint?: string;
}

interface SuggestFieldProps {
  label: string;
  hideLabel?: boolean;
  value: string;
  items: readonly Suggestion[];
  placeholder?: string;
  error?: string;
  /** What is to be known below the field. */
  detail?: ReactNode;
  busy?: boolean;
  disabled?: boolean;
  autoFocus?: boolean;
  onChange(value: string): void;
  onPaste?(event: ClipboardEvent<HTMLInputElement>): void;
  onBlur?(event: FocusEvent<HTMLInputElement>): void;
}

/** As many as one looks through. */
const SHOWN = 60;

/** A field that suggests what it knows, and takes what it does not. */
export function SuggestField({ label, hideLabel, value, items, placeholder, error, detail, busy, disabled, autoFocus, onChange, onPaste, onBlur }: SuggestFieldProps) {
  const id = useId();
  // A value that is one of them needs no suggestion of itself.
  const others = items.some((item) => item.value === value) ? [] : (items as Suggestion[]);
  return (
    <Autocomplete.Root items={others} value={value} onValueChange={onChange} itemToStringValue={(item) => item.value} limit={SHOWN} openOnInputClick disabled={disabled}>
      <div className="min-w-0 flex-1">
        <label htmlFor={id} className={hideLabel ? "sr-only" : "mb-1 block text-sm font-medium"}>
          {label}
        </label>
        <Autocomplete.Input
          id={id}
          placeholder={placeholder}
          autoFocus={autoFocus}
          spellCheck={false}
          autoCapitalize="off"
          autoCorrect="off"
          aria-invalid={error ? true : undefined}
          aria-describedby={error || detail ? `${id}-about` : undefined}
          aria-busy={busy}
          onPaste={onPaste}
          onBlur={onBlur}
          className="h-9 w-full rounded-md border border-line-strong bg-canvas px-2.5 font-mono text-sm text-ink placeholder:font-sans placeholder:text-faint aria-invalid:border-danger disabled:text-faint touch:h-10"
        />
        <div id={`${id}-about`} className="mt-1 text-xs empty:hidden">
          {error ? (
            <p role="alert" className="break-words text-sm text-danger">
              {error}
            </p>
          ) : (
            detail && <div className="break-words text-dim">{detail}</div>
          )}
        </div>
      </div>
      {others.length > 0 && (
        <Autocomplete.Portal>
          <Autocomplete.Positioner sideOffset={4} className="z-60 outline-none">
            <Autocomplete.Popup className="max-h-[min(18rem,var(--available-height))] w-(--anchor-width) min-w-56 max-w-(--available-width) overflow-y-auto rounded-lg bg-raised p-1 shadow-pop outline-none data-empty:hidden">
              <Autocomplete.List>
                {(item: Suggestion) => (
                  <Autocomplete.Item key={`${item.hint}-${item.value}`} value={item} className="flex cursor-default select-none items-center gap-2 rounded-md px-2 py-1.5 text-sm outline-none data-highlighted:bg-hover touch:min-h-10">
                    <span className="min-w-0 flex-1 truncate font-mono text-xs">{item.value}</span>
                    {item.hint && <span className="shrink-0 text-xs text-faint">{item.hint}</span>}
                  </Autocomplete.Item>
                )}
              </Autocomplete.List>
            </Autocomplete.Popup>
          </Autocomplete.Positioner>
        </Autocomplete.Portal>
      )}
    </Autocomplete.Root>
  );
}
