import { expect, it } from "vitest";

import { parseLimit, writtenLimit } from "./limit-text";

it("a limit is written with its digits in groups, and none as nothing", () => {
  expect(writtenLimit(2_000_000)).toBe("2,000,000");
  expect(writtenLimit(null)).toBe("");
  expect(writtenLimit(undefined)).toBe("");
});

it("what is written is a whole number from 1, or nothing", () => {
  expect(parseLimit(" 2,000 000 ")).toBe(2_000_000);
  expect(parseLimit("")).toBeNull();
  for (const text of ["0", "-5", "1.5", "ten", "1e6", "99999999999999999999"]) expect(parseLimit(text), text).toBeUndefined();
});
