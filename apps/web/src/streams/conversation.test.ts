import { beforeEach, describe, expect, it } from "vitest";

import type { Run, Step, StepsPage } from "../api/types";
import { Conversation, type ConversationSource } from "./conversation";
import type { RunEvent, StateEvent } from "./events";
import { stepId } from "./fold";

const AGENT = "bc-1";
const NOW = "2026-11-22T12:00:00Z";

function step(runId: string, ordinal: number, type: Step["type"], text: string, open = false): Step {
  return { id: stepId(runId, ordinal), agentId: AGENT, runId, type, text, createdAt: NOW, endedAt: open ? undefined : NOW } as Step;
}
function run(id: string, status: Run["status"]): Run {
  return { id, agentId: AGENT, status, createdAt: NOW, updatedAt: NOW };
}

class FakeServer implements ConversationSource {
  pages: (StepsPage | Promise<StepsPage>)[] = [];
  asked: (string | undefined)[] = [];
  watched: string[] = [];
  frame?: () => void;
  private runListener?: (event: RunEvent) => void;
  private stateListener?: (event: StateEvent) => void;

  async listSteps(_agentId: string, cursor?: string): Promise<StepsPage> {
    this.asked.push(cursor);
    const page = await this.pages.shift();
    if (!page) throw new Error("no page was prepared");
    return page;
  }
  watch(runId: string, from: string | undefined) {
    this.watched.push(`${runId}@${from ?? "start"}`);
  }
  unwatch(runId: string) {
    this.watched.push(`-${runId}`);
  }
  onRun(listener: (event: RunEvent) => void) {
    this.runListener = listener;
    return () => (this.runListener = undefined);
  }
  onState(listener: (event: StateEvent) => void) {
    this.stateListener = listener;
    return () => (this.stateListener = undefined);
  }
  schedule(callback: () => void) {
    this.frame = callback;
  }
  say(runId: string, number: number, text: string) {
    this.runListener?.({ runId, eventId: `aa-1-${number}`, event: "assistant", data: { text } });
  }
  answered(runId: string, number: number) {
    this.runListener?.({ runId, eventId: `aa-1-${number}`, event: "result", data: { runId, status: "FINISHED" } });
  }
  done(runId: string, number: number) {
    this.runListener?.({ runId, eventId: `aa-1-${number}`, event: "done", data: {} });
  }
  tell(event: StateEvent) {
    this.stateListener?.(event);
  }
}

let server: FakeServer;
let conversation: Conversation;
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));
const texts = () => conversation.getState().steps.map((item) => ("text" in item ? item.text : item.type));

beforeEach(() => {
  server = new FakeServer();
  conversation = new Conversation(AGENT, server);
});

describe("opening", () => {
  it("shows what was fetched, oldest first, and follows the live run from there", async () => {
    server.pages = [{ items: [step("run-1", 1, "assistant_message", "Hel", true), step("run-1", 0, "user_message", "Hi")], live: { runId: "run-1", lastEventId: "aa-1-4" } }];
    conversation.open();
    await settled();
    expect(texts()).toEqual(["Hi", "Hel"]);
    expect(server.watched).toEqual(["run-1@aa-1-4"]);
    server.say("run-1", 4, "l");
    server.say("run-1", 5, "lo");
    expect(texts()).toEqual(["Hi", "Hel"]);
    server.frame?.();
    expect(texts()).toEqual(["Hi", "Hello"]);
  });

  it("says that it failed, and shows all the same when it works later", async () => {
    conversation.open();
    await settled();
    expect(conversation.getState().phase).toBe("failed");
    server.pages = [{ items: [] }];
    await conversation.load();
    expect(conversation.getState().phase).toBe("ready");
  });

  it("finds that the run has answered already, whatever was told before it was opened", async () => {
    server.pages = [{ items: [step("run-1", 1, "assistant_message", "Done."), step("run-1", 0, "user_message", "Hi")], live: { runId: "run-1", lastEventId: "aa-1-30" } }];
    conversation.open();
    await settled();
    expect(server.watched).toEqual(["run-1@aa-1-22"]);
    server.say("run-1", 28, "Done.");
    server.answered("run-1", 29);
    server.frame?.();
    expect(conversation.getState().finishing).toBe(true);
    expect(texts()).toEqual(["Hi", "Done."]);
    server.pages = [{ items: [step("run-1", 1, "assistant_message", "Done."), step("run-1", 0, "user_message", "Hi")], live: { runId: "run-1", lastEventId: "aa-1-30" } }];
    await conversation.load();
    expect(conversation.getState().finishing).toBe(true);
  });

  it("leaves the run when the chat is left", async () => {
    server.pages = [{ items: [], live: { runId: "run-1" } }];
    const leave = conversation.open();
    await settled();
    leave();
    expect(server.watched).toEqual(["run-1@start", "-run-1"]);
  });
});

