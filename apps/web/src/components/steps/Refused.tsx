import type { ToolCallStep } from "../../api/types";
import { Button } from "../../ui/Button";
import { useStepActions } from "./actions";

/** Why a call was refused, and the one action that allows it and goes on. */
export function Refused({ step, reason, allow }: { step: ToolCallStep; reason: string; allow: string[] }) {
  const actions = useStepActions();
  const latest = step.runId === actions.latestRunId;
  const rules = allow.join(", ");
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2 bg-warn-soft px-3 py-2.5 text-sm">
      <p className="min-w-48 flex-1 break-words">
        {reason || "The agent was not allowed to do this."}
        {allow.length === 0 && latest && <span className="block text-dim">No single rule allows it. Only the permission “Everything” does.</span>}
      </p>
      {latest &&
        (allow.length > 0 ? (
          <Button disabled={actions.busy} onClick={() => actions.allowAndGoOn(allow)} title={actions.busy ? "When this run has ended" : undefined}>
            Allow <code className="max-w-52 truncate font-mono text-xs">{rules}</code> and go on
          </Button>
        ) : (
          <Button disabled={actions.busy} onClick={() => actions.allowEverythingAndGoOn()}>
            Allow everything in this chat and go on
          </Button>
        ))}
    </div>
  );
}
