import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";

import { modelsQuery } from "../../api/queries";
import type { Outcome, Step, ToolCallStep, ToolView } from "../../api/types";
import { type StepActions, StepActionsContext } from "./actions";
import { StepView } from "./StepView";

afterEach(cleanup);

const NOW = "2026-11-22T12:00:00Z";
const base = { id: "step-1-1", agentId: "bc-1", runId: "run-1", createdAt: NOW, endedAt: NOW };

function show(step: Step, more: Partial<StepActions> = {}): StepActions {
  const actions: StepActions = {
    agentId: "bc-1",
    directory: "/home/me/project",
    driver: "cursor",
    latestRunId: "run-1",
    busy: false,
    allowAndGoOn: vi.fn(),
    allowEverythingAndGoOn: vi.fn(),
    goOn: vi.fn(),
    allowAsMuchAgainAndGoOn: vi.fn(),
    showLimits: vi.fn(),
    retry: vi.fn(),
    retryWithModel: vi.fn(),
    startAfresh: vi.fn(),
    signInToCursor: vi.fn(),
    useDemo: vi.fn(),
    ...more,
  };
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } });
  client.setQueryData(modelsQuery("cursor").queryKey, { items: [{ id: "gpt-5", displayName: "GPT-5" }] });
  render(
    <QueryClientProvider client={client}>
      <StepActionsContext value={actions}>
        <StepView step={step} />
      </StepActionsContext>
    </QueryClientProvider>,
  );
  return actions;
}

function call(view: ToolView, outcome: Outcome): ToolCallStep {
  return { ...base, type: "tool_call", callId: "c", name: "tool", status: "completed", outcome, view };
}

describe("a refused call", () => {
  const refused = (allow: string[]) => call({ kind: "shell", command: "curl x" }, { type: "refused", reason: "Not on the allow list.", allow });

  it("is allowed by its rules", () => {
    const { allowAndGoOn } = show(refused(["Shell(curl)"]));
    fireEvent.click(screen.getByRole("button", { name: "Allow Shell(curl) and go on" }));
    expect(allowAndGoOn).toHaveBeenCalledWith(["Shell(curl)"]);
  });

  it("that no rule allows needs everything, and says so", () => {
    const { allowEverythingAndGoOn } = show(refused([]));
    expect(screen.getByText(/Only the permission “Everything” does/)).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Allow everything in this chat and go on" }));
    expect(allowEverythingAndGoOn).toHaveBeenCalled();
  });

  it("shows neither output nor counts, and the reason only where it says something", () => {
    show(call({ kind: "shell", command: "curl x" }, { type: "refused", reason: "User Rejected", allow: [] }));
    expect(screen.getByText(/Refused: not allowed in this chat/)).toBeTruthy();
    expect(screen.queryByText(/No output|User Rejected/)).toBeNull();
    cleanup();
    show(call({ kind: "webSearch", term: "x", references: [] }, { type: "refused", reason: "", allow: ["WebFetch(*)"] }));
    expect(screen.queryByText(/result/)).toBeNull();
    cleanup();
    show(refused([]));
    expect(screen.getByText("Not on the allow list.")).toBeTruthy();
  });

  it("shows a command that its line cuts off, before it is allowed", () => {
    const command = `echo ${"a".repeat(80)} && rm -rf x`;
    show(call({ kind: "shell", command }, { type: "refused", reason: "", allow: ["Shell(echo)"] }));
    expect(screen.getAllByText(command)).toHaveLength(2);
  });

  it("waits for the run to end, and of an older run offers nothing", () => {
    show(refused(["Shell(curl)"]), { busy: true });
    expect(screen.getByRole("button", { name: /^Allow/ })).toHaveProperty("disabled", true);
    cleanup();
    show(refused(["Shell(curl)"]), { latestRunId: "run-2" });
    expect(screen.queryByRole("button", { name: /^Allow/ })).toBeNull();
  });
});

