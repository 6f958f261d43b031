import { expect, it } from "vitest";

import type { FileDiff } from "../../api/workspace-types";
import { buildTree, inTreeOrder, treeRows } from "./change-tree";

const files = ["README.md", "packages/a/src/one.ts", "packages/a/src/two.ts", "src/x.ts", "src/deep/y.ts"].map((path): FileDiff => ({ path, status: "modified", binary: false }));
const show = (closed: string[] = []) => treeRows(buildTree(files), new Set(closed)).map(({ name, depth, count, expanded }) => `${"  ".repeat(depth)}${name}${expanded === undefined ? "" : ` (${count})${expanded ? "" : "…"}`}`);

it("puts directories first, and those with one inside on one row", () => {
  expect(show()).toEqual(["packages/a/src (2)", "  one.ts", "  two.ts", "src (2)", "  deep (1)", "    y.ts", "  x.ts", "README.md"]);
});

it("leaves out what is folded", () => {
  expect(show(["packages/a/src", "src"])).toEqual(["packages/a/src (2)…", "src (2)…", "README.md"]);
});

it("lists the files in the same order", () => {
  expect(inTreeOrder(files).map(({ path }) => path)).toEqual(["packages/a/src/one.ts", "packages/a/src/two.ts", "src/deep/y.ts", "src/x.ts", "README.md"]);
});
