import { useEffect, useRef, useState } from "react";

/** Edits a title in place: Enter keeps it, Escape does not. */
export function RenameField({ name, onDone }: { name: string; onDone(next: string | undefined): void }) {
  const [value, setValue] = useState(name);
  const input = useRef<HTMLInputElement>(null);
  // Escape also takes the focus away, which would keep the title after all.
  const finished = useRef(false);
  useEffect(() => {
    // A menu that opened this field gives the focus back when it has closed.
    const frame = requestAnimationFrame(() => input.current?.select());
    return () => cancelAnimationFrame(frame);
  }, []);
  const finish = (next: string | undefined) => {
    if (finished.current) return;
    finished.current = true;
    onDone(next && next !== name ? next : undefined);
  };
  return (
    <input
      ref={input}
      value={value}
      aria-label="Title"
      maxLength={200}
      onChange={(event) => setValue(event.target.value)}
      onBlur={() => finish(value.trim())}
      onKeyDown={(event) => {
        if (event.key === "Enter") finish(value.trim());
        if (event.key === "Escape") {
          event.stopPropagation();
          finish(undefined);
        }
      }}
      className="h-6 w-full min-w-0 max-w-120 rounded border border-line-strong bg-canvas px-1 text-base font-semibold touch:h-9"
    />
  );
}
