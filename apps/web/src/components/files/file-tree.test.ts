import { expect, it } from "vitest";

import type { FileEntry } from "../../api/workspace-types";
import { fileRows, type Listing, parentsOf } from "./file-tree";

const entry = (path: string, type: FileEntry["type"] = "file"): FileEntry => ({ name: path.split("/").pop()!, path, type, modifiedAt: "", ignored: false });

it("shows what was opened, as far as it is known", () => {
  const listings = new Map<string, Listing>([
    ["", { items: [entry("src", "directory"), entry("lib", "directory"), entry("README.md")], more: false }],
    ["src", { items: [entry("src/a.ts")], more: true }],
    ["lib", { error: "gone" }],
  ]);
  const show = (open: string[]) => fileRows(listings, new Set(open)).map(({ depth, entry: shown, note }) => `${depth} ${shown?.name ?? note}`);
  expect(show([])).toEqual(["0 src", "0 lib", "0 README.md"]);
  expect(show(["src", "lib"])).toEqual(["0 src", "1 a.ts", "1 There is more. Search by name.", "0 lib", "1 gone", "0 README.md"]);
  expect(fileRows(new Map(), new Set()).map(({ note }) => note)).toEqual(["Loading…"]);
});

it("knows the directories above a file", () => {
  expect(parentsOf("a/b/c.ts")).toEqual(["a", "a/b"]);
  expect(parentsOf("c.ts")).toEqual([]);
});
