import { useCallback, useEffect, useRef, useState } from "react";
import { useSearchParams } from "react-router";

import type { Agent } from "../../api/types";
import { IconButton } from "../../ui/Button";
import { Icon } from "../../ui/icons";
import { useWidth } from "../use-width";
import { FileFinder } from "./FileFinder";
import { FilePage } from "./FilePage";
import { FileTree } from "./FileTree";

/** Below this the tree and a file do not stand side by side. */
const WIDE = 560;

/** The files of a workspace: a tree, a search by name, and one file. */
export function FilesView({ agent }: { agent: Agent }) {
  const [search, setSearch] = useSearchParams();
  const path = search.get("path") ?? undefined;
  const [finding, setFinding] = useState(false);
  const body = useRef<HTMLDivElement>(null);
  const wide = useWidth(body) >= WIDE;
  const open = useCallback(
    (next: string | undefined) => {
      setFinding(false);
      setSearch(next === undefined ? {} : { path: next });
    },
    [setSearch],
  );
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.key.toLowerCase() !== "p") return;
      event.preventDefault();
      setFinding(true);
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  if (agent.workspace.state === "pending") return <p className="flex h-full items-center justify-center p-6 text-center text-sm text-dim">The workspace is not prepared yet. Its first run does that.</p>;
  const tree = wide || path === undefined;
  return (
    <div className="flex h-full flex-col">
      <div className="flex h-10 shrink-0 items-center gap-1 border-b touch:h-12 border-line px-2">
        {!tree && <IconButton icon="arrowLeft" label="Back to the files" onClick={() => open(undefined)} />}
        <button type="button" onClick={() => setFinding(true)} className="flex h-7 min-w-0 max-w-72 flex-1 items-center gap-2 rounded-md border border-line bg-canvas px-2 text-left text-sm text-faint hover:border-line-strong touch:h-10">
          <Icon name="search" size={14} />
          <span className="min-w-0 flex-1 truncate">Search files by name</span>
          <kbd aria-hidden="true" className="font-mono text-2xs touch:hidden">
            Ctrl P
          </kbd>
        </button>
      </div>
      <div ref={body} className="flex min-h-0 flex-1">
        {tree && (
          <div className={wide ? "w-[34%] min-w-48 max-w-72 shrink-0 border-r border-line" : "flex-1"}>
            <FileTree agentId={agent.id} selected={path} onOpen={open} />
          </div>
        )}
        {(wide || path !== undefined) && (
          <div className="min-w-0 flex-1">
            {path === undefined ? <p className="flex h-full items-center justify-center p-6 text-center text-sm text-dim">Choose a file.</p> : <FilePage key={path} agentId={agent.id} root={agent.workspace.path} path={path} />}
          </div>
        )}
      </div>
      {finding && <FileFinder agentId={agent.id} onClose={() => setFinding(false)} onOpen={open} />}
    </div>
  );
}
