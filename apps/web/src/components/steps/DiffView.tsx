import { memo, useMemo, useState } from "react";

import { Button } from "../../ui/Button";
import { plural } from "../../ui/numbers";
import { Tokens } from "../markdown/CodeBlock";
import { useHighlight } from "../markdown/use-highlight";
import { type DiffHunk, type DiffLine, parseDiff } from "./diff";

/** More lines than this are shown when asked for. */
const FIRST_LINES = 400;

const look: Record<DiffLine["type"], { row: string; sign: string; word: string }> = {
  context: { row: "", sign: " ", word: "" },
  added: { row: "bg-ok-soft", sign: "+", word: "added: " },
  removed: { row: "bg-danger-soft/80", sign: "−", word: "removed: " },
};

export default function DiffView({ diff, path }: { diff: string; path: string }) {
  const [all, setAll] = useState(false);
  const hunks = useMemo(() => parseDiff(diff), [diff]);
  const count = hunks.reduce((sum, hunk) => sum + hunk.lines.length, 0);
  const shown = all ? hunks : firstLines(hunks, FIRST_LINES);
  return (
    <div role="group" aria-label={`Changes to ${path}`} tabIndex={0} className="overflow-x-auto font-mono text-xs leading-[1.6]">
      <div className="w-max min-w-full py-1">
        {shown.map((hunk, index) => (
          <Hunk key={index} hunk={hunk} path={path} first={index === 0} />
        ))}
      </div>
      {!all && count > FIRST_LINES && (
        <div className="sticky left-0 border-t border-line p-2">
          <Button onClick={() => setAll(true)}>Show all {plural(count, "line")}</Button>
        </div>
      )}
    </div>
  );
}

function firstLines(hunks: DiffHunk[], count: number): DiffHunk[] {
  const shown: DiffHunk[] = [];
  let room = count;
  for (const hunk of hunks) {
    if (room <= 0) break;
    shown.push({ ...hunk, lines: hunk.lines.slice(0, room) });
    room -= hunk.lines.length;
  }
  return shown;
}

interface HunkProps {
  hunk: DiffHunk;
  path: string;
  first: boolean;
}

const Hunk = memo(function Hunk({ hunk, path, first }: HunkProps) {
  const { lines } = hunk;
  const code = useMemo(() => lines.map((line) => line.text).join("\n"), [lines]);
  const highlighted = useHighlight(code, path);
  return (
    <>
      {!first && <div className="my-1 border-y border-line bg-sunken px-3 text-faint">⋯ {hunk.heading}</div>}
      {lines.map((line, index) => {
        const { row, sign, word } = look[line.type];
        const tokens = highlighted?.lines[index];
        return (
          <div key={index} className={`flex whitespace-pre ${row}`}>
            <span aria-hidden="true" className="w-10 shrink-0 select-none pr-2 text-right text-faint max-sm:w-8">
              {line.after ?? line.before}
            </span>
            <span aria-hidden="true" className="w-4 shrink-0 select-none text-dim">
              {sign}
            </span>
            <span className="pr-3">
              {word && <span className="sr-only">{word}</span>}
              {tokens ? <Tokens tokens={tokens} /> : line.text}
            </span>
          </div>
        );
      })}
    </>
  );
});