describe("runs", () => {
  beforeEach(async () => {
    server.pages = [{ items: [step("run-1", 0, "user_message", "Hi")] }];
    conversation.open();
    await settled();
  });

  it("of this page show their prompt at once and need no fetching", async () => {
    conversation.sending("Next");
    expect(conversation.getState().sending).toBe("Next");
    conversation.began(run("run-2", "RUNNING"), "Next");
    server.tell({ event: "run", data: run("run-2", "RUNNING") });
    server.say("run-2", 1, "Done.");
    server.frame?.();
    expect(texts()).toEqual(["Hi", "Next", "Done."]);
    expect(conversation.getState().sending).toBeUndefined();
    expect(server.asked).toHaveLength(1);
  });

  it("of this page that are told by the stream first are not doubled", async () => {
    server.pages = [{ items: [step("run-2", 0, "user_message", "Next"), step("run-1", 0, "user_message", "Hi")], live: { runId: "run-2" } }];
    conversation.sending("Next");
    server.tell({ event: "run", data: run("run-2", "RUNNING") });
    await settled();
    expect(conversation.getState().sending).toBeUndefined();
    conversation.began(run("run-2", "RUNNING"), "Next");
    expect(texts()).toEqual(["Hi", "Next"]);
  });

  it("of another page are fetched", async () => {
    server.pages = [{ items: [step("run-2", 0, "user_message", "Theirs"), step("run-1", 0, "user_message", "Hi")], live: { runId: "run-2", lastEventId: "aa-1-11" } }];
    server.tell({ event: "run", data: run("run-2", "CREATING") });
    await settled();
    expect(texts()).toEqual(["Hi", "Theirs"]);
    expect(server.watched).toEqual(["run-2@aa-1-3"]);
  });

  it("of other chats are ignored", async () => {
    server.tell({ event: "run", data: { ...run("run-9", "RUNNING"), agentId: "bc-other" } });
    await settled();
    expect(server.asked).toHaveLength(1);
  });

  it("that end are left, and what they said stays", async () => {
    conversation.began(run("run-2", "RUNNING"), "Next");
    server.say("run-2", 1, "Done.");
    server.done("run-2", 2);
    server.frame?.();
    server.tell({ event: "run", data: run("run-2", "FINISHED") });
    await settled();
    expect(texts()).toEqual(["Hi", "Next", "Done."]);
    expect(conversation.getState().liveRunId).toBeUndefined();
    expect(server.watched.at(-1)).toBe("-run-2");
    expect(server.asked).toHaveLength(1);
  });

  it("survive a snapshot that was made before them", async () => {
    let answer = (_page: StepsPage): void => undefined;
    server.pages = [new Promise((resolve) => (answer = resolve)), { items: [step("run-2", 0, "user_message", "Next"), step("run-1", 0, "user_message", "Hi")], live: { runId: "run-2", lastEventId: "aa-1-1" } }];
    server.tell({ event: "hello", data: { instance: "i", version: "v" } });
    conversation.began(run("run-2", "RUNNING"), "Next");
    answer({ items: [step("run-1", 0, "user_message", "Hi")] });
    await settled();
    expect(texts()).toEqual(["Hi", "Next"]);
    expect(conversation.getState().liveRunId).toBe("run-2");
  });
});

describe("pages", () => {
  const numbered = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => step("run-1", to - index, "assistant_message", String(to - index)));

  it("that are older come in front, and stay when the newest are fetched again", async () => {
    server.pages = [{ items: numbered(3, 4), nextCursor: "c" }, { items: numbered(0, 2) }, { items: numbered(3, 5), nextCursor: "c" }];
    conversation.open();
    await settled();
    expect(conversation.getState().hasOlder).toBe(true);
    await conversation.loadOlder();
    expect(server.asked.at(-1)).toBe("c");
    expect(texts()).toEqual(["0", "1", "2", "3", "4"]);
    expect(conversation.getState().hasOlder).toBe(false);
    await conversation.load();
    expect(texts()).toEqual(["0", "1", "2", "3", "4", "5"]);
    expect(conversation.getState().hasOlder).toBe(false);
  });

  it("that do not meet the known ones replace them", async () => {
    server.pages = [{ items: numbered(0, 2) }, { items: numbered(8, 9), nextCursor: "d" }];
    conversation.open();
    await settled();
    await conversation.load();
    expect(texts()).toEqual(["8", "9"]);
    expect(conversation.getState().hasOlder).toBe(true);
  });
});
