/** shiki with the JavaScript engine (no wasm), in a chunk of its own; languages come one by one. */
import { createHighlighterCore, type HighlighterCore, type ThemedToken } from "shiki/core";
import { createJavaScriptRegexEngine } from "shiki/engine/javascript";
import dark from "shiki/themes/github-dark-default.mjs";
import light from "shiki/themes/github-light-default.mjs";

import { loadLanguage } from "./languages";

let highlighter: Promise<HighlighterCore> | undefined;
const loaded = new Map<string, Promise<void>>();

/** Lines of tokens, each with its colour in both themes. */
export async function highlight(code: string, language: string): Promise<ThemedToken[][]> {
  highlighter ??= createHighlighterCore({ themes: [light, dark], langs: [], engine: createJavaScriptRegexEngine({ forgiving: true }) });
  const core = await highlighter;
  let ready = loaded.get(language);
  if (!ready) {
    ready = loadLanguage(language).then((registration) => core.loadLanguage(...registration));
    loaded.set(language, ready);
  }
  await ready;
  return core.codeToTokens(code, {
    lang: language,
    themes: { light: "github-light-default", dark: "github-dark-default" },
    defaultColor: "light-dark()",
    tokenizeMaxLineLength: 2_000,
  }).tokens;
}
