import { expect, it } from "vitest";

import { workspaceName } from "./workspace-name";

it("calls a workspace by what the user chose, not by where it stands", () => {
  const path = "/data/workspaces/bc-1";
  expect(workspaceName({ workspace: { type: "empty", path } })).toBe("Empty workspace");
  expect(workspaceName({ workspace: { type: "local", path: "/home/me/it" } })).toBe("it");
  expect(workspaceName({ workspace: { type: "local", path, copyOf: "/home/me/it" } })).toBe("it (copy)");
  expect(workspaceName({ workspace: { type: "git", path }, repos: [{ url: "https://h/me/it.git" }] })).toBe("me/it");
  expect(workspaceName({ workspace: { type: "git", path }, repos: [{ url: "https://h/me/it.git" }, { url: "git@h:me/other" }] })).toBe("it +1");
  expect(workspaceName({ workspace: { type: "git", path }, repos: [] })).toBe("bc-1");
});
