import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { GONE_MS, Hub, SILENCE_MS, type Source } from "./hub";
import type { FromHub } from "./protocol";

class FakeSource implements Source {
  static all: FakeSource[] = [];
  onopen: Source["onopen"] = null;
  onerror: Source["onerror"] = null;
  closed = false;
  private readonly listeners = new Map<string, (event: MessageEvent<string>) => void>();
  constructor(readonly parameters: URLSearchParams) {
    FakeSource.all.push(this);
  }
  addEventListener(type: string, listener: (event: MessageEvent<string>) => void) {
    this.listeners.set(type, listener);
  }
  close() {
    this.closed = true;
  }
  emit(type: string, data: unknown, lastEventId = "") {
    this.listeners.get(type)?.({ data: JSON.stringify(data), lastEventId } as MessageEvent<string>);
  }
  run(runId: string, eventId: string | undefined, event = "assistant", data: unknown = { text: "x" }) {
    this.emit("run_event", { runId, eventId, event, data });
  }
}

const latest = () => FakeSource.all.at(-1)!;
const open = () => FakeSource.all.filter((source) => !source.closed);

let signedIn: () => Promise<boolean>;
let hub: Hub;
function page() {
  const got: FromHub[] = [];
  const send = hub.connect((message) => got.push(message));
  return { got, send, events: () => got.flatMap((message) => (message.type === "run" ? [`${message.watch}:${message.message.eventId}`] : [])), links: () => got.flatMap((message) => (message.type === "link" ? [message.state] : [])) };
}
const id = (number: number) => `aa-1-${number}`;

beforeEach(() => {
  vi.useFakeTimers();
  FakeSource.all = [];
  signedIn = () => Promise.resolve(true);
  hub = new Hub({ open: (parameters) => new FakeSource(parameters), signedIn: () => signedIn() });
});
afterEach(() => vi.useRealTimers());

describe("one stream for all pages", () => {
  it("opens once and tells every page", () => {
    const [a, b] = [page(), page()];
    vi.advanceTimersByTime(50);
    expect(FakeSource.all).toHaveLength(1);
    latest().emit("hello", { instance: "i", version: "v" }, "7");
    expect(a.got.at(-1)).toEqual({ type: "state", message: { event: "hello", data: { instance: "i", version: "v" } } });
    expect(b.links()).toEqual(["connecting", "open"]);
  });

  it("tells a page that comes later that the line is open", () => {
    page();
    vi.advanceTimersByTime(50);
    latest().emit("heartbeat", {});
    expect(page().links()).toEqual(["open"]);
  });

  it("sends the events of a run to who watches it, under the number of the watch", () => {
    const [a, b] = [page(), page()];
    a.send({ type: "watch", runId: "run-1", watch: 5 });
    vi.advanceTimersByTime(50);
    expect(latest().parameters.get("runs")).toBe("run-1");
    latest().run("run-1", id(1));
    expect(a.events()).toEqual([`5:${id(1)}`]);
    expect(b.events()).toEqual([]);
  });

  it("opens once for several watches in a row", () => {
    const a = page();
    vi.advanceTimersByTime(50);
    a.send({ type: "watch", runId: "run-1", watch: 1 });
    a.send({ type: "watch", runId: "run-2", from: id(4), watch: 2 });
    vi.advanceTimersByTime(50);
    expect(FakeSource.all).toHaveLength(2);
    expect(latest().parameters.get("runs")).toBe(`run-1,run-2@${id(4)}`);
    expect(open()).toHaveLength(1);
  });
});

describe("a page that joins a run", () => {
  it("that is read less far needs no new stream", () => {
    const [a, b] = [page(), page()];
    a.send({ type: "watch", runId: "run-1", from: id(3), watch: 1 });
    vi.advanceTimersByTime(50);
    b.send({ type: "watch", runId: "run-1", from: id(5), watch: 1 });
    vi.advanceTimersByTime(50);
    expect(FakeSource.all).toHaveLength(1);
  });

  it("that is read further opens it anew, and nothing comes across the gap", () => {
    const [a, b] = [page(), page()];
    a.send({ type: "watch", runId: "run-1", watch: 1 });
    vi.advanceTimersByTime(50);
    const before = latest();
    for (let number = 1; number <= 9; number++) before.run("run-1", id(number));
    b.send({ type: "watch", runId: "run-1", from: id(4), watch: 8 });
    expect(before.closed).toBe(true);
    before.run("run-1", id(10));
    expect(b.events()).toEqual([]);
    vi.advanceTimersByTime(50);
    expect(latest().parameters.get("runs")).toBe(`run-1@${id(4)}`);
    for (let number = 5; number <= 10; number++) latest().run("run-1", id(number));
    expect(b.events()).toEqual([5, 6, 7, 8, 9, 10].map((number) => `8:${id(number)}`));
  });

  it("does not ask again for a run that ended, or that no one watches", () => {
    const a = page();
    a.send({ type: "watch", runId: "run-1", watch: 1 });
    a.send({ type: "watch", runId: "run-2", watch: 2 });
    vi.advanceTimersByTime(50);
    latest().run("run-1", id(1), "done", {});
    a.send({ type: "unwatch", runId: "run-2" });
    latest().onerror?.(new Event("error"));
    vi.advanceTimersByTime(300);
    expect(latest().parameters.has("runs")).toBe(false);
  });
});

