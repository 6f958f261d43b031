import { expect, test } from "../fixtures/test";

test("the link signs in, once", async ({ page, program, browser }) => {
  await page.goto(program.signInLink);
  await expect(page.getByRole("textbox", { name: "Prompt" })).toBeVisible();

  const stranger = await (await browser.newContext()).newPage();
  await stranger.goto(program.signInLink);
  await expect(stranger.getByRole("alert")).toContainText("used already or is too old");
  await expect(stranger.getByText("cursor-selfhost link")).toBeVisible();
  await stranger.context().close();
});

test("a key signs in, a wrong one is refused in words", async ({ page, program }) => {
  await page.goto(program.url);
  const key = page.getByLabel("Or an API key");
  await key.fill("wrong");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toBeVisible();
  await key.fill(await program.createKey());
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("textbox", { name: "Prompt" })).toBeVisible();
});

test("signing out shows the sign-in page", async ({ app }) => {
  await expect(app.page.getByRole("textbox", { name: "Prompt" })).toBeVisible();
  await app.page.getByRole("link", { name: "Settings", exact: true }).click();
  await app.page.getByRole("button", { name: "Sign out" }).click();
  await expect(app.page.getByRole("heading", { name: "Sign in to Cursor Self-Host" })).toBeVisible();
});
