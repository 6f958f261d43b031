import { expect, it } from "vitest";

import { branchTitle, isOwn, sourceFields, sourceTitle } from "./source";

it("tells the server what was chosen", () => {
  expect(sourceFields({ type: "empty" })).toEqual({ workspace: { type: "empty" } });
  expect(sourceFields({ type: "local", path: "/p", uncommittedChanges: false })).toEqual({ workspace: { type: "local", path: "/p" } });
  expect(sourceFields({ type: "local", path: "/p", copy: true })).toEqual({ workspace: { type: "local", path: "/p", copy: true, uncommittedChanges: true } });
  expect(sourceFields({ type: "git", repos: [{ url: "u" }], onCurrentBranch: true, branchName: "unused" })).toEqual({ repos: [{ url: "u" }], workOnCurrentBranch: true });
  expect(sourceFields({ type: "git", repos: [{ url: "u" }], onCurrentBranch: false, branchName: "mine" })).toEqual({ repos: [{ url: "u" }], branchName: "mine" });
});

it("names a source in a few words", () => {
  expect(sourceTitle({ type: "local", path: "/home/me/it" }, "/home/me", undefined)).toBe("~/it");
  expect(sourceTitle({ type: "local", path: "/sample" }, "/home/me", "/sample")).toBe("Sample project");
  expect(sourceTitle({ type: "git", repos: [{ url: "https://h/a/b.git" }, { url: "https://h/c" }], onCurrentBranch: false }, undefined, undefined)).toBe("a/b and 1 more");
  expect(branchTitle({ type: "git", repos: [{ url: "u", startingRef: "v1" }], onCurrentBranch: false })).toBe("new branch from v1");
  expect(branchTitle({ type: "git", repos: [{ url: "u" }], onCurrentBranch: true })).toBe("on default branch");
});

it("knows what is not the user's own directory", () => {
  expect(isOwn({ type: "local", path: "/p" })).toBe(false);
  expect(isOwn({ type: "local", path: "/p", copy: true })).toBe(true);
  expect(isOwn(undefined)).toBe(false);
});
