import { join } from "node:path";

import { createCheckout, createRemote, git, write } from "../fixtures/repository";
import { expect, test } from "../fixtures/test";

test("a chat works on a new branch of a repository, found by its URL", async ({ app }) => {
  const { page } = app;
  const remote = await createRemote(app.program.home, "greeter");
  await page.getByRole("button", { name: /^Workspace/ }).click();
  await page.getByRole("menuitem", { name: "Git repository…" }).click();
  const dialog = page.getByRole("dialog", { name: "Git repository" });
  await expect(dialog.getByRole("combobox", { name: "Repository URL" })).toBeFocused();
  await page.keyboard.type(remote.url);
  const begin = dialog.getByRole("combobox", { name: "Begin at" });
  await expect(begin).toHaveAttribute("placeholder", "main");
  await begin.fill("rel");
  await expect(page.getByRole("option", { name: /release\/1\.x/ })).toBeVisible();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(begin).toHaveValue("release/1.x");
  await dialog.getByRole("textbox", { name: "Name of the new branch" }).fill("polite");
  await dialog.getByRole("button", { name: /^Use / }).click();
  await expect(page.getByRole("button", { name: /^Branch/ })).toContainText("polite from release/1.x");

  await page.getByRole("textbox", { name: "Prompt" }).fill("#demo pace=0\ncreate notes.txt with \"hello\"");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/agents\/bc-/);
  await app.expectEnded("FINISHED");
  await expect(app.conversation).toContainText("Prepare the workspace");
  await app.header.getByRole("link", { name: "Changes: 1 file" }).click();
  await expect(page.getByRole("group", { name: "Repository", exact: true })).toContainText("polite");

  // It is among the recent ones now.
  await page.getByRole("link", { name: "New chat" }).click();
  await page.getByRole("button", { name: /^Workspace/ }).click();
  await expect(page.getByRole("menuitem", { name: /greeter$/ })).toBeVisible();
});

test("what is wrong with a URL is said at the field, and a failed run leads onward", async ({ app }) => {
  const { page } = app;
  await page.getByRole("button", { name: /^Workspace/ }).click();
  await page.getByRole("menuitem", { name: "Git repository…" }).click();
  const dialog = page.getByRole("dialog", { name: "Git repository" });
  await dialog.getByRole("combobox", { name: "Repository URL" }).fill(`file://${app.program.home}/nowhere.git`);
  await expect(dialog.getByRole("alert")).not.toBeEmpty();
  await page.keyboard.press("Escape");

  const remote = await createRemote(app.program.home, "greeter");
  await app.open(await app.createChat("#demo pace=0\nread README.md", { workspace: undefined, repos: [{ url: remote.url, startingRef: "no-such-branch" }] }));
  await app.expectEnded("ERROR");
  const failure = page.getByRole("region", { name: "The run failed" });
  await expect(failure).toContainText("The branch, tag or commit is not there");
  await expect(failure.getByRole("button", { name: "Retry" })).toBeEnabled();
});

test("a password in a pasted URL is kept, and never shown or asked for by an address", async ({ app }) => {
  const { page } = app;
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.getByRole("button", { name: /^Workspace/ }).click();
  await page.getByRole("menuitem", { name: "Git repository…" }).click();
  const field = page.getByRole("dialog").getByRole("combobox", { name: "Repository URL" });
  await page.evaluate(() => navigator.clipboard.writeText("http://ada:s3cret-word@127.0.0.1:9/me/it.git"));
  await field.press("ControlOrMeta+v");
  await expect(field).toHaveValue("http://127.0.0.1:9/me/it.git");
  await expect(page.getByRole("dialog")).not.toContainText("s3cret-word");
  expect(asked.filter((url) => url.includes("s3cret-word"))).toEqual([]);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await page.goto(new URL("settings", app.program.url).href);
  const kept = page.getByRole("list", { name: "Credentials" });
  await expect(kept).toContainText("http://127.0.0.1:9/me/it");
  await expect(kept).toContainText("ada");
  await kept.getByRole("button", { name: /^Forget/ }).click();
  await expect(kept).toBeHidden();
});

test("two chats work side by side in copies, and one's work is applied to the checkout", async ({ app }) => {
  const { page } = app;
  const checkout = join(app.program.home, "checkout-project");
  await createCheckout(checkout);
  await write(checkout, { "README.md": "# Greeter\n\nNot committed.\n" });
  await app.chooseDirectory(checkout);
  await page.getByRole("button", { name: /^Works:/ }).click();
  await page.getByRole("menuitemradio", { name: /^A copy of its own/ }).click();
  await expect(page.getByRole("checkbox", { name: "With uncommitted changes" })).toBeChecked();
  await page.getByRole("textbox", { name: "Prompt" }).fill("#demo pace=0\ncreate notes.txt with \"hello\"");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/agents\/bc-/);
  await app.expectEnded("FINISHED");
  await expect(app.header).toContainText("checkout-project (copy)");
  expect(await git(checkout, "status", "--porcelain")).toBe("M README.md");

  await app.header.getByRole("link", { name: /^Changes/ }).click();
  await page.getByRole("button", { name: "Apply to my checkout" }).click();
  await expect(page.getByRole("status").filter({ hasText: "uncommitted" }).first()).toBeVisible();
  expect(await git(checkout, "status", "--porcelain")).toContain("?? notes.txt");
});
