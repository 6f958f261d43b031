/**
 * Long code, coloured piece by piece: what is in sight first, one piece after the other, so that
 * scrolling stays smooth however much there is.
 */
import { useSyncExternalStore } from "react";
import type { ThemedToken } from "shiki/core";

import { languageOf } from "./languages";

/** As many lines as are coloured at once. */
export const PIECE_LINES = 80;
/** Beyond this, colours cost more than they tell. */
const MAX_LENGTH = 16_000;

export class ColouredPiece {
  readonly lines: readonly string[];
  readonly language: string | undefined;
  tokens: ThemedToken[][] | undefined;
  readonly listeners = new Set<() => void>();
  asked = false;

  constructor(lines: readonly string[], path: string) {
    this.lines = lines;
    this.language = languageOf(path);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    if (!this.asked && this.language) ask(this);
    return () => this.listeners.delete(listener);
  };
  readonly get = () => this.tokens;
}

/** The pieces of a text, in order. */
export function piecesOf(lines: readonly string[], path: string): ColouredPiece[] {
  const pieces: ColouredPiece[] = [];
  for (let start = 0; start < lines.length; start += PIECE_LINES) pieces.push(new ColouredPiece(lines.slice(start, start + PIECE_LINES), path));
  return pieces;
}

/** The coloured form of one line, when there is one. */
export function useColours(piece: ColouredPiece | undefined, line: number): ThemedToken[] | undefined {
  return useSyncExternalStore(piece?.subscribe ?? never, piece?.get ?? nothing)?.[line];
}

const never = () => () => undefined;
const nothing = () => undefined;

const waiting: ColouredPiece[] = [];
let working = false;

function ask(piece: ColouredPiece): void {
  piece.asked = true;
  waiting.push(piece);
  if (!working) void work();
}

async function work(): Promise<void> {
  working = true;
  for (let piece = waiting.pop(); piece; piece = waiting.pop()) {
    if (piece.listeners.size === 0) {
      // It was scrolled past.
      piece.asked = false;
      continue;
    }
    const code = piece.lines.join("\n");
    if (code.length > MAX_LENGTH) continue;
    try {
      const { highlight } = await import("./highlighter");
      piece.tokens = await highlight(code, piece.language!);
    } catch {
      // Plain code is readable too.
      continue;
    }
    for (const listener of piece.listeners) listener();
    await new Promise((done) => setTimeout(done));
  }
  working = false;
}
