/**
 * The one stream of a browser. Holds a single EventSource for all pages, opens it with the runs
 * that any page watches, and resumes it where it was: state by its id, each run by its own.
 *
 * It keeps no events. When a page joins a run that is already read further, the stream is opened
 * again from where that page stands, and the others drop what they have by its id.
 */
import { compareEventIds } from "./event-id";
import { type LinkState, type RunEvent, STATE_EVENTS, type StateEvent } from "./events";
import type { FromHub, ToHub } from "./protocol";

/** No heartbeat (every 4 s) for this long means that the line is dead, whatever it looks like. */
export const SILENCE_MS = 10_000;
/** A page that says nothing for this long is gone; browsers slow timers of hidden pages to one a minute. */
export const GONE_MS = 180_000;
const RETRY_MS = [250, 1_000, 2_000, 4_000, 8_000];
/** Ids the server no longer knows would fail for ever: begin afresh after so many attempts. */
const ATTEMPTS_BEFORE_FRESH = 3;

export interface Source {
  onopen: ((event: Event) => void) | null;
  onerror: ((event: Event) => void) | null;
  addEventListener(type: string, listener: (event: MessageEvent<string>) => void): void;
  close(): void;
}

export interface HubOptions {
  /** Opens `v1/events` with these parameters. */
  open(parameters: URLSearchParams): Source;
  /** Whether the server still knows the session; rejects when it cannot be reached. */
  signedIn(): Promise<boolean>;
}

interface Client {
  post(message: FromHub): void;
  /** The watched runs, each with the number of the watch. */
  runs: Map<string, number>;
  seen: number;
}

export class Hub {
  private readonly clients = new Set<Client>();
  /** How far each watched run was read; a run that ended is not asked for again. */
  private readonly positions = new Map<string, { at?: string; ended: boolean }>();
  private source?: Source;
  private state: LinkState = "connecting";
  private lastEventId?: string;
  private attempts = 0;
  private watchdog?: ReturnType<typeof setTimeout>;
  private timer?: ReturnType<typeof setTimeout>;

  constructor(private readonly options: HubOptions) {}

  /** Takes in a page; the answer is how the page talks to the hub. */
  connect(post: (message: FromHub) => void): (message: ToHub) => void {
    const client: Client = { post, runs: new Map(), seen: Date.now() };
    this.clients.add(client);
    post({ type: "link", state: this.state });
    if (!this.source && this.timer === undefined) this.schedule(0);
    return (message) => this.receive(client, message);
  }

  private receive(client: Client, message: ToHub): void {
    client.seen = Date.now();
    if (message.type !== "bye" && !this.clients.has(client)) {
      this.clients.add(client);
      if (!this.source && this.timer === undefined && this.state !== "signed-out") this.schedule(0);
    }
    switch (message.type) {
      case "watch":
        client.runs.set(message.runId, message.watch);
        this.watchRun(message.runId, message.from);
        break;
      case "unwatch":
        client.runs.delete(message.runId);
        this.forgetUnwatched();
        break;
      case "retry":
        if (this.state !== "open") {
          this.attempts = 0;
          this.schedule(0);
        }
        break;
      case "bye":
        client.runs.clear();
        this.clients.delete(client);
        this.forgetUnwatched();
        break;
      case "alive":
        break;
    }
    for (const other of this.clients) if (Date.now() - other.seen > GONE_MS) this.clients.delete(other);
  }

  private watchRun(runId: string, from: string | undefined): void {
    const position = this.positions.get(runId);
    if (position && compareEventIds(position.at, from) <= 0) return;
    this.positions.set(runId, { at: from, ended: false });
    // What the present stream still brings lies behind a gap: nothing may come until it is opened anew.
    this.source?.close();
    this.source = undefined;
    // Several changes in a row (a page that switches chats) open the stream once.
    if (this.state === "open" || this.state === "connecting") this.schedule(20);
  }

  private forgetUnwatched(): void {
    for (const runId of this.positions.keys()) {
      if (![...this.clients].some(({ runs }) => runs.has(runId))) this.positions.delete(runId);
    }
    if (this.clients.size === 0) this.close();
  }

  private schedule(delay: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.openSource(), delay);
  }

  private close(): void {
    clearTimeout(this.timer);
    clearTimeout(this.watchdog);
    this.timer = undefined;
    this.source?.close();
    this.source = undefined;
  }

  private openSource(): void {
    this.close();
    const parameters = new URLSearchParams();
    if (this.lastEventId !== undefined) parameters.set("lastEventId", this.lastEventId);
    const runs = [...this.positions].filter(([, { ended }]) => !ended).map(([id, { at }]) => (at === undefined ? id : `${id}@${at}`));
    if (runs.length > 0) parameters.set("runs", runs.join(","));
    const source = this.options.open(parameters);
    this.source = source;
    this.watch();
    const alive = (): boolean => {
      if (this.source !== source) return false;
      this.attempts = 0;
      this.setState("open");
      this.watch();
      return true;
    };
    source.onopen = () => void alive();
    source.onerror = () => {
      if (this.source === source) this.failed();
    };
    source.addEventListener("heartbeat", () => void alive());
    for (const name of STATE_EVENTS) {
      source.addEventListener(name, (event) => {
        if (alive()) this.stateEvent(name, event);
      });
    }
    source.addEventListener("run_event", (event) => {
      if (alive()) this.runEvent(JSON.parse(event.data) as RunEvent);
    });
  }

  private watch(): void {
    clearTimeout(this.watchdog);
    this.watchdog = setTimeout(() => this.failed(), SILENCE_MS);
  }

  private stateEvent(name: (typeof STATE_EVENTS)[number], event: MessageEvent<string>): void {
    if (event.lastEventId) this.lastEventId = event.lastEventId;
    const message = { event: name, data: JSON.parse(event.data) } as StateEvent;
    for (const client of this.clients) client.post({ type: "state", message });
  }

  private runEvent(message: RunEvent): void {
    const position = this.positions.get(message.runId);
    if (position) {
      if (message.eventId !== undefined && compareEventIds(message.eventId, position.at) > 0) position.at = message.eventId;
      if (message.event === "done") position.ended = true;
    }
    for (const client of this.clients) {
      const watch = client.runs.get(message.runId);
      if (watch !== undefined) client.post({ type: "run", watch, message });
    }
  }

  /** An EventSource tells no status, so the session is asked whether we were signed out. */
  private failed(): void {
    this.close();
    this.setState("reconnecting");
    this.attempts += 1;
    if (this.attempts === ATTEMPTS_BEFORE_FRESH) this.beginAfresh();
    const delay = RETRY_MS[Math.min(this.attempts - 1, RETRY_MS.length - 1)]!;
    this.schedule(delay);
    this.options.signedIn().then(
      (signedIn) => {
        if (signedIn || this.state !== "reconnecting") return;
        this.close();
        this.setState("signed-out");
      },
      () => undefined,
    );
  }

  private beginAfresh(): void {
    this.lastEventId = undefined;
    this.positions.clear();
    for (const client of this.clients) {
      client.runs.clear();
      client.post({ type: "state", message: { event: "reset", data: {} } });
    }
  }

  private setState(state: LinkState): void {
    if (this.state === state) return;
    this.state = state;
    for (const client of this.clients) client.post({ type: "link", state });
  }
}
