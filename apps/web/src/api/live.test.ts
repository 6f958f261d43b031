import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { beforeEach, describe, expect, it, vi } from "vitest";

import { applyAgent, applyRun, applyState, newest, newestPage, newestRun } from "./live";
import type { Agent, Page, Run } from "./types";

function agent(id: string, minute: number, more: Partial<Agent> = {}): Agent {
  const at = `2026-11-22T12:${String(minute).padStart(2, "0")}:00Z`;
  return { id, name: id, status: "ACTIVE", createdAt: at, updatedAt: at, driver: "cursor", workspace: { type: "local", path: "/p" }, permission: "rules", mode: "agent", unread: false, ...more };
}
function run(status: Run["status"], more: Partial<Run> = {}): Run {
  return { id: "run-1", agentId: "a", status, createdAt: "2026-11-22T12:00:00Z", updatedAt: "2026-11-22T12:00:00Z", ...more };
}

let client: QueryClient;
function list(key: object, pages: Page<Agent>[]) {
  client.setQueryData(["agents", key], { pages, pageParams: [undefined] });
}
function names(key: object): string[] | undefined {
  return client.getQueryData<{ pages: Page<Agent>[] }>(["agents", key])?.pages.flatMap((page) => page.items.map(({ name }) => name));
}

beforeEach(() => {
  client = new QueryClient();
  applyState(client, { event: "reset", data: {} });
});

describe("agents", () => {
  it("move to where their time puts them, in every list they match", () => {
    list({}, [{ items: [agent("a", 5), agent("b", 3)] }]);
    list({ query: "B" }, [{ items: [agent("b", 3)] }]);
    applyAgent(client, agent("b", 9));
    expect(names({})).toEqual(["b", "a"]);
    applyAgent(client, agent("c", 10));
    expect(names({})).toEqual(["c", "b", "a"]);
    expect(names({ query: "B" })).toEqual(["b"]);
  });

  it("leave lists they no longer match", () => {
    list({}, [{ items: [agent("a", 5)] }]);
    list({ includeArchived: true }, [{ items: [agent("a", 5)] }]);
    applyAgent(client, agent("a", 6, { status: "ARCHIVED" }));
    expect(names({})).toEqual([]);
    expect(names({ includeArchived: true })).toEqual(["a"]);
  });

  it("that belong to a page not fetched yet are not added", () => {
    list({}, [{ items: [agent("a", 5)], nextCursor: "more" }]);
    applyAgent(client, agent("old", 1));
    expect(names({})).toEqual(["a"]);
  });

  it("that were deleted leave every list", () => {
    list({}, [{ items: [agent("a", 5), agent("b", 4)] }]);
    applyState(client, { event: "agent_deleted", data: { id: "a" } });
    expect(names({})).toEqual(["b"]);
  });

  it("that begin or are deleted while a list is asked for are in the answer as they are by then", () => {
    applyAgent(client, agent("before", 1));
    const asked = performance.now();
    vi.spyOn(performance, "now").mockReturnValue(asked + 1);
    applyAgent(client, agent("new", 9));
    applyAgent(client, agent("other", 9, { name: "x" }));
    applyState(client, { event: "agent_deleted", data: { id: "b" } });
    vi.restoreAllMocks();
    const answer = { items: [agent("a", 5), agent("b", 3)], nextCursor: "more" };
    expect(newestPage(answer, { query: "N" }, true, asked).items.map(({ id }) => id)).toEqual(["new", "a"]);
    expect(newestPage(answer, { query: "N" }, false, asked)).toEqual({ items: [agent("a", 5)], nextCursor: "more" });
    expect(newestPage(answer, {}, true, asked + 2).items.map(({ id }) => id)).toEqual(["a", "b"]);
  });

  it("are not undone by an answer that was made earlier", () => {
    applyAgent(client, agent("a", 9, { name: "new" }));
    expect(newest(agent("a", 5, { name: "old" })).name).toBe("new");
    expect(newest(agent("a", 10, { name: "newer" })).name).toBe("newer");
  });

  it("are not undone by an answer to what was asked before they were told, though their time is the same", () => {
    applyAgent(client, agent("a", 5));
    const asked = performance.now() - 1;
    applyState(client, { event: "queue", data: { agentId: "a", total: 2 } });
    expect(newest(agent("a", 5), asked).queue).toEqual({ total: 2 });
    expect(newest(agent("a", 5)).queue).toBeUndefined();
  });

  it("do not run again when the answer to their creation comes after their end", () => {
    applyAgent(client, agent("a", 5, { unread: true, latestRunId: "run-1", latestRun: run("FINISHED") }));
    applyAgent(client, agent("a", 5, { latestRunId: "run-1", latestRun: run("RUNNING") }));
    expect(client.getQueryData<Agent>(["agent", "a"])).toMatchObject({ unread: true, latestRun: { status: "FINISHED" } });
  });
});

