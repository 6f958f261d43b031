/** The rows of a diff: files one below the other, their hunks and lines, in one column or two. */
import type { FileDiff, Hunk } from "../../api/workspace-types";
import { ColouredPiece, PIECE_LINES } from "../markdown/coloured";

export type Layout = "unified" | "split";

export interface Line {
  sign: "+" | "-" | " " | "\\";
  text: string;
  before?: number;
  after?: number;
  piece?: ColouredPiece;
  /** Which line of its piece. */
  at: number;
}

export type Note = "binary" | "truncated" | "loading" | "failed" | "unchanged";

type Content =
  | { type: "file"; file: FileDiff; folded: boolean }
  | { type: "note"; file: FileDiff; note: Note; message?: string }
  | { type: "hunk"; file: FileDiff; text: string }
  | { type: "line"; file: FileDiff; line: Line }
  | { type: "pair"; file: FileDiff; left?: Line; right?: Line };

/** A number for each row, as keys of fifty thousand must cost nothing. */
export type DiffRow = Content & { id: number };

let lastId = 0;
const row = <T extends Content>(content: T): T & { id: number } => ({ ...content, id: ++lastId });

/** What of a file could not be had yet, or at all. */
export type Unloaded = { state: "loading" } | { state: "failed"; message: string };

const bodies = new WeakMap<FileDiff, Partial<Record<Layout, DiffRow[]>>>();
const headers = new WeakMap<FileDiff, { open: DiffRow; folded: DiffRow }>();

export function diffRows(files: readonly FileDiff[], layout: Layout, folded: ReadonlySet<string>, unloaded: ReadonlyMap<string, Unloaded>): DiffRow[] {
  const rows: DiffRow[] = [];
  for (const file of files) {
    const isFolded = folded.has(file.path);
    let header = headers.get(file);
    if (!header) headers.set(file, (header = { open: row({ type: "file", file, folded: false }), folded: row({ type: "file", file, folded: true }) }));
    rows.push(isFolded ? header.folded : header.open);
    if (!isFolded) for (const line of bodyRows(file, layout, unloaded.get(file.path))) rows.push(line);
  }
  return rows;
}

function bodyRows(file: FileDiff, layout: Layout, missing: Unloaded | undefined): DiffRow[] {
  if (file.binary) return [row({ type: "note", file, note: "binary" })];
  if (missing?.state === "failed") return [row({ type: "note", file, note: "failed", message: missing.message })];
  if (missing?.state === "loading") return [row({ type: "note", file, note: "loading" })];
  if (file.truncated || (!file.hunks && isLarge(file))) return [row({ type: "note", file, note: "truncated" })];
  if (!file.hunks) return [row({ type: "note", file, note: "loading" })];
  if (file.hunks.length === 0) return [row({ type: "note", file, note: "unchanged" })];
  let known = bodies.get(file);
  if (!known) bodies.set(file, (known = {}));
  return (known[layout] ??= file.hunks.flatMap((hunk) => hunkRows(file, hunk, layout)));
}

/** As the server, which leaves out what is too long to be shown unasked. */
function isLarge({ additions = 0, deletions = 0 }: FileDiff): boolean {
  return additions + deletions > 20_000;
}

function hunkRows(file: FileDiff, hunk: Hunk, layout: Layout): DiffRow[] {
  const lines = linesOf(hunk, file.path);
  const head = row({ type: "hunk", file, text: `@@ −${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@${hunk.section ? ` ${hunk.section}` : ""}` });
  return [head, ...(layout === "unified" ? lines.map((line) => row({ type: "line", file, line })) : pairs(file, lines))];
}

export function linesOf(hunk: Hunk, path: string): Line[] {
  let before = hunk.oldStart;
  let after = hunk.newStart;
  const lines = hunk.lines.map((text, index): Line => {
    const sign = (text[0] ?? " ") as Line["sign"];
    const line: Line = { sign, text: text.slice(1), at: index % PIECE_LINES };
    if (sign === "-" || sign === " ") line.before = before++;
    if (sign === "+" || sign === " ") line.after = after++;
    return line;
  });
  for (let start = 0; start < lines.length; start += PIECE_LINES) {
    const part = lines.slice(start, start + PIECE_LINES);
    const piece = new ColouredPiece(part.map((line) => line.text), path);
    for (const line of part) line.piece = piece;
  }
  return lines;
}

/** What was taken away stands left of what came in its place. */
function pairs(file: FileDiff, lines: readonly Line[]): DiffRow[] {
  const rows: DiffRow[] = [];
  let removed: Line[] = [];
  let added: Line[] = [];
  const flush = () => {
    for (let index = 0; index < Math.max(removed.length, added.length); index++) rows.push(row({ type: "pair", file, left: removed[index], right: added[index] }));
    removed = [];
    added = [];
  };
  for (const line of lines) {
    if (line.sign === "-") {
      if (added.length > 0) flush();
      removed.push(line);
    } else if (line.sign === "+") added.push(line);
    else {
      flush();
      if (line.sign === " ") rows.push(row({ type: "pair", file, left: line, right: line }));
    }
  }
  flush();
  return rows;
}
