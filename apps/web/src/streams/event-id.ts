/**
 * Event ids as the server writes them: `<run tail>-<epoch>-<number>`. Numbers grow within an
 * epoch; a later epoch means that the server may have lost numbers it had given out.
 */

export interface EventId {
  tail: string;
  epoch: number;
  number: number;
}

export function parseEventId(text: string): EventId | undefined {
  const match = /^([0-9a-f]+)-(\d+)-(\d+)$/i.exec(text);
  return match ? { tail: match[1]!, epoch: Number(match[2]), number: Number(match[3]) } : undefined;
}

/** The id of an event that came up to `count` before; undefined is the start of the run. */
export function eventIdBefore(text: string | undefined, count: number): string | undefined {
  const id = text === undefined ? undefined : parseEventId(text);
  if (!id) return text;
  return id.number > count ? `${id.tail}-${id.epoch}-${id.number - count}` : undefined;
}

/** Below 0 when `a` comes before `b`; undefined stands for the start of the run. */
export function compareEventIds(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0;
  if (a === undefined) return -1;
  if (b === undefined) return 1;
  const left = parseEventId(a);
  const right = parseEventId(b);
  if (!left || !right) return 0;
  return left.epoch - right.epoch || left.number - right.number;
}
