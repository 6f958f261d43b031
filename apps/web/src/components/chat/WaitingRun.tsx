import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { releaseRun } from "../../api/agents";
import { errorMessage } from "../../api/client";
import { applyRun } from "../../api/live";
import type { Run } from "../../api/types";
import { showToast } from "../../stores/toasts";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/icons";
import { InlineCode } from "../../ui/InlineCode";
import { ordinal } from "../../ui/numbers";

/** Why a run has not begun: its place in line, or the day's budget with the click that goes on anyway. */
export function WaitingRun({ run }: { run: Run }) {
  const client = useQueryClient();
  const [releasing, setReleasing] = useState(false);
  const { waiting, queuePosition } = run;
  const held = waiting?.reason === "day_limit";
  const release = async () => {
    setReleasing(true);
    try {
      applyRun(client, await releaseRun(run.agentId, run.id));
    } catch (error) {
      showToast({ message: errorMessage(error), tone: "error" });
    }
    setReleasing(false);
  };
  return (
    <div role="status" className={`flex flex-wrap items-center gap-x-3 gap-y-2 rounded-lg border border-line px-3 py-2.5 text-sm ${held ? "bg-warn-soft" : "bg-sunken"}`}>
      <Icon name="clock" className={held ? "text-warn" : "text-accent-ink"} />
      <div className="min-w-44 flex-1">
        <p className="font-medium">{held ? "Waiting: the day’s budget is used up" : waitingForSlot(queuePosition)}</p>
        {waiting?.message && (
          <p className="break-words text-dim">
            <InlineCode text={waiting.message} />
          </p>
        )}
      </div>
      {held && (
        <Button variant="primary" disabled={releasing} onClick={() => void release()}>
          Go on anyway
        </Button>
      )}
    </div>
  );
}

function waitingForSlot(position: number | undefined): string {
  if (position === undefined) return "Waiting for a free slot";
  return `Waiting for a free slot · ${position === 1 ? "next" : ordinal(position)} in line`;
}
