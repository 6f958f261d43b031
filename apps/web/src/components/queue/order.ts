/** Where a dragged row lands. */

export interface RowPlace {
  index: number;
  top: number;
  bottom: number;
}

/** The index it gets when it is dropped at `y`: behind every row whose middle it has passed. */
export function dropIndex(rows: readonly RowPlace[], from: number, y: number): number {
  const others = rows.filter(({ index }) => index !== from).toSorted((a, b) => a.index - b.index);
  const passed = others.findLast(({ top, bottom }) => (top + bottom) / 2 < y)?.index;
  // Above all rows that are in the document, of which the first need not be the first there is.
  if (passed === undefined) return Math.min(from, others[0]?.index ?? from);
  return passed < from ? passed + 1 : passed;
}
