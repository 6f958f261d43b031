import { useMemo, useState } from "react";

import type { FileDiff } from "../../api/workspace-types";
import { Icon } from "../../ui/icons";
import { TreeList } from "../../ui/TreeList";
import { buildTree, type ChangeRow, treeRows } from "./change-tree";
import { FileMark, LineTotals } from "./FileMark";

interface ChangeTreeProps {
  files: readonly FileDiff[];
  selected: string | undefined;
  onSelect(path: string): void;
}

/** The changed files, by directory. */
export function ChangeTree({ files, selected, onSelect }: ChangeTreeProps) {
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const tree = useMemo(() => buildTree(files), [files]);
  const rows = useMemo(() => treeRows(tree, closed), [tree, closed]);
  const toggle = ({ key }: ChangeRow) => {
    const path = key.slice(0, -1);
    setClosed((known) => (known.has(path) ? new Set([...known].filter((other) => other !== path)) : new Set(known).add(path)));
  };
  return (
    <TreeList label="Changed files" items={rows} selected={selected} onSelect={(row) => onSelect(row.key)} onToggle={toggle}>
      {({ name, file, expanded, count }) =>
        file ? (
          <>
            <FileMark status={file.status} />
            <span className={`min-w-0 flex-1 truncate ${file.status === "deleted" ? "text-dim line-through" : ""}`} title={file.path}>
              {name}
            </span>
            <LineTotals additions={file.additions} deletions={file.deletions} />
          </>
        ) : (
          <>
            <Icon name="chevronRight" size={12} className={`text-faint transition-transform ${expanded ? "rotate-90" : ""}`} />
            <span className="min-w-0 flex-1 truncate text-dim" title={name}>
              {name}
            </span>
            {!expanded && <span className="text-xs text-faint">{count}</span>}
          </>
        )
      }
    </TreeList>
  );
}
