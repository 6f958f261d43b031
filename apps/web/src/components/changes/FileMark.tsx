import type { FileStatus } from "../../api/workspace-types";

const marks: Record<FileStatus, { letter: string; word: string; colour: string }> = {
  added: { letter: "A", word: "added", colour: "text-ok" },
  modified: { letter: "M", word: "modified", colour: "text-warn" },
  deleted: { letter: "D", word: "deleted", colour: "text-danger" },
  renamed: { letter: "R", word: "renamed", colour: "text-accent-ink" },
  type_changed: { letter: "T", word: "of another type", colour: "text-accent-ink" },
};

/** What happened to a file, by a letter. */
export function FileMark({ status }: { status: FileStatus }) {
  const { letter, word, colour } = marks[status] ?? marks.modified;
  return (
    <span title={word} className={`w-3 shrink-0 text-center font-mono text-2xs font-semibold ${colour}`}>
      <span aria-hidden="true">{letter}</span>
      <span className="sr-only">{word}</span>
    </span>
  );
}

/** “+12 −3” */
export function LineTotals({ additions, deletions, className = "" }: { additions?: number; deletions?: number; className?: string }) {
  if (!additions && !deletions) return null;
  return (
    <span className={`shrink-0 font-mono text-xs tabular-nums ${className}`}>
      {additions ? <span className="text-ok">+{additions.toLocaleString()}</span> : null}
      {additions && deletions ? " " : ""}
      {deletions ? <span className="text-danger">−{deletions.toLocaleString()}</span> : null}
    </span>
  );
}
