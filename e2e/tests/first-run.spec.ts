import { expect, test } from "../fixtures/test";

test.use({ cursorCli: "missing" });

test("without the CLI the page says how to get it, and the demo works", async ({ app }) => {
  const { page } = app;
  await expect(page.getByRole("heading", { name: "The Cursor CLI is not on this machine yet" })).toBeVisible();
  await expect(page.getByText("curl https://cursor.com/install -fsS | bash")).toBeVisible();
  await page.getByRole("button", { name: "Copy install command" }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("curl https://cursor.com/install -fsS | bash");
  await page.getByRole("button", { name: "Check again" }).click();
  await expect(page.getByText("The Cursor CLI is still not there.")).toBeVisible();

  await page.getByRole("button", { name: "Try the demo in a sample project" }).click();
  await page.waitForURL(/\/agents\/bc-/);
  await expect(app.header.getByText("Demo", { exact: true })).toBeVisible();
  await expect(app.chats.first().getByText("Demo", { exact: true })).toBeVisible();
  await app.expectEnded("FINISHED");
  await expect(page.locator("[data-type=tool_call]").first()).toBeVisible();
});

test("the demo asks before it works in a directory of the user's", async ({ app }) => {
  const { page } = app;
  await page.goto(new URL("?demo", app.program.url).href);
  await app.chooseDirectory(app.program.project);
  await page.getByRole("textbox", { name: "Prompt" }).fill("#demo pace=0\nread README.md");
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Run the demo in this directory?" });
  await expect(dialog).toContainText(app.program.project);
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByRole("textbox", { name: "Prompt" })).toHaveValue(/README/);
});
