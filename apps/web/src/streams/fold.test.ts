import { describe, expect, it } from "vitest";

import type { Step, ToolCall } from "../api/types";
import type { RunEvent, RunEventBody } from "./events";
import { applyEvents, INLINE_BYTES, prependSteps, type RunFold, startFold, stepId } from "./fold";

const RUN = "run-01890000-0000-7000-8000-0000000000aa";
const NOW = "2026-11-22T12:00:00Z";

let number = 0;
function event(body: RunEventBody, eventId: string | undefined = `0000000000aa-1-${++number}`): RunEvent {
  return { runId: RUN, eventId, ...body } as RunEvent;
}
const say = (text: string) => event({ event: "assistant", data: { text } });
const think = (text: string) => event({ event: "thinking", data: { text } });
function tool(callId: string, status: ToolCall["status"], outcome: ToolCall["outcome"] = status === "running" ? { type: "running" } : { type: "success" }): RunEvent {
  return event({ event: "tool_call", data: { callId, name: "read_file", status, outcome, view: { kind: "read", path: callId } } });
}
const done = () => event({ event: "done", data: {} });

function prompt(): Step {
  return { id: stepId(RUN, 0), agentId: "bc-1", runId: RUN, type: "user_message", text: "Do it", createdAt: NOW, endedAt: NOW };
}
function fresh(): RunFold {
  number = 0;
  return startFold("bc-1", RUN, [prompt()]);
}
const fold = (state: RunFold, ...events: RunEvent[]) => applyEvents(state, events, NOW);
/** Steps as one line each, for comparison. */
function lines(state: RunFold): string[] {
  return state.steps.map((step) => {
    const ordinal = step.id.slice(step.id.lastIndexOf("-") + 1);
    const end = step.endedAt ? "" : " …";
    if (step.type === "tool_call") return `${ordinal} call ${step.callId} ${step.outcome.type}${end}`;
    return `${ordinal} ${step.type} ${"text" in step ? step.text : step.message}${end}`;
  });
}

describe("texts", () => {
  it("pieces make one step until something else comes", () => {
    const state = fold(fresh(), think("Hm"), think("m."), say("Hel"), say("lo"), think("?"), say("!"));
    expect(lines(state)).toEqual(["0 user_message Do it", "1 thinking Hmm.", "2 assistant_message Hello", "3 thinking ?", "4 assistant_message ! …"]);
    expect(state.steps[1]!.id).toBe("step-01890000-0000-7000-8000-0000000000aa-1");
  });

  it("an empty piece opens nothing and closes nothing", () => {
    expect(lines(fold(fresh(), say(""), think("a"), say(""), think("b")))).toEqual(["0 user_message Do it", "1 thinking ab …"]);
  });

  it("a status closes nothing", () => {
    const status = event({ event: "status", data: { runId: RUN, status: "RUNNING" } }, undefined);
    expect(lines(fold(fresh(), say("a"), { ...status, eventId: undefined }, say("b")))).toEqual(["0 user_message Do it", "1 assistant_message ab …"]);
  });

  it("a result says that the run is about to end, and done that it has", () => {
    const answered = fold(fresh(), say("a"), event({ event: "result", data: { runId: RUN, status: "FINISHED" } }));
    expect(answered).toMatchObject({ finishing: true, ended: false });
    expect(fold(answered, done())).toMatchObject({ ended: true });
  });

  it("a notice, a tool call and a result close the text", () => {
    const notice = () => event({ event: "notice", data: { code: "output", message: "a line" } });
    const state = fold(fresh(), say("a"), notice(), say("b"), tool("x", "completed"), say("c"), event({ event: "result", data: { runId: RUN, status: "FINISHED" } }));
    expect(lines(state)).toEqual(["0 user_message Do it", "1 assistant_message a", "2 notice a line", "3 assistant_message b", "4 call x success", "5 assistant_message c"]);
  });

  it("holds a preview of what is too long, cut between characters", () => {
    const state = fold(fresh(), say("é".repeat(INLINE_BYTES / 2 - 1)), say("aé"), say("more"));
    const step = state.steps[1]!;
    expect(step).toMatchObject({ truncated: true, size: INLINE_BYTES - 2 + 3 + 4 });
    expect("text" in step && step.text.endsWith("éa")).toBe(true);
  });
});

