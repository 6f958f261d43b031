/** The rows of a conversation: its steps, and below each run that ended how it ended. */
import type { Run, Step } from "../../api/types";
import { isLive, isWaiting } from "../../api/types";

export type Row =
  | { key: string; type: "step"; step: Step }
  | { key: string; type: "run-end"; run: Run }
  | { key: string; type: "working"; since: string; finishing: boolean }
  | { key: string; type: "waiting"; run: Run }
  | { key: string; type: "continued" }
  | { key: string; type: "sending"; text: string };

export function buildRows(steps: readonly Step[], runs: ReadonlyMap<string, Run>, latestRun: Run | undefined, sending: string | undefined, finishing = false): Row[] {
  const rows: Row[] = [];
  steps.forEach((step, index) => {
    rows.push({ key: step.id, type: "step", step });
    const run = runs.get(step.runId);
    if (run && !isLive(run) && steps[index + 1]?.runId !== step.runId) {
      if (run.status === "ERROR" && run.error && step.type !== "error") {
        const { id, agentId, error, updatedAt } = run;
        rows.push({ key: `error-${id}`, type: "step", step: { id: `error-${id}`, agentId, runId: id, type: "error", createdAt: updatedAt, ...error } });
      }
      rows.push({ key: `end-${run.id}`, type: "run-end", run });
    }
    const next = steps[index + 1];
    if (next && isFromCli(step) && !isFromCli(next)) rows.push({ key: "continued", type: "continued" });
  });
  if (sending !== undefined) rows.push({ key: "sending", type: "sending", text: sending });
  if (latestRun && isWaiting(latestRun)) rows.push({ key: `waiting-${latestRun.id}`, type: "waiting", run: latestRun });
  else if (latestRun && isLive(latestRun)) rows.push({ key: `working-${latestRun.id}`, type: "working", since: latestRun.startedAt ?? latestRun.createdAt, finishing });
  return rows;
}

/** The upper half of a position is the run's number; what came along from the CLI's own chat belongs to none. */
const FIRST_RUN = 2 ** 32;

/** Steps that this page made of events have no position yet: they are of a run. */
function isFromCli(step: Step): boolean {
  return step.position !== undefined && Number(step.position) < FIRST_RUN;
}

/** The space above a row: tool calls stand close together, prompts apart. */
export function gapAbove(row: Row, previous: Row | undefined): number {
  if (!previous) return 0;
  if (row.type === "sending" || (row.type === "step" && row.step.type === "user_message")) return 28;
  if (compact(row) && compact(previous)) return 6;
  return 14;
}

function compact(row: Row): boolean {
  return row.type === "step" && (row.step.type === "tool_call" || row.step.type === "thinking");
}
