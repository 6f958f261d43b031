import { useMemo } from "react";

import { stripAnsi } from "./ansi";

/** Output as it came, in a box that scrolls. Colours of the terminal are left out. */
export function LongText({ text }: { text: string }) {
  const plain = useMemo(() => stripAnsi(text.replace(/\n$/, "")), [text]);
  return (
    <pre tabIndex={0} role="group" aria-label="Output" className="max-h-80 overflow-auto whitespace-pre-wrap break-words px-3 py-2.5 font-mono text-xs leading-[1.6] text-dim">
      {plain}
    </pre>
  );
}
