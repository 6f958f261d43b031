/** Fetches the changes of single files, what is in sight first and a few at once. */
import { errorMessage } from "../../api/client";
import type { FileDiff } from "../../api/workspace-types";
import type { Unloaded } from "./diff-rows";

/** As many files are asked for at once. */
const AT_ONCE = 3;

export type Loaded = ReadonlyMap<string, FileDiff | Unloaded>;

export class FileLoader {
  #loaded: Loaded = new Map();
  #queue: string[] = [];
  #running = 0;
  readonly #listeners = new Set<() => void>();
  readonly #load: (path: string) => Promise<FileDiff | undefined>;

  constructor(load: (path: string) => Promise<FileDiff | undefined>) {
    this.#load = load;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  readonly get = (): Loaded => this.#loaded;

  /** What is in sight now goes before what was. */
  readonly want = (paths: readonly string[]): void => {
    const fresh = paths.filter((path) => !this.#loaded.has(path));
    const again = paths.filter((path) => this.#queue.includes(path));
    this.#queue = [...fresh, ...again, ...this.#queue.filter((path) => !paths.includes(path))];
    if (fresh.length > 0) this.#set(fresh.map((path) => [path, { state: "loading" }]));
    this.#next();
  };

  readonly retry = (path: string): void => {
    this.#queue.unshift(path);
    this.#set([[path, { state: "loading" }]]);
    this.#next();
  };

  #next(): void {
    while (this.#running < AT_ONCE) {
      const path = this.#queue.shift();
      if (path === undefined) return;
      this.#running++;
      this.#load(path)
        .then(
          (file): FileDiff | Unloaded => file ?? { state: "failed", message: "It has no changes any more." },
          (error: unknown): Unloaded => ({ state: "failed", message: errorMessage(error) }),
        )
        .then((value) => {
          this.#running--;
          this.#set([[path, value]]);
          this.#next();
        });
    }
  }

  #set(entries: readonly [string, FileDiff | Unloaded][]): void {
    this.#loaded = new Map([...this.#loaded, ...entries]);
    for (const listener of this.#listeners) listener();
  }
}
