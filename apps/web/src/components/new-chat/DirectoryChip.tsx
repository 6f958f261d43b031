import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { directoriesQuery } from "../../api/queries";
import { Chip } from "../../ui/Chip";
import { Menu, MenuItem, MenuSeparator } from "../../ui/Menu";
import { baseName, tilde } from "../../ui/paths";
import { DirectoryPicker } from "./DirectoryPicker";

/** Where a chat works: a directory, or an empty workspace of its own. */
export type Place = { type: "local"; path: string } | { type: "empty" };

export function DirectoryChip({ place, onChange }: { place: Place | undefined; onChange(place: Place): void }) {
  const [browsing, setBrowsing] = useState(false);
  const home = useQuery(directoriesQuery(undefined));
  const recent = home.data?.recent ?? [];
  return (
    <>
      <Menu
        trigger={
          <Chip icon="folder" label="Directory" className="border border-line-strong bg-raised text-ink">
            {place === undefined ? "Choose a directory" : place.type === "empty" ? "Empty workspace" : tilde(place.path, home.data?.home)}
          </Chip>
        }
      >
        {recent.slice(0, 8).map(({ path }) => (
          <MenuItem key={path} icon="folder" onSelect={() => onChange({ type: "local", path })} hint={recent.some((other) => other.path !== path && baseName(other.path) === baseName(path)) ? tilde(path, home.data?.home) : undefined}>
            {baseName(path)}
          </MenuItem>
        ))}
        {recent.length > 0 && <MenuSeparator />}
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
