import { describe, expect, it } from "vitest";

import type { Run, Step } from "../../api/types";
import { buildRows } from "./rows";

const NOW = "2026-11-22T12:00:00Z";
function step(id: string, position?: number): Step {
  return { id, agentId: "bc-1", runId: "run-1", position, type: "assistant_message", text: id, createdAt: NOW, endedAt: NOW };
}
const keys = (steps: Step[], run?: Run, finishing?: boolean) => buildRows(steps, new Map(), run, undefined, finishing).map(({ key }) => key);

describe("buildRows", () => {
  it("marks where the history of the CLI's chat ends", () => {
    expect(keys([step("a", 0), step("b", 1), step("c", 2 ** 32), step("d", 2 ** 32 + 1)])).toEqual(["a", "b", "continued", "c", "d"]);
    // Steps made of events have no position.
    expect(keys([step("a", 0), step("b")])).toEqual(["a", "continued", "b"]);
  });

  it("marks nothing where nothing came from the CLI, or its end is not there", () => {
    expect(keys([step("a", 2 ** 32), step("b")])).toEqual(["a", "b"]);
    expect(keys([step("a", 0)])).toEqual(["a"]);
  });

  it("ends with why a run waits", () => {
    const run: Run = { id: "run-1", agentId: "bc-1", status: "CREATING", createdAt: NOW, updatedAt: NOW, queuePosition: 2 };
    expect(buildRows([step("a")], new Map([["run-1", run]]), run, undefined).at(-1)).toMatchObject({ type: "waiting", run });
  });

  it("ends with what a live run does", () => {
    const run: Run = { id: "run-1", agentId: "bc-1", status: "RUNNING", createdAt: NOW, updatedAt: NOW };
    expect(buildRows([step("a")], new Map([["run-1", run]]), run, undefined, true).at(-1)).toMatchObject({ type: "working", finishing: true });
  });
});
