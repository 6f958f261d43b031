import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";

import type { Limit } from "../../api/limit-types";
import { LimitField } from "./LimitField";

afterEach(cleanup);

function show(value: Limit | undefined, onSave: (value: Limit) => Promise<unknown> = async () => undefined, inherited?: Limit) {
  render(<LimitField label="Tool calls" unit="calls" value={value} inherited={inherited} onSave={onSave} />);
  return screen.getByRole<HTMLInputElement>("textbox", { name: "Tool calls" });
}
function write(field: HTMLInputElement, text: string) {
  fireEvent.change(field, { target: { value: text } });
  fireEvent.blur(field);
}

it("keeps what was written, and says so", async () => {
  const save = vi.fn(async () => undefined);
  write(show(100, save), "1500");
  expect(save).toHaveBeenCalledWith(1500);
  expect(await screen.findByText("Saved")).toBeTruthy();
});

it("takes the limit away when it is emptied", () => {
  const save = vi.fn(async () => undefined);
  write(show(100, save), "");
  expect(save).toHaveBeenCalledWith(null);
});

it("sends nothing that did not change, or is no number", () => {
  const save = vi.fn(async () => undefined);
  const field = show(1500, save);
  write(field, "1,500");
  expect(save).not.toHaveBeenCalled();
  write(field, "0");
  expect(save).not.toHaveBeenCalled();
  expect(screen.getByRole("alert").textContent).toContain("A whole number from 1");
  fireEvent.keyDown(field, { key: "Escape" });
  expect(field.value).toBe("1,500");
  expect(screen.queryByRole("alert")).toBeNull();
});

it("shows what the server says against it, at the field", async () => {
  const field = show(5, () => Promise.reject(new Error("`toolCalls` is at most 1000000.")));
  write(field, "9999999");
  expect((await screen.findByRole("alert")).textContent).toBe("`toolCalls` is at most 1000000.");
  expect(field.getAttribute("aria-invalid")).toBe("true");
  expect(field.value).toBe("9,999,999");
});

it("shows in grey what counts where it says nothing", () => {
  expect(show(undefined, undefined, 2000).placeholder).toBe("2,000");
  cleanup();
  expect(show(undefined, undefined, null).placeholder).toBe("No limit");
});

it("leaves what is being typed alone, whatever comes from elsewhere meanwhile", async () => {
  const save = vi.fn(async () => undefined);
  const field = (value: Limit | undefined) => <LimitField label="Tool calls" unit="calls" value={value} onSave={save} />;
  const { rerender } = render(field(undefined));
  const box = screen.getByRole<HTMLInputElement>("textbox", { name: "Tool calls" });
  fireEvent.change(box, { target: { value: "20" } });
  fireEvent.keyDown(box, { key: "Enter" });
  await screen.findByText("Saved");
  fireEvent.change(box, { target: { value: "7" } });
  rerender(field(20));
  expect(box.value).toBe("7");
  fireEvent.keyDown(box, { key: "Enter" });
  expect(save).toHaveBeenLastCalledWith(7);
});
