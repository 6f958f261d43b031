import { type ReactNode, useEffect, useId, useRef, useState } from "react";

import { errorMessage } from "../../api/client";
import { Icon } from "../../ui/icons";

interface SettingFieldProps {
  label: string;
  detail?: ReactNode;
  type?: "text" | "email";
  value: string;
  placeholder: string;
  unit?: string;
  mono?: boolean;
  wide?: boolean;
  /** Rejects with what the server says against it. */
  onSave(text: string): Promise<unknown>;
}

/** One setting as text. It is kept when one leaves the field or presses Enter. */
export function SettingField({ label, detail, type = "text", value, placeholder, unit, mono = false, wide = false, onSave }: SettingFieldProps) {
  const id = useId();
  const [typed, setTyped] = useState<string>();
  const [error, setError] = useState<string>();
  const [saved, setSaved] = useState(false);
  const saving = useRef<string>(undefined);
  useEffect(() => {
    if (!saved) return;
    const timer = setTimeout(() => setSaved(false), 1_600);
    return () => clearTimeout(timer);
  }, [saved]);

  const save = async () => {
    const next = typed?.trim();
    // Enter, and then leaving the field, is one change.
    if (next === undefined || next === saving.current) return;
    if (next === value) return setTyped(undefined);
    saving.current = next;
    try {
      await onSave(next);
      setError(undefined);
      setTyped(undefined);
      setSaved(true);
    } catch (thrown) {
      setError(errorMessage(thrown));
    } finally {
      saving.current = undefined;
    }
  };
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2 px-3.5 py-3">
      <div className="min-w-44 flex-1 text-sm">
        <label htmlFor={id} className="font-medium">
          {label}
        </label>
        {detail && (
          <p id={`${id}-detail`} className="break-words text-dim">
            {detail}
          </p>
        )}
      </div>
      <span className={`flex items-center gap-2 ${wide ? "w-full sm:w-72" : "max-sm:w-full"}`}>
        <span role="status" className="flex w-4 shrink-0 justify-end text-ok max-sm:hidden">
          {saved && (
            <>
              <Icon name="check" size={14} />
              <span className="sr-only">Saved</span>
            </>
          )}
        </span>
        <input
          id={id}
          type={type}
          value={typed ?? value}
          placeholder={placeholder}
          autoComplete="off"
          spellCheck={false}
          aria-invalid={error ? true : undefined}
          aria-describedby={[detail && `${id}-detail`, error && `${id}-error`].filter(Boolean).join(" ") || undefined}
          onChange={(event) => setTyped(event.target.value)}
          onBlur={() => void save()}
          onKeyDown={(event) => {
            if (event.key === "Enter") {
              event.preventDefault();
              void save();
            }
            if (event.key === "Escape" && typed !== undefined) {
              event.stopPropagation();
              setError(undefined);
              setTyped(undefined);
            }
          }}
          className={`h-8 min-w-0 flex-1 rounded-md border border-line-strong bg-canvas px-2 text-sm placeholder:text-faint aria-invalid:border-danger touch:h-10 ${mono ? "font-mono" : ""} ${unit ? "w-20 flex-none text-right tabular-nums" : "sm:w-56"}`}
        />
        {unit && <span className="text-sm text-dim">{unit}</span>}
      </span>
      {error && (
        <p id={`${id}-error`} role="alert" className="w-full text-right text-sm text-danger">
          {error}
        </p>
      )}
    </div>
  );
}
