import { defaultRangeExtractor, useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef } from "react";

import { isTyping } from "../use-shortcuts";
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

const HEADER = 40;
const LINE = 20;

/** All changes, one file below the other; only what is in sight is in the document. */
export function DiffList({ changes, layout, folded, target, onToggle, onReach, onOpenFile }: DiffListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const { files, unloaded, want } = changes;
  const rows = useMemo(() => diffRows(files, layout, folded, unloaded), [files, layout, folded, unloaded]);
  const headers = useMemo(() => rows.flatMap((row, index) => (row.type === "file" ? [index] : [])), [rows]);
  const top = useRef(0);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    getItemKey: (index) => keyOf(rows, index),
    estimateSize: (index) => estimate(rows[index]!, scroller.current?.clientWidth ?? 700),
    overscan: 20,
    // The header of the file that is read stays at the top.
    rangeExtractor: (range) => {
      top.current = headers[headBefore(headers, range.startIndex)] ?? 0;
      const shown = defaultRangeExtractor(range);
      return shown[0] === top.current || headers.length === 0 ? shown : [top.current, ...shown.filter((index) => index !== top.current)];
    },
  });
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

  const goTo = (path: string) => {
    const index = rows.findIndex((row) => row.type === "file" && row.file.path === path);
    if (index >= 0) virtualizer.scrollToIndex(index, { align: "start" });
  };
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

function keyOf(rows: readonly DiffRow[], index: number): string {
  const row = rows[index]!;
  switch (row.type) {
    case "file":
    case "note":
      return `${row.type} ${row.file.path}`;
    case "hunk":
      return `hunk ${row.file.path} ${row.text}`;
    case "line":
      return `${row.file.path} ${row.line.before ?? ""}:${row.line.after ?? ""}:${row.line.sign === "\\" ? index : ""}`;
    case "pair":
      return `${row.file.path} ${row.left?.before ?? ""} ${row.right?.after ?? ""}`;
  }
}

/** A character is about 7.2 pixels wide; as a line breaks, so it is high. */
function estimate(row: DiffRow, width: number): number {
  if (row.type === "file") return HEADER;
  if (row.type === "note") return 52;
  if (row.type === "hunk") return LINE;
  const columns = (pixels: number) => Math.max(20, Math.floor((pixels - 110) / 7.23));
  if (row.type === "line") return LINE * Math.ceil(Math.max(1, Math.min(row.line.text.length, 2_040)) / columns(width));
  const longest = Math.max(row.left?.text.length ?? 0, row.right?.text.length ?? 0, 1);
  return LINE * Math.ceil(Math.min(longest, 2_040) / columns(width / 2 + 40));
}
