/** What the changes of a chat can be looked at as: all of it, a run, by hand, since a checkpoint. */
import type { Run } from "../../api/types";
import type { Checkpoint, DiffRange } from "../../api/workspace-types";
import { shortAge } from "../../ui/time";

export interface RangeChoice {
  value: string;
  label: string;
  description?: string;
  range: DiffRange;
}

export const WHOLE = "whole";

/** Runs and checkpoints come newest first; runs are counted from the chat's first. */
export function rangeChoices(runs: readonly Run[], checkpoints: readonly Checkpoint[], now: number): RangeChoice[] {
  const numbers = new Map(runs.map((run, index) => [run.id, runs.length - index]));
  const recorded = runs.filter(({ id }) => checkpoints.some(({ runId, kind }) => runId === id && kind === "run_start"));
  const ago = (iso: string) => (shortAge(iso, now) === "now" ? "just now" : `${shortAge(iso, now)} ago`);
  return [
    { value: WHOLE, label: "The whole chat", description: "Since before its first run, what is not committed included.", range: {} },
    ...recorded.map((run) => ({ value: rangeValue({ runId: run.id }), label: `Run ${numbers.get(run.id)}`, description: ago(run.createdAt), range: { runId: run.id } })),
    ...byHand(checkpoints, numbers),
    ...checkpoints.map((checkpoint) => {
      const range = { from: checkpoint.id, to: "now" };
      return { value: rangeValue(range), label: `Since ${checkpointName(checkpoint, numbers)}`, description: ago(checkpoint.createdAt), range };
    }),
  ];
}

/** What changed while no run worked. */
function byHand(checkpoints: readonly Checkpoint[], numbers: ReadonlyMap<string, number>): RangeChoice[] {
  const choices: RangeChoice[] = [];
  checkpoints.forEach((end, index) => {
    if (end.kind !== "run_end") return;
    const next = checkpoints.slice(0, index).findLast(({ kind }) => kind === "run_start");
    if (next?.tree === end.tree) return;
    const range = { from: end.id, to: next?.id ?? "now" };
    const number = next?.runId === undefined ? undefined : numbers.get(next.runId);
    choices.push({ value: `hand ${rangeValue(range)}`, label: next ? `By hand, before run ${number ?? "?"}` : "By hand, since the last run", range });
  });
  return choices;
}

export function checkpointName({ kind, runId }: Checkpoint, numbers: ReadonlyMap<string, number>): string {
  const number = (runId === undefined ? undefined : numbers.get(runId)) ?? "?";
  switch (kind) {
    case "run_start":
      return `run ${number} began`;
    case "run_end":
      return `run ${number} ended`;
    case "before_restore":
      return "before a restore";
    case "before_update":
      return "before an update from base";
    case "before_give_up":
      return "before its files were put away";
  }
}

export function rangeValue({ runId, from, to }: DiffRange): string {
  if (runId) return `run ${runId}`;
  return from || to ? `${from ?? "base"} to ${to ?? "now"}` : WHOLE;
}
