/** What a page and the hub (in its SharedWorker) say to each other. */
import type { LinkState, RunEvent, StateEvent } from "./events";

export type ToHub =
  /** This page wants a run's events from after the given one. They come with this `watch` number. */
  | { type: "watch"; runId: string; from?: string; watch: number }
  | { type: "unwatch"; runId: string }
  | { type: "alive" }
  /** The browser came back online or the page is signed in: try at once. */
  | { type: "retry" }
  | { type: "bye" };

export type FromHub =
  | { type: "link"; state: LinkState }
  | { type: "state"; message: StateEvent }
  /** What still comes under an older `watch` number belongs to an older reading and would leave gaps. */
  | { type: "run"; watch: number; message: RunEvent };
