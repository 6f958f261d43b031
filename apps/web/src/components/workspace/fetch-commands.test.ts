import { expect, it } from "vitest";

import { fetchCommands } from "./fetch-commands";

it("names the user and leaves the key to be asked for", () => {
  expect(fetchCommands("http://127.0.0.1:4310/git/bc-1", "cursor/it").map(({ command }) => command)).toEqual(["git clone http://key@127.0.0.1:4310/git/bc-1", "git fetch http://key@127.0.0.1:4310/git/bc-1 cursor/it"]);
  expect(fetchCommands("http://me@host/git/bc-1", undefined).map(({ command }) => command)).toEqual(["git clone http://me@host/git/bc-1"]);
  expect(fetchCommands("http://host/x", "it's")[1]?.command).toBe("git fetch http://key@host/x 'it'\\''s'");
});
