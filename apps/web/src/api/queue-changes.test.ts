import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { changeQueue, refetchQueue } from "./queue-changes";
import { edited, loadedPrompts, moved, type QueuePages } from "./queue-pages";

const NOW = "2026-11-22T12:00:00Z";
let agentId: string;
let made = 0;
let client: QueryClient;
let fetches: string[];

beforeEach(() => {
  vi.useFakeTimers();
  agentId = `bc-${(made += 1)}`;
  client = new QueryClient();
  const items = ["a", "b", "c"].map((id) => ({ id, agentId, prompt: { text: id }, createdAt: NOW, updatedAt: NOW }));
  client.setQueryData<QueuePages>(["queue", agentId], { pages: [{ items, total: 3 }], pageParams: [undefined] });
  fetches = [];
  vi.spyOn(client, "invalidateQueries").mockImplementation(async (filters) => {
    fetches.push(String(filters?.queryKey));
  });
});
afterEach(() => {
  vi.runAllTimers();
  vi.useRealTimers();
});

const order = () => loadedPrompts(client.getQueryData<QueuePages>(["queue", agentId])).map(({ prompt }) => prompt.text).join("");

describe("fetching a queue that changes fast", () => {
  it("happens at once, and then once more for all that came meanwhile", () => {
    for (let event = 0; event < 100; event++) refetchQueue(client, agentId);
    expect(fetches).toHaveLength(1);
    vi.advanceTimersByTime(250);
    expect(fetches).toHaveLength(2);
    vi.advanceTimersByTime(1_000);
    expect(fetches).toHaveLength(2);
  });
});

it("what changed while the queue was fetched for the first time is fetched after that", async () => {
  client.removeQueries({ queryKey: ["queue", agentId] });
  let answer = (_pages: QueuePages): void => undefined;
  const first = client.fetchQuery({ queryKey: ["queue", agentId], queryFn: () => new Promise<QueuePages>((resolve) => (answer = resolve)) });
  refetchQueue(client, agentId);
  vi.advanceTimersByTime(250);
  expect(fetches).toHaveLength(0);
  answer({ pages: [{ items: [], total: 0 }], pageParams: [undefined] });
  await first;
  await vi.advanceTimersByTimeAsync(250);
  expect(fetches).toHaveLength(1);
});

describe("changing a queue", () => {
  it("shows each change at once and sends them one after the other", async () => {
    const sent: string[] = [];
    let answer = (): void => undefined;
    const first = changeQueue(client, agentId, (pages) => moved(pages, "c", 0), () => {
      sent.push("move");
      return new Promise<void>((resolve) => (answer = resolve));
    });
    const second = changeQueue(client, agentId, (pages) => edited(pages, "a", "A"), async () => void sent.push("edit"));
    expect(order()).toBe("cAb");
    await vi.advanceTimersByTimeAsync(0);
    expect(sent).toEqual(["move"]);
    // What is told meanwhile stands between two changes.
    refetchQueue(client, agentId);
    expect(fetches).toHaveLength(0);
    answer();
    await Promise.all([first, second]);
    expect(sent).toEqual(["move", "edit"]);
    expect(fetches).toHaveLength(1);
  });

  it("fetches what the server has when it refuses, and goes on with the next", async () => {
    const refused = changeQueue(client, agentId, (pages) => moved(pages, "c", 0), () => Promise.reject(new Error("It has begun.")));
    const next = changeQueue(client, agentId, (pages) => pages, async () => "done");
    await expect(refused).rejects.toThrow("It has begun.");
    await expect(next).resolves.toBe("done");
    expect(fetches).toHaveLength(1);
  });
});
