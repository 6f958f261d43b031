import { expect, it } from "vitest";

import type { FileDiff } from "../../api/workspace-types";
import { type DiffRow, diffRows } from "./diff-rows";

const file = (more: Partial<FileDiff>): FileDiff => ({ path: "a.ts", status: "modified", binary: false, ...more });
const changed = file({ hunks: [{ oldStart: 3, oldLines: 4, newStart: 3, newLines: 4, section: "function f", lines: [" a", "-b", "-c", "+B", " d", "+e", "\\ No newline at end of file"] }] });
const none = new Set<string>();
const show = (rows: DiffRow[]) =>
  rows.map((row) => {
    if (row.type === "line") return `${row.line.before ?? ""}|${row.line.after ?? ""}|${row.line.sign}${row.line.text}`;
    if (row.type === "pair") return `${row.left ? `${row.left.before}${row.left.text}` : ""} ~ ${row.right ? `${row.right.after}${row.right.text}` : ""}`;
    if (row.type === "note") return row.note;
    return row.type === "hunk" ? row.text : row.file.path;
  });

it("numbers the lines of both sides", () => {
  expect(show(diffRows([changed], "unified", none, new Map()))).toEqual(["a.ts", "@@ −3,4 +3,4 @@ function f", "3|3| a", "4||-b", "5||-c", "|4|+B", "6|5| d", "|6|+e", "||\\ No newline at end of file"]);
});

it("puts what was taken away beside what came in its place", () => {
  expect(show(diffRows([changed], "split", none, new Map())).slice(2)).toEqual(["3a ~ 3a", "4b ~ 4B", "5c ~ ", "6d ~ 5d", " ~ 6e"]);
});

it("says why a file has no lines to show", () => {
  const files = [file({ path: "1", binary: true }), file({ path: "2", truncated: true }), file({ path: "3" }), file({ path: "4", hunks: [] }), file({ path: "5" }), file({ path: "6", hunks: [] })];
  expect(show(diffRows(files, "unified", new Set(["6"]), new Map([["5", { state: "failed", message: "gone" }]])))).toEqual(["1", "binary", "2", "truncated", "3", "loading", "4", "unchanged", "5", "failed", "6"]);
});

it("takes a large file in its stride, and builds its rows once", () => {
  const lines = Array.from({ length: 50_000 }, (_, index) => `+line ${index}`);
  const large = file({ hunks: [{ oldStart: 0, oldLines: 0, newStart: 1, newLines: lines.length, lines }] });
  const first = diffRows([large], "unified", none, new Map());
  expect(first).toHaveLength(50_002);
  expect(diffRows([large], "unified", none, new Map())[40_000]).toBe(first[40_000]);
});
