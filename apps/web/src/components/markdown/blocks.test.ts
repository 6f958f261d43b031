import { describe, expect, it } from "vitest";

import { splitBlocks } from "./blocks";

describe("splitBlocks", () => {
  it("cuts at blank lines between blocks", () => {
    expect(splitBlocks("# A\n\nb\nc\n\n\nd")).toEqual(["# A\n", "b\nc\n\n", "d"]);
  });

  it("keeps fences whole, closed or not", () => {
    expect(splitBlocks("a\n\n```ts\nx\n\ny\n```\n\nb")).toEqual(["a\n", "```ts\nx\n\ny\n```\n", "b"]);
    expect(splitBlocks("```\nx\n\n~~~\n\ny")).toHaveLength(1);
    expect(splitBlocks("````\n```\n\n```\n````\n\nb")).toHaveLength(2);
  });

  it("keeps lists whole, loose ones and those with paragraphs", () => {
    expect(splitBlocks("1. a\n\n   more\n\n2. b\n\nend")).toEqual(["1. a\n\n   more\n\n2. b\n", "end"]);
  });

  it("keeps all together where there are definitions", () => {
    expect(splitBlocks("see [x]\n\n[x]: https://example.com")).toHaveLength(1);
  });

  it("of a text that grows, changes the last block only", () => {
    const text = "# Title\n\nFirst paragraph.\n\n- a\n- b\n\n```js\nlet a = 1;\n\nlet b;\n```\n\nLast words.";
    for (let end = 1; end <= text.length; end++) {
      const before = splitBlocks(text.slice(0, end - 1)).slice(0, -1);
      const now = splitBlocks(text.slice(0, end));
      expect(now.slice(0, before.length)).toEqual(before);
    }
  });

  it("loses nothing but blank ends", () => {
    const text = "a\n\n\nb\n\n> c\n> d\n\n| x |\n|---|\n| y |";
    expect(splitBlocks(text).join("\n")).toBe(text);
  });
});
