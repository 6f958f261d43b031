import type { Run } from "../../api/types";
import { Icon } from "../../ui/icons";
import { shortCount } from "../../ui/numbers";
import { duration, fullTime } from "../../ui/time";
import { stoppedByGuard } from "./guards";

const words = { FINISHED: "Finished", ERROR: "Failed", CANCELLED: "Stopped", EXPIRED: "Expired", CREATING: "", RUNNING: "" };

/** The line below a run that ended: how, how long it took, with what, for how many tokens. */
export function RunEnd({ run }: { run: Run }) {
  const guarded = stoppedByGuard(run);
  const parts = [guarded ? "Stopped by a limit" : words[run.status]];
  if (run.durationMs !== undefined) parts.push(duration(run.durationMs));
  if (run.usage?.totalTokens) parts.push(`${shortCount(run.usage.totalTokens)} tokens`);
  const model = run.model?.displayName ?? run.model?.id;
  if (model) parts.push(model);
  return (
    <p data-run-end={run.status} title={fullTime(run.updatedAt)} className="flex items-center gap-1.5 text-xs text-faint">
      {run.status === "FINISHED" && <Icon name="check" size={12} className="text-ok" />}
      {run.status === "CANCELLED" && <Icon name="stop" size={12} />}
      {run.status === "ERROR" && <Icon name={guarded ? "gauge" : "alert"} size={12} className={guarded ? "text-warn" : "text-danger"} />}
      {parts.join(" · ")}
    </p>
  );
}