describe("a line that breaks", () => {
  it("is taken up where it was: state by its id, runs by theirs", async () => {
    const a = page();
    a.send({ type: "watch", runId: "run-1", watch: 1 });
    vi.advanceTimersByTime(50);
    latest().emit("hello", {}, "41");
    latest().emit("agent", { id: "bc-1" }, "42");
    latest().run("run-1", id(7));
    latest().run("run-1", undefined, "status", {});
    latest().onerror?.(new Event("error"));
    expect(a.links().at(-1)).toBe("reconnecting");
    await vi.advanceTimersByTimeAsync(300);
    expect(latest().parameters.toString()).toBe(new URLSearchParams({ lastEventId: "42", runs: `run-1@${id(7)}` }).toString());
    latest().onopen?.(new Event("open"));
    expect(a.links().at(-1)).toBe("open");
  });

  it("is noticed by its silence", () => {
    page();
    vi.advanceTimersByTime(50);
    latest().onopen?.(new Event("open"));
    const first = latest();
    vi.advanceTimersByTime(SILENCE_MS - 1_000);
    first.emit("heartbeat", {});
    vi.advanceTimersByTime(SILENCE_MS - 1);
    expect(first.closed).toBe(false);
    vi.advanceTimersByTime(300);
    expect(first.closed).toBe(true);
    expect(open()).toHaveLength(1);
  });

  it("ignores what a stream that was given up still says", () => {
    const a = page();
    vi.advanceTimersByTime(50);
    const first = latest();
    first.onerror?.(new Event("error"));
    first.emit("agent", { id: "bc-1" }, "9");
    expect(a.got.some((message) => message.type === "state")).toBe(false);
  });

  it("waits longer each time, and begins afresh when ids may be the trouble", async () => {
    const a = page();
    a.send({ type: "watch", runId: "run-1", from: id(3), watch: 1 });
    vi.advanceTimersByTime(50);
    latest().emit("hello", {}, "41");
    latest().onerror?.(new Event("error"));
    await vi.advanceTimersByTimeAsync(300);
    latest().onerror?.(new Event("error"));
    await vi.advanceTimersByTimeAsync(900);
    expect(open()).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(200);
    latest().onerror?.(new Event("error"));
    expect(a.got.at(-1)).toEqual({ type: "state", message: { event: "reset", data: {} } });
    await vi.advanceTimersByTimeAsync(2_100);
    expect(latest().parameters.toString()).toBe("");
  });

  it("stops trying when the session has ended, until told to", async () => {
    const a = page();
    vi.advanceTimersByTime(50);
    signedIn = () => Promise.resolve(false);
    latest().onerror?.(new Event("error"));
    await vi.advanceTimersByTimeAsync(20_000);
    expect(a.links().at(-1)).toBe("signed-out");
    expect(open()).toHaveLength(0);
    a.send({ type: "retry" });
    await vi.advanceTimersByTimeAsync(10);
    expect(open()).toHaveLength(1);
  });
});

describe("pages that go", () => {
  it("close the stream with the last one", () => {
    const [a, b] = [page(), page()];
    vi.advanceTimersByTime(50);
    a.send({ type: "bye" });
    expect(open()).toHaveLength(1);
    b.send({ type: "bye" });
    expect(open()).toHaveLength(0);
  });

  it("and come back out of the browser's cache are heard again", () => {
    const a = page();
    vi.advanceTimersByTime(50);
    a.send({ type: "bye" });
    a.send({ type: "watch", runId: "run-1", from: id(2), watch: 2 });
    vi.advanceTimersByTime(50);
    expect(latest().parameters.get("runs")).toBe(`run-1@${id(2)}`);
    expect(open()).toHaveLength(1);
  });

  it("without a word are forgotten", () => {
    const [a, b] = [page(), page()];
    a.send({ type: "watch", runId: "run-1", watch: 1 });
    vi.advanceTimersByTime(GONE_MS + 1);
    b.send({ type: "alive" });
    latest().run("run-1", id(1));
    expect(a.events()).toEqual([]);
  });
});