describe("a tool call", () => {
  it("is one line with its details behind it", () => {
    show(call({ kind: "shell", command: "ls", output: "\u001b[32ma.txt\u001b[0m\n", exitCode: 2 }, { type: "failure" }));
    expect(screen.getByText("exit 2")).toBeTruthy();
    expect(screen.queryByText("a.txt")).toBeNull();
    fireEvent.click(screen.getByRole("button", { expanded: false }));
    expect(screen.getByText("a.txt")).toBeTruthy();
  });

  it("shows paths inside the workspace short", () => {
    show(call({ kind: "edit", path: "/home/me/project/src/a.ts", linesAdded: 3, linesRemoved: 1, diff: "+a" }, { type: "success" }));
    expect(screen.getByText("src/a.ts")).toBeTruthy();
    expect(screen.getByText("+3")).toBeTruthy();
  });

  it("of a kind that is not known shows what came", () => {
    show({ ...call({ kind: "other", name: "launchRocket" }, { type: "success" }), args: { to: "moon" } });
    fireEvent.click(screen.getByRole("button", { name: /launchRocket/ }));
    expect(screen.getByText(/moon/)).toBeTruthy();
  });
});

describe("a failure", () => {
  it("says the program's own words, what to do, and offers it", () => {
    const actions = show({ ...base, type: "error", code: "not_logged_in", message: "Error: Authentication required.", hint: "Sign in." });
    expect(screen.getByText("Error: Authentication required.")).toBeTruthy();
    expect(screen.getByText("Sign in.")).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Sign in to Cursor" }));
    fireEvent.click(screen.getByRole("button", { name: "Retry" }));
    fireEvent.click(screen.getByRole("button", { name: "Use the demo" }));
    expect(actions.signInToCursor).toHaveBeenCalled();
    expect(actions.retry).toHaveBeenCalled();
    expect(actions.useDemo).toHaveBeenCalled();
  });

  it("of the model offers the others", async () => {
    const { retryWithModel } = show({ ...base, type: "error", code: "invalid_model", message: "Cannot use this model: x" });
    fireEvent.click(screen.getByRole("button", { name: "Choose another model" }));
    fireEvent.click(await screen.findByRole("menuitemradio", { name: "GPT-5" }));
    expect(retryWithModel).toHaveBeenCalledWith("gpt-5");
  });

  it("that was a limit says which, with the count, and goes on by one click", () => {
    const actions = show({ ...base, type: "error", code: "tool_call_limit", message: "The run made 200 tool calls, as many as it may." });
    expect(screen.getByText("Stopped: the limit of tool calls is reached")).toBeTruthy();
    expect(screen.getByText("The run made 200 tool calls, as many as it may.")).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Go on" }));
    expect(actions.goOn).toHaveBeenCalled();
    expect(actions.retry).not.toHaveBeenCalled();
    fireEvent.click(screen.getByRole("button", { name: "Limits of this chat" }));
    expect(actions.showLimits).toHaveBeenCalled();
  });

  it("that was the chat's limit goes on with as much again", () => {
    const actions = show({ ...base, type: "error", code: "chat_limit_reached", message: "This chat used 100 of 100 tool calls." });
    expect(screen.queryByRole("button", { name: "Go on" })).toBeNull();
    fireEvent.click(screen.getByRole("button", { name: "Allow as much again and go on" }));
    expect(actions.allowAsMuchAgainAndGoOn).toHaveBeenCalled();
  });

  it("that was a limit of an older run offers nothing", () => {
    show({ ...base, type: "error", code: "run_timeout", message: "60 minutes." }, { latestRunId: "run-2" });
    expect(screen.queryByRole("button")).toBeNull();
  });

  it("of the session offers to start afresh", () => {
    const { startAfresh } = show({ ...base, type: "notice", code: "session_missing", message: "The CLI no longer has this chat." });
    fireEvent.click(screen.getByRole("button", { name: "Start afresh with this conversation as context" }));
    expect(startAfresh).toHaveBeenCalled();
  });
});

it("thinking is folded", () => {
  show({ ...base, type: "thinking", text: "Deep thought" });
  expect(screen.queryByText("Deep thought")).toBeNull();
  fireEvent.click(screen.getByRole("button", { name: "Thought" }));
  expect(screen.getByText("Deep thought")).toBeTruthy();
});

it("thinking says how long it took, from when it happened", () => {
  show({ ...base, type: "thinking", text: "Deep thought", endedAt: "2026-11-22T12:00:07Z" });
  expect(screen.getByRole("button", { name: "Thought for 7s" })).toBeTruthy();
});
