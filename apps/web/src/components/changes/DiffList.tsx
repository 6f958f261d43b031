import { defaultRangeExtractor, useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";

import { useMedia } from "../use-media";
import { isTyping } from "../use-shortcuts";
import { useWidth } from "../use-width";
import { DiffFileHeader } from "./DiffFileHeader";
import { DiffNote } from "./DiffNote";
import { SplitLine, UnifiedLine } from "./DiffLine";
import { type DiffRow, diffRows, type Layout } from "./diff-rows";
import type { Changes } from "./use-changes";

interface DiffListProps {
  changes: Changes;
  layout: Layout;
  folded: ReadonlySet<string>;
  /** The file to go to; `at` tells one wish from the next. */
  target: { path: string; at: number } | undefined;
  onToggle(path: string): void;
  /** The file at the top, as one scrolls. */
  onReach(path: string): void;
  onOpenFile(path: string): void;
}

const GESTURES = ["wheel", "touchmove", "pointerdown", "keydown"];
const HEADER = 40;
const LINE = 20;

/** All changes, one file below the other; only what is in sight is in the document. */
export function DiffList({ changes, layout, folded, target, onToggle, onReach, onOpenFile }: DiffListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const { files, unloaded, want } = changes;
  const rows = useMemo(() => diffRows(files, layout, folded, unloaded), [files, layout, folded, unloaded]);
  const headers = useMemo(() => rows.flatMap((row, index) => (row.type === "file" ? [index] : [])), [rows]);
  const top = useRef(0);
  const width = useWidth(scroller);
  const [character, setCharacter] = useState(7.2);
  useLayoutEffect(() => {
    if (scroller.current) setCharacter(characterWidth(scroller.current));
  }, []);
  const narrow = useMedia("(max-width: 639px)");
  // Another function would have every one of fifty thousand rows laid out anew.
  const getItemKey = useCallback((index: number) => rows[index]!.id, [rows]);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    getItemKey,
    estimateSize: (index) => estimate(rows[index]!, Math.floor((width - 8) / character), Math.floor((width / 2 - 8) / character), narrow ? 7 : 12),
    overscan: 20,
    // The header of the file that is read stays at the top.
    rangeExtractor: (range) => {
      top.current = headers[headBefore(headers, range.startIndex)] ?? 0;
      const shown = defaultRangeExtractor(range);
      return shown[0] === top.current || headers.length === 0 ? shown : [top.current, ...shown.filter((index) => index !== top.current)];
    },
  });
  // The same lines break elsewhere in another width.
  useEffect(() => virtualizer.measure(), [virtualizer, width, character]);
  const items = virtualizer.getVirtualItems();

  const lacking = items.flatMap(({ index }) => {
    const row = rows[index];
    return row?.type === "note" && row.note === "loading" && !unloaded.has(row.file.path) ? [row.file.path] : [];
  });
  const lackingKey = lacking.join("\n");
  useEffect(() => {
    if (lackingKey) want(lackingKey.split("\n"));
  }, [lackingKey, want]);

  const reached = rows[top.current]?.file.path;
  useEffect(() => {
    if (reached !== undefined) onReach(reached);
  }, [reached, onReach]);

  const headerOf = (path: string) => headers.find((index) => rows[index]!.file.path === path);
  // The file one has gone to stays in its place while those around it come, until one scrolls oneself.
  const pinned = useRef<string>(undefined);
  const goTo = (path: string) => {
    const index = headerOf(path);
    pinned.current = path;
    if (index !== undefined) virtualizer.scrollToIndex(index, { align: "start" });
  };
  // And so does what is read, whatever comes above it.
  const place = useRef<{ path: string; below: number }>(undefined);
  const laidOut = useRef(rows);
  useLayoutEffect(() => {
    // Only what the list holds moves it.
    if (laidOut.current === rows) return;
    laidOut.current = rows;
    if (pinned.current !== undefined) return goTo(pinned.current);
    const index = place.current && headerOf(place.current.path);
    const start = index === undefined ? undefined : virtualizer.measurementsCache[index]?.start;
    if (start !== undefined && place.current) virtualizer.scrollToOffset(start + place.current.below);
  });
  useEffect(() => {
    const start = virtualizer.measurementsCache[top.current]?.start;
    const row = rows[top.current];
    if (row && start !== undefined) place.current = { path: row.file.path, below: (virtualizer.scrollOffset ?? 0) - start };
  });
  useEffect(() => {
    const list = scroller.current;
    const release = () => {
      pinned.current = undefined;
    };
    for (const gesture of GESTURES) list?.addEventListener(gesture, release, { passive: true });
    return () => {
      for (const gesture of GESTURES) list?.removeEventListener(gesture, release);
    };
  }, []);
  const wished = useRef<number>(undefined);
  useEffect(() => {
    // The file may be listed only later than it was wished for.
    if (!target || wished.current === target.at || !files.some(({ path }) => path === target.path)) return;
    wished.current = target.at;
    goTo(target.path);
  });

  const goOn = useRef((_step: 1 | -1) => {});
  useEffect(() => {
    goOn.current = (step) => {
      const row = rows[headers[headBefore(headers, top.current) + step] ?? -1];
      if (row) goTo(row.file.path);
    };
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const step = event.key === "j" ? 1 : event.key === "k" ? -1 : undefined;
      if (step === undefined || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector("[role=dialog],[role=menu]")) return;
      event.preventDefault();
      goOn.current(step);
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  return (
    <div ref={scroller} tabIndex={0} role="group" aria-label="Changes" className="h-full overflow-y-auto overflow-x-hidden font-mono text-xs leading-5 outline-offset-[-2px] [overflow-anchor:none]">
      <div className="relative" style={{ height: virtualizer.getTotalSize() }}>
        {items.map(({ index, key, start }) => {
          const row = rows[index]!;
          const sticks = index === top.current && row.type === "file";
          return (
            <div key={key} data-index={index} ref={virtualizer.measureElement} className={sticks ? "sticky top-0 z-10" : "absolute inset-x-0 top-0"} style={sticks ? undefined : { transform: `translateY(${start}px)` }}>
              <Row row={row} onToggle={onToggle} onOpenFile={onOpenFile} onLoad={changes.load} />
            </div>
          );
        })}
      </div>
    </div>
  );
}

interface RowProps {
  row: DiffRow;
  onToggle(path: string): void;
  onOpenFile(path: string): void;
  onLoad(path: string): void;
}

function Row({ row, onToggle, onOpenFile, onLoad }: RowProps) {
  switch (row.type) {
    case "file":
      return <DiffFileHeader file={row.file} folded={row.folded} onToggle={onToggle} onOpenFile={onOpenFile} />;
    case "note":
      return <DiffNote row={row} onLoad={onLoad} />;
    case "hunk":
      return <div className="truncate bg-sunken px-3 text-faint">{row.text}</div>;
    case "line":
      return <UnifiedLine line={row.line} />;
    case "pair":
      return <SplitLine left={row.left} right={row.right} />;
  }
}

/** The last header at or before a row. */
function headBefore(headers: readonly number[], index: number): number {
  let low = 0;
  let high = headers.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (headers[middle]! <= index) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** As a line breaks, so it is high; a guess that is right moves nothing when the line is drawn. `beside`: the columns of numbers and the sign. */
function estimate(row: DiffRow, columns: number, halfColumns: number, beside: number): number {
  if (row.type === "file") return HEADER;
  if (row.type === "note") return 52;
  if (row.type === "hunk") return LINE;
  if (row.type === "line") return LINE * linesFor(row.line.text, columns - beside);
  return LINE * Math.max(row.left ? linesFor(row.left.text, halfColumns - 7) : 1, row.right ? linesFor(row.right.text, halfColumns - 7) : 1);
}

function linesFor(text: string, columns: number): number {
  return text.length <= columns ? 1 : Math.ceil(Math.min(text.length, 2_040) / Math.max(10, columns));
}

function characterWidth(element: HTMLElement): number {
  const context = document.createElement("canvas").getContext("2d");
  if (!context) return 7.2;
  const { fontSize, fontFamily } = getComputedStyle(element);
  context.font = `${fontSize} ${fontFamily}`;
  return context.measureText("0".repeat(100)).width / 100;
}
