import { Button } from "../../ui/Button";
import { bytes } from "../../ui/numbers";
import { Spinner } from "../../ui/Spinner";
import type { DiffRow } from "./diff-rows";

/** Why a file shows no lines. */
export function DiffNote({ row, onLoad }: { row: DiffRow & { type: "note" }; onLoad(path: string): void }) {
  const { file, note, message } = row;
  return (
    <div className="flex min-h-13 items-center gap-3 px-4 py-2.5 font-sans text-sm text-dim">
      {note === "binary" && `A binary file. ${sizes(file.oldSize, file.newSize)}`}
      {note === "unchanged" && (file.status === "renamed" ? "Renamed, its content is the same." : file.status === "added" || file.status === "deleted" ? "An empty file." : "Only how it is kept has changed, not its content.")}
      {note === "loading" && (
        <span role="status" className="flex items-center gap-2">
          <Spinner size={12} /> Loading the changes
        </span>
      )}
      {(note === "truncated" || note === "failed") && (
        <>
          <span className="min-w-0 break-words">{note === "failed" ? message : `Too large to be shown unasked${file.newSize ? `: ${bytes(file.newSize)}` : ""}.`}</span>
          <Button onClick={() => onLoad(file.path)}>{note === "failed" ? "Try again" : "Load this file"}</Button>
        </>
      )}
    </div>
  );
}

function sizes(before: number | undefined, after: number | undefined): string {
  if (before !== undefined && after !== undefined) return `${bytes(before)} → ${bytes(after)}`;
  const size = before ?? after;
  return size === undefined ? "" : bytes(size);
}
