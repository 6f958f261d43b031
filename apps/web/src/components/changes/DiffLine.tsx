import { memo } from "react";

import { Tokens } from "../markdown/CodeBlock";
import { useColours } from "../markdown/coloured";
import type { Line } from "./diff-rows";

/** What stands in one line of a file that was never meant to be read. */
const MOST = 2_000;

const look: Record<Line["sign"], { back: string; sign: string; word: string }> = {
  " ": { back: "", sign: "", word: "" },
  "+": { back: "bg-ok-soft", sign: "+", word: "added: " },
  "-": { back: "bg-danger-soft/80", sign: "−", word: "removed: " },
  "\\": { back: "text-dim", sign: "", word: "" },
};

const number = "w-[5ch] shrink-0 select-none pr-[1ch] text-right text-faint";

export const UnifiedLine = memo(function UnifiedLine({ line }: { line: Line }) {
  const { back } = look[line.sign];
  return (
    <div className={`flex min-h-5 ${back}`}>
      <span aria-hidden="true" className={`${number} max-sm:hidden`}>
        {line.before}
      </span>
      <span aria-hidden="true" className={number}>
        {line.after ?? <span className="sm:hidden">{line.before}</span>}
      </span>
      <Text line={line} />
    </div>
  );
});

export const SplitLine = memo(function SplitLine({ left, right }: { left?: Line; right?: Line }) {
  return (
    <div className="flex min-h-5">
      <Side line={left} side="before" />
      <Side line={right} side="after" />
    </div>
  );
});

function Side({ line, side }: { line: Line | undefined; side: "before" | "after" }) {
  if (!line) return <div className="w-1/2 bg-sunken not-first:border-l not-first:border-line" />;
  return (
    <div className={`flex w-1/2 min-w-0 not-first:border-l not-first:border-line ${look[line.sign].back}`}>
      <span aria-hidden="true" className={number}>
        {line[side]}
      </span>
      <Text line={line} />
    </div>
  );
}

function Text({ line }: { line: Line }) {
  const tokens = useColours(line.sign === "\\" ? undefined : line.piece, line.at);
  const { sign, word } = look[line.sign];
  const long = line.text.length > MOST;
  return (
    <>
      <span aria-hidden="true" className="w-[2ch] shrink-0 select-none text-dim">
        {sign}
      </span>
      <span className="min-w-0 flex-1 whitespace-pre-wrap break-all pr-2 [tab-size:4]">
        {word && <span className="sr-only">{word}</span>}
        {tokens && !long ? <Tokens tokens={tokens} /> : long ? `${line.text.slice(0, MOST)}… (${(line.text.length - MOST).toLocaleString()} more characters)` : line.text}
      </span>
    </>
  );
}
