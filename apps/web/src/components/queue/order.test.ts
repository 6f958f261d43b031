import { describe, expect, it } from "vitest";

import { dropIndex } from "./order";

/** Rows of 30 px from the index `first` on, below each other from 0. */
const rows = (first: number, count: number) => Array.from({ length: count }, (_, row) => ({ index: first + row, top: row * 30, bottom: row * 30 + 30 }));

describe("a dragged row", () => {
  it("lands behind the rows whose middle it has passed", () => {
    expect(dropIndex(rows(0, 4), 3, -10)).toBe(0);
    expect(dropIndex(rows(0, 4), 3, 40)).toBe(1);
    expect(dropIndex(rows(0, 4), 3, 50)).toBe(2);
    expect(dropIndex(rows(0, 4), 0, 50)).toBe(1);
    expect(dropIndex(rows(0, 4), 0, 200)).toBe(3);
  });

  it("stays where it has passed none", () => {
    expect(dropIndex(rows(0, 4), 1, 40)).toBe(1);
    expect(dropIndex(rows(0, 4), 0, -50)).toBe(0);
    expect(dropIndex(rows(0, 1), 0, 500)).toBe(0);
  });

  it("lands among those that are in the document, of which the first need not be the first there is", () => {
    expect(dropIndex(rows(40, 5), 42, -5)).toBe(40);
    expect(dropIndex(rows(40, 5), 42, 400)).toBe(44);
    // It was taken along by scrolling, and is no longer among them.
    expect(dropIndex(rows(40, 5), 2, 50)).toBe(41);
  });
});
