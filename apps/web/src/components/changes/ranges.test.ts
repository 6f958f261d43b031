import { expect, it } from "vitest";

import type { Run } from "../../api/types";
import type { Checkpoint, CheckpointKind } from "../../api/workspace-types";
import { rangeChoices } from "./ranges";

const at = "2026-01-01T00:00:00Z";
const run = (id: string): Run => ({ id, agentId: "bc-1", status: "FINISHED", createdAt: at, updatedAt: at });
const point = (id: string, kind: CheckpointKind, runId: string | undefined, tree: string): Checkpoint => ({ id, kind, runId, createdAt: at, tree, notCaptured: 0 });

it("offers each run, what was done by hand between runs, and every checkpoint", () => {
  const checkpoints = [point("d", "run_end", "r2", "T3"), point("c", "run_start", "r2", "T2"), point("b", "run_end", "r1", "T1"), point("a", "run_start", "r1", "T0")];
  const choices = rangeChoices([run("r2"), run("r1")], checkpoints, Date.parse(at) + 5 * 60_000);
  expect(choices.map(({ label, range }) => [label, range])).toEqual([
    ["The whole chat", {}],
    ["Run 2", { runId: "r2" }],
    ["Run 1", { runId: "r1" }],
    ["By hand, since the last run", { from: "d", to: "now" }],
    ["By hand, before run 2", { from: "b", to: "c" }],
    ["Since run 2 ended", { from: "d", to: "now" }],
    ["Since run 2 began", { from: "c", to: "now" }],
    ["Since run 1 ended", { from: "b", to: "now" }],
    ["Since run 1 began", { from: "a", to: "now" }],
  ]);
  expect(new Set(choices.map(({ value }) => value)).size).toBe(choices.length);
});

it("says nothing of by hand where nothing was changed", () => {
  const checkpoints = [point("c", "run_start", "r2", "T1"), point("b", "run_end", "r1", "T1")];
  expect(rangeChoices([run("r2"), run("r1")], checkpoints, 0).some(({ label }) => label.startsWith("By hand"))).toBe(false);
});
