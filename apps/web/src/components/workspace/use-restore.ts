import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { errorMessage } from "../../api/client";
import { refetchWorkspace } from "../../api/workspace-changes";
import { restoreCheckpoint } from "../../api/workspaces";
import type { Checkpoint } from "../../api/workspace-types";
import { showToast } from "../../stores/toasts";
import { plural } from "../../ui/numbers";

/** As long as one may want to undo what one has just looked at. */
const UNDO_MS = 20_000;

interface Restoring {
  restoring: boolean;
  error: string | undefined;
  restore(checkpoint: Checkpoint): Promise<void>;
}

/** Puts files back, and offers to undo that: the state before was recorded. */
export function useRestore(agentId: string, onDone: () => void): Restoring {
  const client = useQueryClient();
  const [restoring, setRestoring] = useState(false);
  const [error, setError] = useState<string>();
  const put = async (id: string) => {
    const restored = await restoreCheckpoint(agentId, id);
    refetchWorkspace(client, agentId);
    return restored;
  };
  const undo = (before: Checkpoint) =>
    put(before.id).then(
      () => showToast({ message: "The files are as they were before." }),
      (thrown: unknown) => showToast({ message: errorMessage(thrown), tone: "error" }),
    );
  return {
    restoring,
    error,
    async restore({ id }) {
      setRestoring(true);
      setError(undefined);
      try {
        const { checkpoint, written, removed } = await put(id);
        onDone();
        showToast({ message: `Wrote ${plural(written, "file")}, removed ${removed.toLocaleString()}`, ms: UNDO_MS, action: { label: "Undo", run: () => void undo(checkpoint) } });
      } catch (thrown) {
        setError(errorMessage(thrown));
        setRestoring(false);
      }
    },
  };
}
