import { QueryClient } from "@tanstack/react-query";
import { beforeEach, expect, it } from "vitest";

import { applyAgent, applyRun, applyState } from "./live";
import type { Agent, Run } from "./types";
import type { Workspace } from "./workspace-types";

const NOW = "2026-11-22T12:00:00Z";
const agent = (workspace: Partial<Workspace>, more: Partial<Agent> = {}): Agent => ({
  id: "a", name: "a", status: "ACTIVE", createdAt: NOW, updatedAt: NOW, driver: "cursor", workspace: { type: "git", path: "/w", state: "ready", sharedWith: [], ...workspace }, permission: "rules", mode: "agent", unread: false, ...more,
});
const run = (status: Run["status"]): Run => ({ id: "run-1", agentId: "a", status, createdAt: NOW, updatedAt: NOW });

let client: QueryClient;
const isStale = (...key: string[]) => client.getQueryState(key)?.isInvalidated;

beforeEach(() => {
  client = new QueryClient();
  applyState(client, { event: "reset", data: {} });
  applyAgent(client, agent({}));
  for (const id of ["a", "b"]) for (const name of ["workspace", "diff", "checkpoints", "files"]) client.setQueryData([name, id, "x"], {});
});

it("what was changed is looked at again when a run has ended, in its chat alone", () => {
  applyRun(client, run("RUNNING"));
  expect(isStale("diff", "a", "x")).toBe(false);
  applyRun(client, run("FINISHED"));
  for (const name of ["workspace", "diff", "checkpoints", "files"]) expect([name, isStale(name, "a", "x"), isStale(name, "b", "x")]).toEqual([name, true, false]);
});

it("most that is told of a chat is not about its files", () => {
  applyAgent(client, agent({}, { name: "renamed", unread: true, updatedAt: "2026-11-22T12:01:00Z" }));
  expect(isStale("diff", "a", "x")).toBe(false);
  applyAgent(client, agent({ sharedWith: ["b"] }, { updatedAt: "2026-11-22T12:02:00Z" }));
  expect(isStale("diff", "a", "x")).toBe(true);
});

it("files that were put away, or come back, are looked at again", () => {
  applyAgent(client, agent({ state: "given_up" }, { updatedAt: "2026-11-22T12:01:00Z" }));
  expect(isStale("files", "a", "x")).toBe(true);
});