describe("queues", () => {
  const paused = { reason: "by_user", message: "Paused.", at: "2026-11-22T12:00:00Z" } as const;
  const held = () => [client.getQueryData<Agent>(["agent", "a"])?.queue, client.getQueryData<{ pages: Page<Agent>[] }>(["agents", {}])?.pages[0]?.items[0]?.queue];

  it("are told of everywhere their agent is shown, and where they are empty they are gone", () => {
    client.setQueryData(["agent", "a"], agent("a", 5));
    list({}, [{ items: [agent("a", 5)] }]);
    applyState(client, { event: "queue", data: { agentId: "a", total: 3, paused } });
    expect(held()).toEqual([{ total: 3, paused }, { total: 3, paused }]);
    applyState(client, { event: "queue", data: { agentId: "a", total: 0 } });
    expect(held()).toEqual([undefined, undefined]);
  });

  it("that an agent no longer tells of are gone", () => {
    client.setQueryData(["agent", "a"], agent("a", 5, { queue: { total: 1 }, totalUsage: { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0, totalTokens: 2 } }));
    applyAgent(client, agent("a", 6));
    const known = client.getQueryData<Agent>(["agent", "a"]);
    expect(known?.queue).toBeUndefined();
    expect(known?.totalUsage?.totalTokens).toBe(2);
  });
});

it("limits that change while they are fetched for the first time are fetched again", async () => {
  const answers: ((value: string) => void)[] = [];
  const observer = new QueryObserver(client, { queryKey: ["limits"], queryFn: () => new Promise<string>((resolve) => answers.push(resolve)) });
  const stop = observer.subscribe(() => undefined);
  applyState(client, { event: "limits", data: {} });
  await vi.waitFor(() => expect(answers).toHaveLength(2));
  answers[0]?.("before");
  answers[1]?.("after");
  await vi.waitFor(() => expect(observer.getCurrentResult().data).toBe("after"));
  stop();
});

describe("runs", () => {
  it("update their agent and their list, but never backwards", () => {
    client.setQueryData(["agent", "a"], agent("a", 5));
    client.setQueryData(["runs", "a"], { items: [] });
    applyRun(client, run("RUNNING"));
    applyRun(client, run("FINISHED", { durationMs: 5 }));
    applyRun(client, run("RUNNING"));
    expect(client.getQueryData<Agent>(["agent", "a"])?.latestRun?.status).toBe("FINISHED");
    expect(client.getQueryData<Page<Run>>(["runs", "a"])?.items).toEqual([run("FINISHED", { durationMs: 5 })]);
  });

  it("that ended stay so when the answer to an earlier question comes", () => {
    applyRun(client, run("FINISHED"));
    expect(newestRun(run("RUNNING")).status).toBe("FINISHED");
    expect(newestRun(run("RUNNING", { id: "run-2" })).status).toBe("RUNNING");
  });

  it("of the past do not become the latest", () => {
    client.setQueryData(["agent", "a"], agent("a", 5, { latestRunId: "run-2", latestRun: run("RUNNING", { id: "run-2", createdAt: "2026-11-22T12:05:00Z" }) }));
    applyRun(client, run("FINISHED"));
    expect(client.getQueryData<Agent>(["agent", "a"])?.latestRunId).toBe("run-2");
  });
});
