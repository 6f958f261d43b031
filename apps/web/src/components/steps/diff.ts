/** Reads unified diffs, as far as the page shows them. */

export interface DiffLine {
  type: "context" | "added" | "removed";
  text: string;
  before?: number;
  after?: number;
}

export interface DiffHunk {
  /** What stands behind the second `@@`. */
  heading: string;
  lines: DiffLine[];
}

const HUNK = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@ ?(.*)$/;

/** The hunks of one file's diff. What comes before the first `@@` is left out; a diff without any is one hunk. */
export function parseDiff(diff: string): DiffHunk[] {
  const hunks: DiffHunk[] = [];
  let before = 1;
  let after = 1;
  const lines = diff.replace(/\r\n/g, "\n").replace(/\n$/, "").split("\n");
  const hasHunks = lines.some((line) => HUNK.test(line));
  if (!hasHunks) hunks.push({ heading: "", lines: [] });
  for (const line of lines) {
    const header = HUNK.exec(line);
    if (header) {
      before = Number(header[1]);
      after = Number(header[2]);
      hunks.push({ heading: header[3] ?? "", lines: [] });
      continue;
    }
    const hunk = hunks.at(-1);
    if (!hunk || line.startsWith("\\")) continue;
    if (!hasHunks && /^(---|\+\+\+|diff |index )/.test(line)) continue;
    if (line.startsWith("+")) hunk.lines.push({ type: "added", text: line.slice(1), after: after++ });
    else if (line.startsWith("-")) hunk.lines.push({ type: "removed", text: line.slice(1), before: before++ });
    else hunk.lines.push({ type: "context", text: line.slice(1), before: before++, after: after++ });
  }
  return hunks;
}
