import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { errorMessage } from "../../api/client";
import { agentQuery, runsQuery } from "../../api/queries";
import { isLive } from "../../api/types";
import { checkpointsQuery } from "../../api/workspace-queries";
import type { Checkpoint } from "../../api/workspace-types";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { ErrorNote } from "../../ui/ErrorNote";
import { plural } from "../../ui/numbers";
import { Age } from "../../ui/time";
import { checkpointName } from "../changes/ranges";
import { ConfirmRestore } from "./ConfirmRestore";
import { useRestore } from "./use-restore";

/** The recorded states of a workspace, and the way back to each. */
export default function Checkpoints({ agentId, onClose }: { agentId: string; onClose(): void }) {
  const checkpoints = useInfiniteQuery(checkpointsQuery(agentId));
  const runs = useQuery(runsQuery(agentId)).data?.items ?? [];
  const busy = isLive(useQuery(agentQuery(agentId)).data?.latestRun);
  const [chosen, setChosen] = useState<Checkpoint>();
  const { restoring, error, restore } = useRestore(agentId, onClose);
  const numbers = new Map(runs.map((run, index) => [run.id, runs.length - index]));
  const items = checkpoints.data?.pages.flatMap((page) => page.items) ?? [];
  if (chosen) {
    return <ConfirmRestore checkpoint={chosen} name={checkpointName(chosen, numbers)} busy={busy} restoring={restoring} error={error} onClose={onClose} onBack={() => setChosen(undefined)} onConfirm={() => void restore(chosen)} />;
  }
  return (
    <Dialog open onClose={onClose} title="Restore a checkpoint" description="The files were recorded when each run began and ended. Nothing happens before you have confirmed it.">
      {checkpoints.error && <ErrorNote>{errorMessage(checkpoints.error)}</ErrorNote>}
      {checkpoints.isPending && (
        <p role="status" className="py-3 text-sm text-dim">
          Loading…
        </p>
      )}
      {checkpoints.data && items.length === 0 && <p className="py-3 text-sm text-dim">Nothing has been recorded in this chat yet.</p>}
      <ul className="divide-y divide-line">
        {items.map((checkpoint) => (
          <li key={checkpoint.id} className="flex items-center gap-3 py-2 text-sm">
            <span className="min-w-0 flex-1">
              <span className="block first-letter:uppercase">{checkpointName(checkpoint, numbers)}</span>
              <span className="block text-xs text-dim">
                <Age iso={checkpoint.createdAt} />
                {checkpoint.notCaptured > 0 && ` · ${plural(checkpoint.notCaptured, "file")} too large to be recorded`}
              </span>
            </span>
            <Button onClick={() => setChosen(checkpoint)} aria-label={`Restore: ${checkpointName(checkpoint, numbers)}`}>
              Restore…
            </Button>
          </li>
        ))}
      </ul>
      {checkpoints.hasNextPage && (
        <Button className="mt-2" disabled={checkpoints.isFetchingNextPage} onClick={() => void checkpoints.fetchNextPage()}>
          Show earlier ones
        </Button>
      )}
    </Dialog>
  );
}
