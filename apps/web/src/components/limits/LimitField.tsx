import { type ReactNode, useEffect, useId, useRef, useState } from "react";

import { errorMessage } from "../../api/client";
import type { Limit } from "../../api/limit-types";
import { Icon } from "../../ui/icons";
import { parseLimit, writtenLimit } from "./limit-text";

interface LimitFieldProps {
  label: string;
  unit: string;
  /** Undefined: this field says nothing, and what `inherited` says counts. */
  value: Limit | undefined;
  inherited?: Limit;
  /** What is to be known beside it. */
  detail?: ReactNode;
  /** Rejects with what the server says against it. */
  onSave(value: Limit): Promise<unknown>;
}

/** One limit. It is kept when one leaves the field or presses Enter; empty is no limit of its own. */
export function LimitField({ label, unit, value, inherited, detail, onSave }: LimitFieldProps) {
  const id = useId();
  const written = writtenLimit(value);
  // What was typed and is not kept yet; whatever comes from elsewhere meanwhile leaves it alone.
  const [typed, setTyped] = useState<string>();
  const text = typed ?? written;
  const [error, setError] = useState<string>();
  const [saved, setSaved] = useState(false);
  const saving = useRef<Limit>(undefined);
  useEffect(() => {
    if (!saved) return;
    const timer = setTimeout(() => setSaved(false), 1_600);
    return () => clearTimeout(timer);
  }, [saved]);

  const save = async () => {
    if (typed === undefined) return;
    const next = parseLimit(typed);
    if (next === undefined) {
      setError("A whole number from 1, or empty.");
      return;
    }
    setError(undefined);
    if (next === (value ?? null)) {
      setTyped(undefined);
      return;
    }
    // Enter, and then leaving the field, is one change.
    if (next === saving.current) return;
    saving.current = next;
    const sent = writtenLimit(next);
    setTyped(sent);
    try {
      await onSave(next);
      setTyped((now) => (now === sent ? undefined : now));
      setSaved(true);
    } catch (thrown) {
      setError(errorMessage(thrown));
    } finally {
      if (saving.current === next) saving.current = undefined;
    }
  };
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3.5 py-2 text-sm">
      <label htmlFor={id} className="min-w-28 flex-1">
        {label}
        {detail && <span className="block text-xs text-dim">{detail}</span>}
      </label>
      <span className="flex shrink-0 items-center gap-2">
        <span role="status" className="flex w-4 justify-end text-ok">
          {saved && (
            <>
              <Icon name="check" size={14} />
              <span className="sr-only">Saved</span>
            </>
          )}
        </span>
        <input
          id={id}
          value={text}
          inputMode="numeric"
          autoComplete="off"
          placeholder={inherited === undefined || inherited === null ? "No limit" : writtenLimit(inherited)}
          aria-invalid={error ? true : undefined}
          aria-describedby={`${id}-unit${error ? ` ${id}-error` : ""}`}
          onChange={(event) => setTyped(event.target.value)}
          onBlur={() => void save()}
          onKeyDown={(event) => {
            if (event.key === "Enter") {
              event.preventDefault();
              void save();
            }
            if (event.key === "Escape" && text !== written) {
              event.stopPropagation();
              setError(undefined);
              setTyped(undefined);
            }
          }}
          className="h-8 w-26 rounded-md border border-line-strong bg-canvas px-2 text-right text-sm tabular-nums placeholder:text-faint aria-invalid:border-danger touch:h-10"
        />
        <span id={`${id}-unit`} className="w-16 text-dim">
          {unit}
        </span>
      </span>
      {error && (
        <p id={`${id}-error`} role="alert" className="w-full text-right text-sm text-danger">
          {error}
        </p>
      )}
    </div>
  );
}
