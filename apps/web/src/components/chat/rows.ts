/** The rows of a conversation: its steps, and below each run that ended how it ended. */
import type { Run, Step } from "../../api/types";
import { isLive } from "../../api/types";

export type Row =
  | { key: string; type: "step"; step: Step }
  | { key: string; type: "run-end"; run: Run }
  | { key: string; type: "working"; since: string }
  | { key: string; type: "sending"; text: string };

export function buildRows(steps: readonly Step[], runs: ReadonlyMap<string, Run>, latestRun: Run | undefined, sending: string | undefined): Row[] {
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
  });
  if (sending !== undefined) rows.push({ key: "sending", type: "sending", text: sending });
  if (latestRun && isLive(latestRun)) rows.push({ key: `working-${latestRun.id}`, type: "working", since: latestRun.startedAt ?? latestRun.createdAt });
  return rows;
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
