import { useEffect, useRef, useState } from "react";
import type { ThemedToken } from "shiki/core";

import { languageOf } from "./languages";

/** Beyond this, colours cost more than they tell. */
const MAX_LENGTH = 60_000;
/** While code is still coming it is coloured this often. */
const EVERY_MS = 250;

export interface Highlighted {
  /** The code that the lines stand for; newer code may go on behind it. */
  code: string;
  lines: ThemedToken[][];
}

/** The coloured form of `code`, as far as there is one yet. `language` is a name or a path. */
export function useHighlight(code: string, language: string | undefined): Highlighted | undefined {
  const [result, setResult] = useState<Highlighted>();
  const last = useRef(0);
  const known = languageOf(language);
  useEffect(() => {
    if (!known || code.length > MAX_LENGTH) return;
    let current = true;
    const timer = setTimeout(
      async () => {
        last.current = Date.now();
        try {
          const { highlight } = await import("./highlighter");
          const lines = await highlight(code, known);
          if (current) setResult({ code, lines });
        } catch {
          // Plain code is readable too.
        }
      },
      Math.max(0, last.current + EVERY_MS - Date.now()),
    );
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [code, known]);
  return result && code.startsWith(result.code) ? result : undefined;
}
