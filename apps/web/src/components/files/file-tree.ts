/** The files of a workspace as far as they were opened. */
import type { FileEntry } from "../../api/workspace-types";

/** What a directory holds, or why that cannot be said. */
export type Listing = { items: readonly FileEntry[]; more: boolean } | { error: string } | undefined;

export interface FileRow {
  key: string;
  depth: number;
  expanded?: boolean;
  entry?: FileEntry;
  /** Said instead of an entry. */
  note?: string;
}

export function fileRows(listings: ReadonlyMap<string, Listing>, open: ReadonlySet<string>): FileRow[] {
  const rows: FileRow[] = [];
  const add = (directory: string, depth: number) => {
    const listing = listings.get(directory);
    const note = (text: string) => rows.push({ key: `${directory}//note`, depth, note: text });
    if (!listing) return void note("Loading…");
    if ("error" in listing) return void note(listing.error);
    for (const entry of listing.items) {
      const expanded = entry.type === "directory" ? open.has(entry.path) : undefined;
      rows.push({ key: entry.path, depth, expanded, entry });
      if (expanded) add(entry.path, depth + 1);
    }
    if (listing.items.length === 0) note("Empty");
    if (listing.more) note("There is more. Search by name.");
  };
  add("", 0);
  return rows;
}

/** The directories above a path, the outermost first. */
export function parentsOf(path: string): string[] {
  const names = path.split("/").slice(0, -1);
  return names.map((_, index) => names.slice(0, index + 1).join("/"));
}
