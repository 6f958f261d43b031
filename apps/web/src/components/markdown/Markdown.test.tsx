import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";

import { Markdown } from "./Markdown";

afterEach(cleanup);

it("links open in a tab that knows nothing of this one", () => {
  render(<Markdown text="[there](https://example.com/a) and https://example.org" />);
  for (const link of screen.getAllByRole("link")) {
    expect(link).toHaveProperty("target", "_blank");
    expect(link.getAttribute("rel")).toContain("noopener");
  }
});

it("no address but of the web becomes a link", () => {
  render(<Markdown text={"[a](javascript:alert(1)) [b](src/main.rs) [c](data:text/html,x)"} />);
  expect(screen.queryAllByRole("link")).toEqual([]);
});

it("raw HTML is text, and pictures are not fetched", () => {
  const { container } = render(<Markdown text={'<img src=x onerror="alert(1)"> <script>alert(1)</script>\n\n![logo](https://example.com/logo.png)'} />);
  expect(container.querySelector("img, script")).toBeNull();
  expect(screen.getByRole("link").textContent).toBe("logo ↗");
});

it("code blocks say their language and can be copied", () => {
  render(<Markdown text={"```rust\nfn main() {}\n```"} />);
  expect(screen.getByText("rust")).toBeTruthy();
  expect(screen.getByRole("button", { name: "Copy code" })).toBeTruthy();
  expect(screen.getByText("fn main() {}")).toBeTruthy();
});
