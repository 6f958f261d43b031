import type { FileDiff } from "../../api/workspace-types";
import { IconButton } from "../../ui/Button";
import { CopyButton } from "../../ui/Copy";
import { Icon } from "../../ui/icons";
import { FileMark, LineTotals } from "./FileMark";

interface DiffFileHeaderProps {
  file: FileDiff;
  folded: boolean;
  onToggle(path: string): void;
  onOpenFile(path: string): void;
}

export function DiffFileHeader({ file, folded, onToggle, onOpenFile }: DiffFileHeaderProps) {
  const { path, oldPath, status, oldMode, newMode } = file;
  const cut = path.lastIndexOf("/") + 1;
  return (
    <div data-diff-file={path} className="flex h-10 items-center gap-1.5 border-y border-line bg-panel pl-1.5 pr-1 font-sans text-sm">
      <button type="button" aria-expanded={!folded} onClick={() => onToggle(path)} className="flex h-full min-w-0 flex-1 items-center gap-2 rounded-md text-left outline-offset-[-2px]">
        <Icon name="chevronRight" size={12} className={`text-faint transition-transform ${folded ? "" : "rotate-90"}`} />
        <FileMark status={status} />
        <span className="min-w-0 truncate [direction:rtl]" title={path}>
          <bdi>
            {oldPath && oldPath !== path && <span className="text-dim">{oldPath} → </span>}
            <span className="text-dim">{path.slice(0, cut)}</span>
            <span className="font-medium">{path.slice(cut)}</span>
          </bdi>
        </span>
        {oldMode && newMode && oldMode !== newMode && (
          <span className="shrink-0 text-xs text-faint">
            {oldMode} → {newMode}
          </span>
        )}
        <LineTotals additions={file.additions} deletions={file.deletions} className="ml-auto pl-1" />
      </button>
      <CopyButton text={path} label="Copy the path" className="max-sm:hidden" />
      {status !== "deleted" && <IconButton icon="file" size={14} label="Open the file" onClick={() => onOpenFile(path)} />}
    </div>
  );
}