describe("tool calls", () => {
  it("stand in the order in which they began, whatever order they end in", () => {
    const state = fold(fresh(), tool("a", "running"), tool("b", "running"), tool("b", "completed"), say("x"), tool("a", "completed"));
    expect(lines(state)).toEqual(["0 user_message Do it", "1 call a success", "2 call b success", "3 assistant_message x"]);
  });

  it("completed without started is a step of its own", () => {
    expect(lines(fold(fresh(), tool("a", "completed")))).toEqual(["0 user_message Do it", "1 call a success"]);
  });

  it("told twice as running is one step", () => {
    expect(lines(fold(fresh(), tool("a", "running"), tool("a", "running")))).toEqual(["0 user_message Do it", "1 call a running …"]);
  });

  it("the same id after completion is another call", () => {
    const state = fold(fresh(), tool("a", "running"), tool("a", "completed"), tool("a", "running"), tool("a", "completed"));
    expect(lines(state)).toEqual(["0 user_message Do it", "1 call a success", "2 call a success"]);
  });

  it("still open when the run ends or fails are interrupted", () => {
    expect(lines(fold(fresh(), tool("a", "running"), done()))).toEqual(["0 user_message Do it", "1 call a interrupted"]);
    const error = () => event({ event: "error", data: { code: "agent_failed", message: "boom" } });
    expect(lines(fold(fresh(), tool("a", "running"), say("x"), error()))).toEqual(["0 user_message Do it", "1 call a interrupted", "2 assistant_message x", "3 error boom"]);
  });

  it("keep a call id with a newline and the refusal", () => {
    const state = fold(fresh(), tool("a\nb", "running"), tool("a\nb", "completed", { type: "refused", reason: "no", allow: ["Shell(curl)"] }));
    expect(state.steps[1]).toMatchObject({ callId: "a\nb", outcome: { type: "refused", allow: ["Shell(curl)"] } });
  });
});

describe("reading again", () => {
  const script = () => [think("a"), think("b"), tool("x", "running"), say("c"), tool("y", "running"), tool("x", "completed"), say("d"), say("e"), tool("y", "completed"), say("f"), done()];

  it("gives the same steps wherever it is cut and taken up", () => {
    const start = fresh();
    const events = script();
    const whole = lines(fold(start, ...events));
    for (let cut = 0; cut <= events.length; cut++) {
      const first = fold(start, ...events.slice(0, cut));
      // A snapshot of the server at the cut, and a stream that repeats what came before.
      const snapshot = startFold("bc-1", RUN, first.steps, first.lastEventId);
      expect(lines(fold(snapshot, ...events.slice(Math.max(0, cut - 3)))), `cut at ${cut}`).toEqual(whole);
    }
  });

  it("gives the same steps in batches of any size", () => {
    const start = fresh();
    const events = script();
    const whole = lines(fold(start, ...events));
    for (const size of [1, 2, 3, 5]) {
      let state = start;
      for (let at = 0; at < events.length; at += size) state = fold(state, ...events.slice(at, at + size));
      expect(lines(state)).toEqual(whole);
    }
  });

  it("drops what it has by the id and changes nothing then", () => {
    const start = fresh();
    const events = script();
    const state = fold(start, ...events);
    expect(fold(state, ...events)).toBe(state);
    expect(fold(state, { ...say("z"), runId: "run-other" })).toBe(state);
  });

  it("goes on in the middle of a text", () => {
    const state = fold(fresh(), say("Hel"));
    expect(lines(fold(startFold("bc-1", RUN, state.steps, state.lastEventId), say("lo")))).toEqual(["0 user_message Do it", "1 assistant_message Hello …"]);
  });

  it("keeps the objects of steps that did not change", () => {
    const before = fold(fresh(), think("a"), say("b"));
    const after = fold(before, say("c"));
    expect(after.steps[1]).toBe(before.steps[1]);
    expect(after.steps[2]).not.toBe(before.steps[2]);
  });

  it("asks for the steps anew when ids of another epoch come", () => {
    const state = fold(fresh(), say("a"));
    expect(fold(state, event({ event: "assistant", data: { text: "b" } }, "0000000000aa-2-1")).stale).toBe(true);
  });

  it("asks for the steps anew when a call ends whose start may stand on an older page", () => {
    const page = fold(fresh(), tool("a", "running"), say("b"), think("c")).steps.slice(2);
    const snapshot = startFold("bc-1", RUN, page, "0000000000aa-1-3");
    const state = fold(snapshot, tool("a", "completed"));
    expect(state.stale).toBe(true);
    expect(state.steps).toHaveLength(2);
  });

  it("takes older pages in front without losing the open text", () => {
    const whole = fold(fresh(), tool("a", "running"), say("b"));
    const snapshot = startFold("bc-1", RUN, whole.steps.slice(2), whole.lastEventId);
    const state = fold(prependSteps(snapshot, whole.steps.slice(0, 2)), say("!"), tool("a", "completed"));
    expect(lines(state)).toEqual(["0 user_message Do it", "1 call a success", "2 assistant_message b!"]);
  });

  it("says when the run has ended", () => {
    expect(fold(fresh(), say("a"), done()).ended).toBe(true);
  });
});
