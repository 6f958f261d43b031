import { useState } from "react";

import type { Repository } from "../../api/workspace-types";
import { Badge } from "../../ui/Badge";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/icons";
import { Menu, MenuItem } from "../../ui/Menu";
import { plural } from "../../ui/numbers";
import { CommitForm } from "./CommitForm";
import { Conflicts } from "./Conflicts";
import { RefusalNote } from "./RefusalNote";
import { useRepositoryActions } from "./use-repository-actions";

interface RepositoryBarProps {
  agentId: string;
  /** The chat's, which a commit is called unless told. */
  name: string;
  copyOf: string | undefined;
  repository: Repository;
  busy: boolean;
  onAsk(prompt: string): Promise<boolean>;
}

/** One repository: its branch, how it stands to its base, and the ways on. */
export function RepositoryBar({ agentId, name, copyOf, repository, busy, onAsk }: RepositoryBarProps) {
  const { path, url, branch, base, ahead = 0, behind = 0, uncommitted, pushed, merging, conflicts, writable } = repository;
  const actions = useRepositoryActions(agentId, path || undefined);
  const [committing, setCommitting] = useState(false);
  const doing = actions.doing !== undefined;
  const held = busy ? "When this run has ended" : undefined;
  return (
    <div role="group" aria-label={path ? `Repository ${path}` : "Repository"} className="space-y-2 px-3 py-1.5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5 text-xs text-dim">
        <span className="flex min-w-0 flex-1 basis-60 flex-wrap items-center gap-x-2 gap-y-0.5">
          <Icon name="branch" size={14} className="text-faint" />
          {path && <span className="font-medium text-ink">{path}</span>}
          <span className="min-w-0 truncate font-mono text-ink" title={base && `from ${base.ref}`}>
            {branch ?? "no branch"}
          </span>
          {ahead > 0 && <span title={base && `commits that ${base.ref} has not`}>{ahead} ahead</span>}
          {behind > 0 && <span title={base && `commits that ${base.ref} has since`}>{behind} behind</span>}
          {uncommitted > 0 && <span>{plural(uncommitted, "uncommitted file")}</span>}
          {url && pushed && uncommitted === 0 && ahead > 0 && <Badge tone="ok">Pushed</Badge>}
          {merging && <Badge tone="warn">Merging</Badge>}
        </span>
        {writable ? (
          <span className="flex flex-wrap items-center gap-1.5">
            {uncommitted > 0 && conflicts.length === 0 && (
              <Button disabled={busy || doing} title={held} aria-expanded={committing} onClick={() => setCommitting(!committing)}>
                Commit…
              </Button>
            )}
            {url && !merging && (ahead > 0 || uncommitted > 0) && !(pushed && uncommitted === 0) && (
              <Button disabled={busy || doing || ahead === 0} title={held ?? (ahead === 0 ? "Commit first: there is nothing to push yet" : `To ${url}`)} onClick={actions.push}>
                {actions.doing === "push" ? "Pushing…" : "Push"}
              </Button>
            )}
            {base && !merging && (
              <Menu
                align="end"
                trigger={
                  <Button disabled={busy || doing || uncommitted > 0} title={held ?? (uncommitted > 0 ? "Commit first" : `From ${base.ref}`)}>
                    {actions.doing === "update" ? "Updating…" : "Update"} <Icon name="chevronDown" size={10} />
                  </Button>
                }
              >
                <MenuItem icon="branch" onSelect={() => actions.update("merge")}>
                  Merge {base.ref}
                </MenuItem>
                <MenuItem icon="branch" onSelect={() => actions.update("rebase")}>
                  Rebase onto {base.ref}
                </MenuItem>
              </Menu>
            )}
            {copyOf && !merging && (
              <Button disabled={busy || doing} title={held ?? `Into ${copyOf}, uncommitted`} onClick={actions.apply}>
                {actions.doing === "apply" ? "Applying…" : "Apply to my checkout"}
              </Button>
            )}
          </span>
        ) : (
          <span>Your own directory: commit and push there yourself.</span>
        )}
      </div>
      {committing && uncommitted > 0 && <CommitForm placeholder={name || "What was done"} busy={doing} onCancel={() => setCommitting(false)} onCommit={async (message) => (await actions.commit(message)) && setCommitting(false)} />}
      {(merging || conflicts.length > 0) && <Conflicts repository={repository} busy={busy || doing} held={held} onAsk={onAsk} onAbort={actions.abort} />}
      {actions.refusal && <RefusalNote refusal={actions.refusal} onDismiss={actions.forgetRefusal} />}
    </div>
  );
}
