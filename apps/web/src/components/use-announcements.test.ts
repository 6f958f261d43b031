import { expect, it } from "vitest";

import { tabTitle } from "./use-announcements";

it("the tab says how many chats wait, what is shown, and by whom", () => {
  expect(tabTitle(undefined, 0)).toBe("Cursor Self-Host");
  expect(tabTitle("Fix the build", 0)).toBe("Fix the build · Cursor Self-Host");
  expect(tabTitle("Fix the build", 2)).toBe("(2) Fix the build · Cursor Self-Host");
});
