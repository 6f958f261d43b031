/**
 * One chat as the page holds it: the steps that were fetched and, while a run is live, what its
 * events make of them. React reads it through `useSyncExternalStore`; changes come at most once
 * a frame, however fast the events do.
 */
import type { Run, Step, StepsPage } from "../api/types";
import { isLive } from "../api/types";
import { eventIdBefore } from "./event-id";
import type { RunEvent, StateEvent } from "./events";
import { applyEvents, isOpen, prependSteps, type RunFold, startFold, stepId } from "./fold";

export interface ConversationState {
  phase: "loading" | "ready" | "failed";
  error?: unknown;
  /** Oldest first. */
  steps: readonly Step[];
  hasOlder: boolean;
  loadingOlder: boolean;
  /** The run whose events are being read. */
  liveRunId?: string;
  /** The live run has answered and is about to end. */
  finishing?: boolean;
  /** A prompt on its way to the server. */
  sending?: string;
}

export interface ConversationSource {
  listSteps(agentId: string, cursor?: string): Promise<StepsPage>;
  watch(runId: string, from: string | undefined): void;
  unwatch(runId: string): void;
  onRun(listener: (event: RunEvent) => void): () => void;
  onState(listener: (event: StateEvent) => void): () => void;
  /** Calls back before the next frame. */
  schedule(callback: () => void): void;
}

/**
 * A run that has answered may be met before it has ended, when only its last events tell so: they
 * are read once more. Those that the steps hold already are dropped by their ids.
 */
const READ_AGAIN = 8;

export class Conversation {
  private state: ConversationState = { phase: "loading", steps: [], hasOlder: false, loadingOlder: false };
  /** Steps of the runs before the live one. */
  private settled: readonly Step[] = [];
  private fold?: RunFold;
  private cursor?: string;
  private queue: RunEvent[] = [];
  private scheduled = false;
  private loading = false;
  private loadAgain = false;
  private users = 0;
  private unsubscribe: (() => void)[] = [];
  private readonly listeners = new Set<() => void>();

  constructor(
    readonly agentId: string,
    private readonly source: ConversationSource,
  ) {}

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  getState = (): ConversationState => this.state;

  /** Begins to follow the chat; call what is returned to leave it. */
  open(): () => void {
    this.users += 1;
    if (this.users === 1) {
      this.unsubscribe = [this.source.onRun((event) => this.runEvent(event)), this.source.onState((event) => this.stateEvent(event))];
      void this.load();
    }
    return () => {
      this.users -= 1;
      if (this.users > 0) return;
      for (const stop of this.unsubscribe) stop();
      if (this.fold) this.source.unwatch(this.fold.runId);
    };
  }

  /** Fetches the newest steps and goes on from there. */
  async load(): Promise<void> {
    if (this.loading) {
      this.loadAgain = true;
      return;
    }
    this.loading = true;
    try {
      do {
        this.loadAgain = false;
        this.take(await this.source.listSteps(this.agentId));
      } while (this.loadAgain);
    } catch (error) {
      if (this.state.phase !== "ready") this.publish({ phase: "failed", error });
    } finally {
      this.loading = false;
    }
  }

  async loadOlder(): Promise<void> {
    const cursor = this.cursor;
    if (cursor === undefined || this.state.loadingOlder) return;
    this.publish({ loadingOlder: true });
    try {
      const page = await this.source.listSteps(this.agentId, cursor);
      // A fresh snapshot may have come in between; then this page no longer fits.
      if (this.cursor !== cursor) return;
      const known = new Set(this.state.steps.map((step) => step.id));
      const older = page.items.filter((step) => !known.has(step.id)).reverse();
      const live = this.fold?.runId;
      this.settled = [...older.filter((step) => step.runId !== live), ...this.settled];
      if (this.fold) this.fold = prependSteps(this.fold, older.filter((step) => step.runId === live));
      this.cursor = page.nextCursor;
    } finally {
      this.publish({ loadingOlder: false });
    }
  }

