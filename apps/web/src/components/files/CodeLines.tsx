import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, useMemo, useRef } from "react";

import { Tokens } from "../markdown/CodeBlock";
import { type ColouredPiece, PIECE_LINES, piecesOf, useColours } from "../markdown/coloured";

const LINE = 20;
/** What stands in one line of a file that was never meant to be read. */
const MOST = 5_000;

/** A text with numbered lines, in its colours; only those in sight are in the document. */
export function CodeLines({ text, path }: { text: string; path: string }) {
  const scroller = useRef<HTMLDivElement>(null);
  const { lines, pieces, width } = useMemo(() => {
    const all = text.replace(/\n$/, "").split(/\r?\n/);
    return { lines: all, pieces: piecesOf(all, path), width: Math.min(MOST, all.reduce((most, line) => Math.max(most, line.length), 0)) };
  }, [text, path]);
  const virtualizer = useVirtualizer({ count: lines.length, getScrollElement: () => scroller.current, estimateSize: () => LINE, overscan: 30, paddingStart: 6, paddingEnd: 12 });
  const digits = `${String(lines.length).length + 3}ch`;
  return (
    <div ref={scroller} tabIndex={0} role="group" aria-label={`Content of ${path}`} className="h-full overflow-auto font-mono text-xs leading-5 outline-offset-[-2px]">
      <div className="relative min-w-full" style={{ height: virtualizer.getTotalSize(), width: `calc(${width}ch + ${digits} + 3ch)` }}>
        {virtualizer.getVirtualItems().map(({ index, start }) => (
          <div key={index} className="absolute inset-x-0 top-0 flex" style={{ height: LINE, transform: `translateY(${start}px)` }}>
            <span aria-hidden="true" className="sticky left-0 shrink-0 select-none bg-canvas pr-[1.5ch] text-right text-faint" style={{ width: digits }}>
              {index + 1}
            </span>
            <CodeLine text={lines[index]!} piece={pieces[Math.floor(index / PIECE_LINES)]!} at={index % PIECE_LINES} />
          </div>
        ))}
      </div>
    </div>
  );
}

const CodeLine = memo(function CodeLine({ text, piece, at }: { text: string; piece: ColouredPiece; at: number }) {
  const tokens = useColours(piece, at);
  return <span className="whitespace-pre [tab-size:4]">{tokens && text.length <= MOST ? <Tokens tokens={tokens} /> : text.length > MOST ? `${text.slice(0, MOST)}…` : text}</span>;
});
