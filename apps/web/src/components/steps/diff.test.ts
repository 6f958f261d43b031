import { describe, expect, it } from "vitest";

import { stripAnsi } from "./ansi";
import { parseDiff } from "./diff";

describe("parseDiff", () => {
  it("numbers the lines of both sides", () => {
    const [hunk] = parseDiff("--- a/x\n+++ b/x\n@@ -3,3 +3,4 @@ fn main()\n a\n-b\n+c\n+d\n e\n\\ No newline at end of file\n");
    expect(hunk?.heading).toBe("fn main()");
    expect(hunk?.lines.map(({ type, text, before, after }) => [type, text, before, after])).toEqual([
      ["context", "a", 3, 3],
      ["removed", "b", 4, undefined],
      ["added", "c", undefined, 4],
      ["added", "d", undefined, 5],
      ["context", "e", 5, 6],
    ]);
  });

  it("takes several hunks, and lines that look like file headers", () => {
    const hunks = parseDiff("@@ -1 +1 @@\n--- was a rule\n+++ is a rule\n@@ -9 +9 @@\n x\n");
    expect(hunks).toHaveLength(2);
    expect(hunks[0]?.lines).toMatchObject([{ type: "removed", text: "-- was a rule" }, { type: "added", text: "++ is a rule" }]);
  });

  it("takes bare lines without any hunk", () => {
    expect(parseDiff("-a\n+b")[0]?.lines).toHaveLength(2);
    expect(parseDiff("")[0]?.lines).toEqual([{ type: "context", text: "", before: 1, after: 1 }]);
  });
});

describe("stripAnsi", () => {
  it("leaves the text and what stood last", () => {
    expect(stripAnsi("\u001b[1;32mok\u001b[0m\r\n10 %\r100 %\u001b]8;;x\u0007link")).toBe("ok\n100 %link");
  });
});
