import { expect, test } from "../fixtures/test";

test.describe("not signed in to Cursor", () => {
  test.use({ cursorCli: "logged-out" });

  test("the run says so in words, and the login's link is shown", async ({ app }) => {
    const { page } = app;
    await expect(page.getByText("The Cursor CLI is not signed in, so a chat cannot start.")).toBeVisible();
    await app.open(await app.createChat("#demo pace=0\nread README.md"));
    const failure = page.getByRole("region", { name: "The run failed" });
    await expect(failure).toContainText("The Cursor CLI is not signed in");
    await expect(failure.getByRole("button", { name: "Retry" })).toBeEnabled();
    await failure.getByRole("button", { name: "Sign in to Cursor" }).click();
    await page.getByRole("button", { name: "Get a sign-in link" }).click();
    await expect(page.getByRole("link", { name: "Open the link" })).toHaveAttribute("href", /^https:\/\//);
    await page.getByRole("button", { name: "Cancel" }).click();
    await expect(page.getByRole("dialog")).toBeHidden();
  });

  test("a key can be pasted instead", async ({ app }) => {
    await app.page.getByRole("button", { name: "Sign in to Cursor" }).click();
    await app.page.getByLabel("Or paste a Cursor API key").fill("key_demo_0123456789");
    await app.page.getByRole("button", { name: "Use this key" }).click();
    await expect(app.page.getByText("The API key is kept, encrypted, on this machine.")).toBeVisible();
    await app.open(await app.createChat("#demo pace=0\nread README.md"));
    await app.expectEnded("FINISHED");
  });
});

test("a directory that is not there is said in words", async ({ app }) => {
  await app.page.getByRole("button", { name: /^Workspace/ }).click();
  await app.page.getByRole("menuitem", { name: "Browse…" }).click();
  const dialog = app.page.getByRole("dialog", { name: "Choose a directory" });
  await dialog.getByRole("textbox", { name: "Path" }).fill("/no/such/place");
  await dialog.getByRole("button", { name: "Open", exact: true }).click();
  await expect(dialog.getByRole("alert")).toContainText("/no/such/place");
  await expect(dialog.getByRole("button", { name: /^Use / })).toBeDisabled();
});

test("a chat that is not there says so", async ({ app }) => {
  await app.open("bc-00000000-0000-7000-8000-000000000000");
  await expect(app.page.getByRole("heading", { name: "This chat is not here" })).toBeVisible();
  await app.page.getByRole("main").getByRole("link", { name: "New chat" }).click();
  await expect(app.page.getByRole("textbox", { name: "Prompt" })).toBeVisible();
});
