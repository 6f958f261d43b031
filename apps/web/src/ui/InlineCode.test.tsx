import { cleanup, render } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";

import { InlineCode } from "./InlineCode";

afterEach(cleanup);

function shown(text: string) {
  const { container } = render(<InlineCode text={text} />);
  return { text: container.textContent, code: [...container.querySelectorAll("code")].map((element) => element.textContent) };
}

it("shows what stands between backticks as code, without them", () => {
  expect(shown("Run `cursor-agent login` or `doctor`.")).toEqual({ text: "Run cursor-agent login or doctor.", code: ["cursor-agent login", "doctor"] });
});

it("leaves a lone backtick and plain words as they are", () => {
  expect(shown("It`s")).toEqual({ text: "It`s", code: [] });
  expect(shown("Plain.")).toEqual({ text: "Plain.", code: [] });
});
