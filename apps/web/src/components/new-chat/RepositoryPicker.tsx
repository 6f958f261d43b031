import { useState } from "react";

import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { BranchFields } from "./BranchFields";
import { isGitUrl, repositoryName, splitSecret } from "./git-url";
import { RepositoryFields } from "./RepositoryFields";
import type { GitSource } from "./source";

/** As many as one chat may work in. */
const MOST = 20;

interface RepositoryPickerProps {
  initial: GitSource | undefined;
  onClose(): void;
  onPick(source: GitSource): void;
}

/** Chooses git repositories, where to begin in each, and the branch to work on. */
export default function RepositoryPicker({ initial, onClose, onPick }: RepositoryPickerProps) {
  const [repos, setRepos] = useState(() => (initial?.repos ?? [{ url: "" }]).map((repo, key) => ({ ...repo, key })));
  const [onCurrentBranch, setOnCurrentBranch] = useState(initial?.onCurrentBranch ?? false);
  const [branchName, setBranchName] = useState(initial?.branchName ?? "");
  const ready = repos.every(({ url }) => isGitUrl(url) && !splitSecret(url).secret);
  return (
    <Dialog open onClose={onClose} title="Git repository" description="Any repository that git on the machine of cursor-selfhost can reach, with its keys and credentials." wide>
      <form
        className="space-y-4 pt-1"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) onPick({ type: "git", repos: repos.map(({ url, startingRef }) => ({ url: url.trim(), startingRef })), onCurrentBranch, branchName: branchName || undefined });
        }}
      >
        <div className="space-y-3">
          {repos.map((repo, index) => (
            <RepositoryFields
              key={repo.key}
              repo={repo}
              number={index + 1}
              onChange={(changed) => setRepos((all) => all.map((other) => (other.key === repo.key ? { ...changed, key: repo.key } : other)))}
              onRemove={repos.length > 1 ? () => setRepos((all) => all.filter(({ key }) => key !== repo.key)) : undefined}
            />
          ))}
          {repos.length < MOST && (
            <Button variant="quiet" icon="plus" onClick={() => setRepos([...repos, { url: "", key: Math.max(...repos.map(({ key }) => key)) + 1 }])}>
              Another repository
            </Button>
          )}
        </div>
        <BranchFields
          onCurrentBranch={onCurrentBranch}
          branchName={branchName}
          onChange={(change) => {
            if (change.onCurrentBranch !== undefined) setOnCurrentBranch(change.onCurrentBranch);
            if (change.branchName !== undefined) setBranchName(change.branchName);
          }}
        />
        <div className="flex justify-end gap-2">
          <Button variant="quiet" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" variant="primary" disabled={!ready} className="max-w-full">
            <span className="truncate">{repos.length > 1 ? `Use ${repos.length} repositories` : `Use ${isGitUrl(repos[0]!.url) ? repositoryName(repos[0]!.url) : "this repository"}`}</span>
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
