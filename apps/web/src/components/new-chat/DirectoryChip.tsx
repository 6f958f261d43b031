import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { directoriesQuery } from "../../api/queries";
import { Chip } from "../../ui/Chip";
import { Menu, MenuItem, MenuSeparator } from "../../ui/Menu";
import { baseName, tilde } from "../../ui/paths";
import { DirectoryPicker } from "./DirectoryPicker";

/** Where a chat works: a directory, or an empty workspace of its own. */
export type Place = { type: "local"; path: string } | { type: "empty" };

interface DirectoryChipProps {
  place: Place | undefined;
  /** The demo's own project, which goes by its name instead of its path. */
  samplePath: string | undefined;
  /** Whether the sample project is offered. */
  offersSample: boolean;
  onChange(place: Place): void;
}

export function DirectoryChip({ place, samplePath, offersSample, onChange }: DirectoryChipProps) {
  const [browsing, setBrowsing] = useState(false);
  const home = useQuery(directoriesQuery(undefined));
  const recent = (home.data?.recent ?? []).filter(({ path }) => path !== samplePath);
  const title = (chosen: Place) => (chosen.type === "empty" ? "Empty workspace" : chosen.path === samplePath ? "Sample project" : tilde(chosen.path, home.data?.home));
  return (
    <>
      <Menu
        trigger={
          <Chip icon="folder" label="Directory" className="border border-line-strong bg-raised text-ink">
            {place === undefined ? "Choose a directory" : title(place)}
          </Chip>
        }
      >
        {offersSample && samplePath !== undefined && (
          <MenuItem icon="spark" onSelect={() => onChange({ type: "local", path: samplePath })}>
            Sample project
          </MenuItem>
        )}
        {recent.slice(0, 8).map(({ path }) => (
          <MenuItem key={path} icon="folder" onSelect={() => onChange({ type: "local", path })} hint={recent.some((other) => other.path !== path && baseName(other.path) === baseName(path)) ? tilde(path, home.data?.home) : undefined}>
            {baseName(path)}
          </MenuItem>
        ))}
        {(recent.length > 0 || offersSample) && <MenuSeparator />}
        <MenuItem icon="search" onSelect={() => setBrowsing(true)}>
          Browse…
        </MenuItem>
        <MenuItem icon="cube" onSelect={() => onChange({ type: "empty" })}>
          Empty workspace
        </MenuItem>
      </Menu>
      <DirectoryPicker
        open={browsing}
        initial={place?.type === "local" ? place.path : undefined}
        onClose={() => setBrowsing(false)}
        onPick={(path) => {
          setBrowsing(false);
          onChange({ type: "local", path });
        }}
      />
    </>
  );
}
