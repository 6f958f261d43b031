import { useQueries } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";

import { errorMessage } from "../../api/client";
import { directoryQuery } from "../../api/workspace-queries";
import { archiveAddress } from "../../api/workspaces";
import { Icon } from "../../ui/icons";
import { bytes } from "../../ui/numbers";
import { TreeList } from "../../ui/TreeList";
import { type FileRow, fileRows, type Listing, parentsOf } from "./file-tree";

interface FileTreeProps {
  agentId: string;
  selected: string | undefined;
  onOpen(path: string): void;
}

/** The files of a workspace, each directory fetched when it is opened. */
export function FileTree({ agentId, selected, onOpen }: FileTreeProps) {
  const [open, setOpen] = useState<ReadonlySet<string>>(() => new Set(selected ? parentsOf(selected) : []));
  // A file that is opened from elsewhere is shown where it stands.
  useEffect(() => {
    if (selected) setOpen((known) => (parentsOf(selected).every((parent) => known.has(parent)) ? known : new Set([...known, ...parentsOf(selected)])));
  }, [selected]);
  const directories = useMemo(() => ["", ...open], [open]);
  const results = useQueries({ queries: directories.map((path) => directoryQuery(agentId, path)) });
  const listings = new Map(directories.map((path, index): [string, Listing] => [path, results[index]!.data ?? (results[index]!.error ? { error: errorMessage(results[index]!.error) } : undefined)]));
  const rows = fileRows(listings, open);
  const toggle = ({ key }: FileRow) => setOpen((known) => (known.has(key) ? new Set([...known].filter((other) => other !== key)) : new Set(known).add(key)));
  return (
    <TreeList label="Files" items={rows} selected={selected} busy={results.some(({ isFetching }) => isFetching)} onSelect={(row) => row.entry && onOpen(row.key)} onToggle={toggle}>
      {({ entry, expanded, note }) =>
        entry ? (
          <>
            {expanded === undefined ? <span className="w-3" /> : <Icon name="chevronRight" size={12} className={`text-faint transition-transform ${expanded ? "rotate-90" : ""}`} />}
            <Icon name={entry.type === "directory" ? "folder" : entry.type === "symlink" ? "forward" : "file"} size={14} className="text-faint" />
            <span className={`min-w-0 flex-1 truncate ${entry.ignored ? "text-faint italic" : ""}`} title={entry.ignored ? `${entry.path} (ignored by git)` : entry.path}>
              {entry.name}
              {entry.ignored && <span className="sr-only"> (ignored)</span>}
            </span>
            {entry.type === "file" && entry.size !== undefined && <span className="shrink-0 text-2xs tabular-nums text-faint">{bytes(entry.size)}</span>}
            {expanded && (
              <a href={archiveAddress(agentId, entry.path)} tabIndex={-1} title={`Download ${entry.name} as an archive`} aria-label={`Download ${entry.name} as an archive`} onClick={(event) => event.stopPropagation()} className="flex size-6 shrink-0 items-center justify-center rounded text-faint hover:bg-selected hover:text-ink">
                <Icon name="download" size={12} />
              </a>
            )}
          </>
        ) : (
          <span className="truncate pl-5 text-xs text-faint">{note}</span>
        )
      }
    </TreeList>
  );
}
