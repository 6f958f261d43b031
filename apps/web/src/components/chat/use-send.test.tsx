import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { Agent, Run } from "../../api/types";
import { toasts } from "../../stores/toasts";
import type { Conversation } from "../../streams/conversation";
import { useSend } from "./use-send";

const NOW = "2026-11-22T12:00:00Z";
const run: Run = { id: "run-1", agentId: "bc-1", status: "RUNNING", createdAt: NOW, updatedAt: NOW };
const queued = { id: "run-2", agentId: "bc-1", prompt: { text: "Next" }, createdAt: NOW, updatedAt: NOW };
function agent(more: Partial<Agent> = {}): Agent {
  return { id: "bc-1", name: "a", status: "ACTIVE", createdAt: NOW, updatedAt: NOW, driver: "cursor", workspace: { type: "empty", path: "/w" }, permission: "rules", mode: "agent", unread: false, ...more };
}

let requests: { path: string; body?: unknown; key: string | null }[];
let answers: (Response | Error)[];
beforeEach(() => {
  [requests, answers] = [[], []];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (address, options) => {
    const { body, headers } = options ?? {};
    requests.push({ path: new URL(String(address)).pathname, body: body ? JSON.parse(body as string) : undefined, key: new Headers(headers).get("idempotency-key") });
    const answer = answers.shift() ?? Response.json({});
    if (answer instanceof Error) throw answer;
    return answer;
  });
});
afterEach(cleanup);

function show(of: Agent) {
  const conversation = { sending: vi.fn(), began: vi.fn() };
  const client = new QueryClient();
  const { result } = renderHook(() => useSend(of, conversation as unknown as Conversation), {
    wrapper: ({ children }) => <QueryClientProvider client={client}>{children}</QueryClientProvider>,
  });
  return { conversation, sending: () => result.current };
}

describe("what is written", () => {
  it("starts at once in a chat that is idle", async () => {
    answers = [Response.json({ run }, { status: 201 })];
    const { conversation, sending } = show(agent());
    expect(await act(() => sending().send("Next"))).toBe(true);
    expect(conversation.sending).toHaveBeenCalledWith("Next");
    expect(conversation.began).toHaveBeenCalledWith(run, "Next");
    expect(requests[0]?.body).toEqual({ prompt: { text: "Next" }, whenBusy: "queue" });
  });

  it("waits while a run works, in the order in which it was written", async () => {
    const arrived = ["A", "B", "C"];
    answers = arrived.map(() => Response.json({ queued }, { status: 202 }));
    const { conversation, sending } = show(agent({ latestRun: run }));
    await act(() => Promise.all(arrived.map((text) => sending().send(text))));
    expect(requests.map(({ body }) => (body as { prompt: { text: string } }).prompt.text)).toEqual(arrived);
    expect(conversation.began).not.toHaveBeenCalled();
  });

  it("is the same prompt when it is sent again because no answer came", async () => {
    answers = [new TypeError("network"), Response.json({ queued }, { status: 202 }), Response.json({ queued }, { status: 202 })];
    const { sending } = show(agent({ latestRun: run }));
    expect(await act(() => sending().send("Next"))).toBe(false);
    await act(() => sending().send("Next"));
    await act(() => sending().send("Next"));
    const [lost, again, another] = requests.map(({ key }) => key);
    expect(again).toBe(lost);
    expect(another).not.toBe(lost);
  });

  it("that the chat's budget has no room for is kept, with what the server says", async () => {
    answers = [Response.json({ error: { code: "chat_limit_reached", message: "100 of 100 tool calls." } }, { status: 409 })];
    const { sending } = show(agent());
    expect(await act(() => sending().send("Next"))).toBe(false);
    expect(sending().refusal).toEqual({ message: "100 of 100 tool calls." });
    answers = [Response.json({ run }, { status: 201 })];
    await act(() => sending().send("Next"));
    expect(sending().refusal).toBeUndefined();
  });

  it("is refused in the server's words", async () => {
    answers = [Response.json({ error: { code: "queue_full", message: "10,000 prompts wait already." } }, { status: 409 })];
    const { sending } = show(agent({ latestRun: run }));
    expect(await act(() => sending().send("Next"))).toBe(false);
    expect(toasts.get().at(-1)).toMatchObject({ message: "10,000 prompts wait already.", tone: "error" });
  });
});

describe("going on", () => {
  it("is a run of its own where nothing waits", async () => {
    answers = [Response.json({ run }, { status: 201 })];
    const { sending } = show(agent());
    await act(() => sending().start("Go on.", { session: "fresh" }));
    expect(requests.map(({ body }) => body)).toEqual([{ prompt: { text: "Go on." }, session: "fresh" }]);
  });

  it("comes before what waits, which follows it", async () => {
    answers = [Response.json(queued, { status: 201 }), Response.json({ items: [], total: 4 })];
    const { sending } = show(agent({ queue: { total: 3, paused: { reason: "limit_reached", message: "…", at: NOW } } }));
    await act(() => sending().start("Go on."));
    expect(requests.map(({ path, body }) => [path, body])).toEqual([
      ["/v1/agents/bc-1/queue", { prompt: { text: "Go on." }, position: 0 }],
      ["/v1/agents/bc-1/queue/resume", undefined],
    ]);
  });

  it("can be tried again with more allowed", async () => {
    answers = [Response.json({ error: { code: "chat_limit_reached", message: "Used up." } }, { status: 409 }), Response.json({ run }, { status: 201 })];
    const { conversation, sending } = show(agent());
    await act(() => sending().start("Go on."));
    await act(() => sending().refusal!.again!());
    expect(conversation.began).toHaveBeenCalledWith(run, "Go on.");
  });
});
