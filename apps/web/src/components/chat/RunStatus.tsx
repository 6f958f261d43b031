import type { Run } from "../../api/types";
import { isLive, isWaiting } from "../../api/types";
import { Icon } from "../../ui/icons";
import { Spinner } from "../../ui/Spinner";
import { stoppedByGuard } from "../steps/guards";

const words: Record<Run["status"], string> = {
  CREATING: "Starting",
  RUNNING: "Running",
  FINISHED: "Finished",
  ERROR: "Failed",
  CANCELLED: "Stopped",
  EXPIRED: "Expired",
};

export function runStatusWord(run: Run | undefined): string {
  if (isWaiting(run)) return "Waiting";
  if (stoppedByGuard(run)) return "Stopped by a limit";
  return run ? words[run.status] : "New";
}

/** A dot, a clock or a spinner, with its word for who cannot see it. */
export function RunStatusMark({ run, unread = false }: { run: Run | undefined; unread?: boolean }) {
  const word = unread ? `${runStatusWord(run)}, unread` : runStatusWord(run);
  return (
    <span className="flex size-4 shrink-0 items-center justify-center">
      {isWaiting(run) ? (
        <Icon name="clock" size={13} className="text-accent-ink" />
      ) : isLive(run) ? (
        <Spinner size={13} className="text-accent-ink" />
      ) : (
        <span className={`rounded-full ${unread ? "size-2" : "size-1.5"} ${colour(run, unread)}`} />
      )}
      <span className="sr-only">{word}</span>
    </span>
  );
}

function colour(run: Run | undefined, unread: boolean): string {
  if (stoppedByGuard(run)) return "bg-warn";
  if (run?.status === "ERROR") return "bg-danger";
  if (unread) return "bg-accent-ink";
  return "bg-line-strong";
}
