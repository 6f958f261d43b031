import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useNavigate, useSearchParams } from "react-router";

import { ApiError, errorMessage } from "../../api/client";
import { runsQuery } from "../../api/queries";
import type { Agent } from "../../api/types";
import type { DiffRange } from "../../api/workspace-types";
import { useStore } from "../../stores/external";
import { diffLayout, treeShown } from "../../stores/layout";
import { Button } from "../../ui/Button";
import { ErrorNote } from "../../ui/ErrorNote";
import { Spinner } from "../../ui/Spinner";
import { useWidth } from "../use-width";
import { ChangesToolbar } from "./ChangesToolbar";
import { ChangesWarnings } from "./ChangesWarnings";
import { ChangeTree } from "./ChangeTree";
import { DiffList } from "./DiffList";
import { RepositoryBars } from "./RepositoryBars";
import { useChanges } from "./use-changes";

/** Below this the tree and the changes do not stand side by side. */
const WIDE = 580;
/** Below this two columns of code are of no use. */
const NARROW = 480;

interface ChangesViewProps {
  agent: Agent;
  onAsk(prompt: string): Promise<boolean>;
}

/** What was changed in a chat: in all, in a run, by hand, or since a checkpoint. */
export function ChangesView({ agent, onAsk }: ChangesViewProps) {
  const navigate = useNavigate();
  const [search, setSearch] = useSearchParams();
  const [runId, from, to, path] = ["run", "from", "to", "path"].map((name) => search.get(name) ?? undefined);
  const range: DiffRange = useMemo(() => ({ runId, from, to }), [runId, from, to]);
  const changes = useChanges(agent.id, range);
  const runs = useQuery(runsQuery(agent.id)).data?.items ?? [];
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const [target, setTarget] = useState<{ path: string; at: number }>();
  const [reached, setReached] = useState<string>();
  const body = useRef<HTMLDivElement>(null);
  const width = useWidth(body);
  const wide = width >= WIDE;
  const chosen = useStore(diffLayout);
  const layout = width < NARROW ? "unified" : chosen;
  const showsTree = useStore(treeShown);
  const [treeOpen, setTreeOpen] = useState(false);
  const tree = wide ? showsTree : treeOpen;

  const goTo = useCallback((next: string) => {
    setFolded((known) => (known.has(next) ? new Set([...known].filter((other) => other !== next)) : known));
    setReached(next);
    setTarget({ path: next, at: performance.now() });
    setTreeOpen(false);
  }, []);
  // A link into the changes names a file.
  useEffect(() => {
    if (path) goTo(path);
  }, [path, goTo]);
  const toggle = useCallback((file: string) => setFolded((known) => (known.has(file) ? new Set([...known].filter((other) => other !== file)) : new Set(known).add(file))), []);
  const openFile = useCallback((file: string) => void navigate(`/agents/${agent.id}/files?path=${encodeURIComponent(file)}`), [navigate, agent.id]);

  const { diff, files, error } = changes;
  const notReady = error instanceof ApiError && error.code === "workspace_not_ready";
  return (
    <div className="flex h-full flex-col">
      <ChangesToolbar
        agentId={agent.id}
        runs={runs}
        range={range}
        diff={diff}
        split={chosen === "split"}
        tree={tree}
        onRange={(next) => setSearch(Object.entries({ run: next.runId, from: next.from, to: next.to }).flatMap(([name, value]) => (value ? [[name, value] as [string, string]] : [])), { replace: true })}
        onSplit={(split) => diffLayout.set(split ? "split" : "unified")}
        onTree={(shown) => (wide ? treeShown.set(shown) : setTreeOpen(shown))}
      />
      <RepositoryBars agent={agent} onAsk={onAsk} />
      {diff && <ChangesWarnings diff={diff} />}
      <div ref={body} className="flex min-h-0 flex-1">
        {error && !diff ? (
          <div className="flex-1 p-4">
            {notReady ? <Nothing>The workspace is not prepared yet. Its first run does that.</Nothing> : <ErrorNote action={<Button onClick={() => void changes.reload()}>Try again</Button>}>{errorMessage(error)}</ErrorNote>}
          </div>
        ) : changes.loading ? (
          <p role="status" className="flex flex-1 items-center justify-center gap-2 text-sm text-dim">
            <Spinner /> Looking at what was changed
          </p>
        ) : files.length === 0 ? (
          <Nothing>{range.runId || range.from ? "Nothing was changed here." : "Nothing has been changed in this chat yet."}</Nothing>
        ) : (
          <>
            {tree && (
              <div className={wide ? "w-[34%] min-w-44 max-w-72 shrink-0 border-r border-line" : "flex-1"}>
                <ChangeTree files={files} selected={reached} onSelect={goTo} />
              </div>
            )}
            {(wide || !tree) && (
              <div className="min-w-0 flex-1">
                <DiffList changes={changes} layout={layout} folded={folded} target={target} onToggle={toggle} onReach={setReached} onOpenFile={openFile} />
              </div>
            )}
          </>
        )}
      </div>
    </div>
  );
}

function Nothing({ children }: { children: string }) {
  return <p className="flex flex-1 items-center justify-center p-6 text-center text-sm text-dim">{children}</p>;
}