  sending(text: string | undefined): void {
    this.publish({ sending: text });
  }

  /** A run that this page began: its prompt is known, its events come from the start. */
  began(run: Run, prompt: string): void {
    if (this.fold?.runId !== run.id && !this.state.steps.some((step) => step.runId === run.id)) {
      this.settle();
      const step: Step = {
        id: stepId(run.id, 0),
        agentId: this.agentId,
        runId: run.id,
        type: "user_message",
        text: prompt,
        createdAt: run.createdAt,
        endedAt: run.createdAt,
      };
      this.fold = startFold(this.agentId, run.id, [step]);
      if (this.users > 0) this.source.watch(run.id, undefined);
    }
    // A snapshot on its way may be older than this run.
    if (this.loading) this.loadAgain = true;
    this.publish({ sending: undefined });
  }

  private take(page: StepsPage): void {
    this.queue = [];
    const items = page.items.toReversed();
    const known = this.state.steps;
    const ids = new Set(known.map((step) => step.id));
    const overlap = items[0] ? known.findIndex((step) => step.id === items[0]!.id) : -1;
    const steps = overlap >= 0 ? [...known.slice(0, overlap), ...items] : items;
    if (overlap < 0) this.cursor = page.nextCursor;
    const runId = page.live?.runId;
    if (this.fold && this.fold.runId !== runId) this.source.unwatch(this.fold.runId);
    if (page.live && runId) {
      this.settled = steps.filter((step) => step.runId !== runId);
      const mine = steps.filter((step) => step.runId === runId);
      const { lastEventId } = page.live;
      const finishing = this.fold?.runId === runId && this.fold.finishing;
      this.fold = { ...startFold(this.agentId, runId, mine, lastEventId), finishing };
      // Who has answered leaves nothing open.
      const answered = !finishing && !mine.some(isOpen);
      if (this.users > 0) this.source.watch(runId, answered ? eventIdBefore(lastEventId, READ_AGAIN) : lastEventId);
    } else {
      this.settled = steps;
      this.fold = undefined;
    }
    const arrived = steps.some((step) => step.type === "user_message" && step.text === this.state.sending && !ids.has(step.id));
    this.publish({ phase: "ready", error: undefined, sending: arrived ? undefined : this.state.sending });
  }

  private settle(): void {
    this.flush();
    if (this.fold) this.settled = [...this.settled, ...this.fold.steps];
    this.fold = undefined;
  }

  private runEvent(event: RunEvent): void {
    if (event.runId !== this.fold?.runId) return;
    this.queue.push(event);
    if (this.scheduled) return;
    this.scheduled = true;
    this.source.schedule(() => {
      this.scheduled = false;
      this.flush();
    });
  }

  private flush(): void {
    if (!this.fold || this.queue.length === 0) return;
    this.fold = applyEvents(this.fold, this.queue, new Date().toISOString());
    this.queue = [];
    if (this.fold.stale) void this.load();
    if (this.fold.ended) {
      this.source.unwatch(this.fold.runId);
      this.settle();
    }
    this.publish({});
  }

  private stateEvent(event: StateEvent): void {
    if (event.event === "hello" || event.event === "reset") void this.load();
    if (event.event !== "run" || event.data.agentId !== this.agentId || event.data.id === this.fold?.runId) return;
    // A run of another page, or of a script: its prompt is to be had as a step only.
    const known = this.state.steps.some((step) => step.runId === event.data.id);
    if (!known || isLive(event.data)) void this.load();
  }

  private publish(change: Partial<ConversationState>): void {
    this.state = {
      ...this.state,
      ...change,
      steps: this.fold ? [...this.settled, ...this.fold.steps] : this.settled,
      hasOlder: this.cursor !== undefined,
      liveRunId: this.fold?.runId,
      finishing: this.fold?.finishing,
    };
    for (const listener of this.listeners) listener();
  }
}
