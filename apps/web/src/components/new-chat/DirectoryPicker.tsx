import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { errorMessage } from "../../api/client";
import { directoriesQuery } from "../../api/queries";
import type { DirectoryListing } from "../../api/types";
import { Badge } from "../../ui/Badge";
import { Button, IconButton } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { Field } from "../../ui/Field";
import { Icon } from "../../ui/icons";
import { tilde } from "../../ui/paths";

interface DirectoryPickerProps {
  initial: string | undefined;
  onClose(): void;
  onPick(path: string): void;
}

/** Picks a directory of the machine the server runs on, by browsing or by typing. */
export default function DirectoryPicker({ initial, onClose, onPick }: DirectoryPickerProps) {
  return (
    <Dialog open onClose={onClose} title="Choose a directory" description="On the machine where cursor-selfhost runs." wide>
      <Browser initial={initial} onPick={onPick} />
    </Dialog>
  );
}

function Browser({ initial, onPick }: { initial: string | undefined; onPick(path: string): void }) {
  const [path, setPath] = useState(initial);
  const [typed, setTyped] = useState<string>();
  const [hidden, setHidden] = useState(false);
  const listing = useQuery(directoriesQuery(path, hidden));
  const data = listing.data;
  const open = (next: string) => {
    setPath(next);
    setTyped(undefined);
  };
  const value = typed ?? path ?? data?.path ?? "";
  const failed = listing.error ? errorMessage(listing.error) : undefined;
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-3">
      <form
        className="flex items-start gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          open(value.trim().replace(/^~(?=\/|$)/, data?.home ?? "~"));
        }}
      >
        <IconButton icon="arrowLeft" label="The directory above" disabled={!data?.parent || Boolean(failed)} onClick={() => data?.parent && open(data.parent)} className="mt-0.5" />
        <Field label="Path" hideLabel value={value} onChange={(event) => setTyped(event.target.value)} spellCheck={false} autoCapitalize="off" autoCorrect="off" error={failed} className="min-w-0 flex-1 font-mono" />
        <Button type="submit" className="h-9">
          Open
        </Button>
      </form>
      <div className="h-72 min-h-32 flex-auto overflow-y-auto rounded-lg border border-line" aria-busy={listing.isFetching}>
        {data && !failed && <Entries data={data} onOpen={open} />}
      </div>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <label className="flex items-center gap-2 text-sm text-dim touch:min-h-10">
          <input type="checkbox" checked={hidden} onChange={(event) => setHidden(event.target.checked)} className="size-4 accent-accent" />
          Show hidden
        </label>
        <Button variant="primary" disabled={!data || Boolean(failed) || listing.isPlaceholderData} onClick={() => data && onPick(data.path)} className="max-w-full">
          <span className="truncate">Use {data && !failed ? tilde(data.path, data.home) : "this directory"}</span>
        </Button>
      </div>
    </div>
  );
}

const row = "flex min-h-8.5 w-full items-center gap-2.5 px-3 text-left text-sm outline-offset-[-2px] hover:bg-hover touch:min-h-10";

function Entries({ data, onOpen }: { data: DirectoryListing; onOpen(path: string): void }) {
  return (
    <ul>
      {data.items.length === 0 && <li className="px-3 py-2.5 text-sm text-dim">No directories inside.</li>}
      {data.items.map(({ name, path, isGit }) => (
        <li key={path}>
          <button type="button" className={row} onClick={() => onOpen(path)}>
            <Icon name="folder" size={15} className="text-faint" />
            <span className="min-w-0 flex-1 truncate">{name}</span>
            {isGit && <Badge>git</Badge>}
            <Icon name="chevronRight" size={12} className="text-faint" />
          </button>
        </li>
      ))}
      {data.truncated && <li className="px-3 py-2.5 text-sm text-dim">There are more. Type the path to get there.</li>}
    </ul>
  );
}
