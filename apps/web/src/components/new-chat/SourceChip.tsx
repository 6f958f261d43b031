import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";

import { directoriesQuery, repositoriesQuery } from "../../api/queries";
import { Chip } from "../../ui/Chip";
import { Menu, MenuItem, MenuSeparator } from "../../ui/Menu";
import { baseName, tilde } from "../../ui/paths";
import { repositoryName } from "./git-url";
import { branchTitle, type GitSource, type Source, sourceTitle } from "./source";

const DirectoryPicker = lazy(() => import("./DirectoryPicker"));
const RepositoryPicker = lazy(() => import("./RepositoryPicker"));

interface SourceChipProps {
  source: Source | undefined;
  /** The demo's own project, which goes by its name instead of its path. */
  samplePath: string | undefined;
  /** Whether the sample project is offered. */
  offersSample: boolean;
  onChange(source: Source): void;
}

const outlined = "border border-line-strong bg-raised text-ink";

/** Chooses where a new chat works: a directory, git repositories, or an empty workspace. */
export function SourceChip({ source, samplePath, offersSample, onChange }: SourceChipProps) {
  const [picking, setPicking] = useState<"directory" | "repository">();
  const [fresh, setFresh] = useState<GitSource>();
  const home = useQuery(directoriesQuery(undefined));
  const known = useQuery(repositoriesQuery);
  // So many that the ways to others are in sight, too.
  const directories = (home.data?.recent ?? []).filter(({ path }) => path !== samplePath).slice(0, 4);
  const repositories = (known.data?.items ?? []).slice(0, 3);
  const git = source?.type === "git" ? source : undefined;
  const pick = (next: Source) => {
    setPicking(undefined);
    onChange(next);
  };
  const pickRepository = (initial: GitSource | undefined) => {
    setFresh(initial);
    setPicking("repository");
  };
  return (
    <>
      <Menu
        trigger={
          <Chip icon={git ? "branch" : source?.type === "empty" ? "cube" : "folder"} label="Workspace" className={outlined}>
            {source === undefined ? "Choose where to work" : sourceTitle(source, home.data?.home, samplePath)}
          </Chip>
        }
      >
        {offersSample && samplePath !== undefined && (
          <MenuItem icon="spark" onSelect={() => onChange({ type: "local", path: samplePath })}>
            Sample project
          </MenuItem>
        )}
        {directories.map(({ path }) => (
          <MenuItem key={path} icon="folder" onSelect={() => onChange({ type: "local", path })} hint={directories.some((other) => other.path !== path && baseName(other.path) === baseName(path)) ? tilde(path, home.data?.home) : undefined}>
            {baseName(path)}
          </MenuItem>
        ))}
        {directories.length > 0 && repositories.length > 0 && <MenuSeparator />}
        {repositories.map(({ url }) => (
          <MenuItem key={url} icon="branch" onSelect={() => onChange({ type: "git", repos: [{ url }], onCurrentBranch: false })} hint={repositories.some((other) => other.url !== url && repositoryName(other.url) === repositoryName(url)) ? url : undefined}>
            {repositoryName(url)}
          </MenuItem>
        ))}
        {(directories.length > 0 || repositories.length > 0 || offersSample) && <MenuSeparator />}
        <MenuItem icon="search" onSelect={() => setPicking("directory")}>
          Browse…
        </MenuItem>
        <MenuItem icon="globe" onSelect={() => pickRepository(undefined)}>
          Git repository…
        </MenuItem>
        <MenuItem icon="cube" onSelect={() => onChange({ type: "empty" })}>
          Empty workspace
        </MenuItem>
      </Menu>
      {git && (
        <Chip label="Branch" className={outlined} onClick={() => pickRepository(git)}>
          {branchTitle(git)}
        </Chip>
      )}
      <Suspense>
        {picking === "directory" && <DirectoryPicker initial={source?.type === "local" ? source.path : undefined} onClose={() => setPicking(undefined)} onPick={(path) => pick({ type: "local", path })} />}
        {picking === "repository" && <RepositoryPicker initial={fresh} onClose={() => setPicking(undefined)} onPick={pick} />}
      </Suspense>
    </>
  );
}
