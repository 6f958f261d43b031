/**
 * The page's end of the one stream. Starts the hub in a SharedWorker, or in the page itself where
 * there is none (Chrome on Android), and hands out what it says.
 */
import type { LinkState, RunEvent, StateEvent } from "./events";
import { Hub } from "./hub";
import type { FromHub, ToHub } from "./protocol";
import { serverAt } from "./server";

const ALIVE_EVERY_MS = 30_000;

type Listener<T> = (value: T) => void;

export class Link {
  private send: (message: ToHub) => void = () => undefined;
  private readonly stateListeners = new Set<Listener<StateEvent>>();
  private readonly runListeners = new Set<Listener<RunEvent>>();
  private readonly linkListeners = new Set<() => void>();
  private readonly watches = new Map<string, number>();
  private lastWatch = 0;
  private started = false;
  state: LinkState = "connecting";

  start(connect: (receive: (message: FromHub) => void) => (message: ToHub) => void = connectHub): void {
    if (this.started) return;
    this.started = true;
    this.send = connect((message) => this.receive(message));
    setInterval(() => this.send({ type: "alive" }), ALIVE_EVERY_MS);
    window.addEventListener("online", () => this.send({ type: "retry" }));
    window.addEventListener("pagehide", () => this.send({ type: "bye" }));
    window.addEventListener("pageshow", (event) => {
      // Out of the back-forward cache: the hub forgot this page, and much may have happened.
      if (event.persisted) this.receive({ type: "state", message: { event: "reset", data: {} } });
    });
  }

  /** Asks for a run's events from after `from`; asked again, they come from there again. */
  watch(runId: string, from: string | undefined): void {
    const watch = ++this.lastWatch;
    this.watches.set(runId, watch);
    this.send({ type: "watch", runId, from, watch });
  }

  unwatch(runId: string): void {
    this.watches.delete(runId);
    this.send({ type: "unwatch", runId });
  }

  retry(): void {
    this.send({ type: "retry" });
  }

  onState(listener: Listener<StateEvent>): () => void {
    this.stateListeners.add(listener);
    return () => this.stateListeners.delete(listener);
  }

  onRun(listener: Listener<RunEvent>): () => void {
    this.runListeners.add(listener);
    return () => this.runListeners.delete(listener);
  }

  onLink = (listener: () => void): (() => void) => {
    this.linkListeners.add(listener);
    return () => this.linkListeners.delete(listener);
  };

  private receive(message: FromHub): void {
    switch (message.type) {
      case "link":
        this.state = message.state;
        for (const listener of this.linkListeners) listener();
        break;
      case "state":
        for (const listener of this.stateListeners) listener(message.message);
        break;
      case "run":
        if (this.watches.get(message.message.runId) !== message.watch) break;
        for (const listener of this.runListeners) listener(message.message);
        break;
    }
  }
}

function connectHub(receive: (message: FromHub) => void): (message: ToHub) => void {
  const base = document.baseURI;
  const inPage = () => new Hub(serverAt(base)).connect(receive);
  if (typeof SharedWorker === "undefined") return inPage();
  const worker = new SharedWorker(new URL("./hub.worker.ts", import.meta.url), { type: "module", name: base });
  let send = (message: ToHub) => worker.port.postMessage(message);
  worker.port.onmessage = (event: MessageEvent<FromHub>) => receive(event.data);
  worker.onerror = () => {
    // The worker's script could not be had: this page keeps a stream of its own.
    send = inPage();
    receive({ type: "state", message: { event: "reset", data: {} } });
  };
  return (message) => send(message);
}

export const link = new Link();
