import type { Page } from "@playwright/test";

import { expect, test } from "../fixtures/test";

test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

async function expectNothingCutOff(page: Page): Promise<void> {
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(overflow, "horizontal scroll").toBeLessThanOrEqual(0);
}

test("every view fits 390 px, and all is reached by touch", async ({ app }) => {
  const { page } = app;
  await expect(page.getByRole("textbox", { name: "Prompt" })).toBeVisible();
  await expectNothingCutOff(page);

  const agent = await app.createChat("#demo pace=0\nread README.md, then run `echo a-rather-long-command --with=many --flags=that-do-not-fit --on=one-line`", { name: "A title that is much too long for a screen as narrow as this one is" });
  await app.open(agent);
  await app.expectEnded("FINISHED");
  await expectNothingCutOff(page);
  await page.locator("[data-tool] button").last().tap();
  await expectNothingCutOff(page);

  await page.getByRole("button", { name: "Show the list of chats" }).tap();
  await expect(app.chats).toHaveCount(1);
  await expectNothingCutOff(page);
  await page.getByRole("link", { name: "CLI chats" }).tap();
  await expect(page.getByRole("heading", { name: "CLI chats" })).toBeVisible();
  await expectNothingCutOff(page);
  await page.getByRole("button", { name: "Show the list of chats" }).tap();
  await page.getByRole("link", { name: "Settings", exact: true }).tap();
  await expect(page.getByRole("heading", { name: "This machine" })).toBeVisible();
  await expectNothingCutOff(page);
});

test("what is touched is large enough", async ({ app }) => {
  await app.open(await app.createChat("#demo pace=0\nread README.md"));
  await app.expectEnded("FINISHED");
  // All but the title in the header, which is a shortcut to what the menu offers, too.
  const small = await app.page.locator("button:visible:not(h1 button)").evaluateAll((buttons) =>
    buttons.map((button) => ({ name: button.getAttribute("aria-label") ?? button.textContent, height: button.getBoundingClientRect().height })).filter(({ height }) => height < 39.5),
  );
  expect(small).toEqual([]);
});

test("a queue and the limits fit 390 px, and all is reached by touch", async ({ app }) => {
  const { page } = app;
  const agent = await app.createChat("#demo chunks=4000 rate=5\nCount for me");
  await app.open(agent);
  await expect(app.conversation).toContainText("word 1 ");
  for (const text of ["One, which is much longer than the one line that a screen as narrow as this one has, and than the two that it gets", "Two", "Three"]) await app.api("POST", `v1/agents/${agent}/queue`, { prompt: { text } });
  await expect(app.queue).toContainText("3 prompts wait");
  await expectNothingCutOff(page);
  await app.queue.getByRole("button", { name: "Menu of prompt 3" }).tap();
  await page.getByRole("menuitem", { name: "Move to the front" }).tap();
  await expect(app.queue.locator("[data-queue-text]").first()).toHaveText("Three");
  await app.queue.getByRole("button", { name: "Menu of prompt 2" }).tap();
  await page.getByRole("menuitem", { name: "Delete" }).tap();
  await expect(app.queue).toContainText("2 prompts wait");
  await app.queue.getByRole("button", { name: "Pause" }).tap();
  await expect(app.queue.getByRole("button", { name: "Go on" })).toBeVisible();
  const small = await app.queue.locator("button:visible").evaluateAll((buttons) => buttons.map((button) => ({ name: button.getAttribute("aria-label") ?? button.textContent, height: button.getBoundingClientRect().height })).filter(({ height }) => height < 39.5));
  expect(small).toEqual([]);

  await page.getByRole("button", { name: "Chat menu" }).tap();
  await page.getByRole("menuitem", { name: "Limits of this chat" }).tap();
  await expect(page.getByRole("dialog").getByRole("group", { name: "Each run" })).toBeVisible();
  await expectNothingCutOff(page);
  await page.getByRole("button", { name: "Close" }).tap();
  await page.goto(new URL("settings", app.program.url).href);
  await expect(page.getByRole("group", { name: "Each day" })).toBeVisible();
  await expectNothingCutOff(page);
});

test("changes and files fit 390 px, and all is reached by touch", async ({ app }) => {
  const { page } = app;
  await app.open(await app.createChat("#demo pace=0\ncreate src/a-rather-long-directory/with-another/notes.ts with \"export const words = 'that go on for much longer than a narrow screen is wide';\""));
  await app.expectEnded("FINISHED");
  await app.header.getByRole("link", { name: /^Changes/ }).tap();
  await expect(page.getByRole("group", { name: "Changes", exact: true })).toContainText("go on for much longer");
  await expectNothingCutOff(page);
  await page.getByRole("button", { name: "Show the tree of files" }).tap();
  await page.getByRole("treeitem", { name: /notes\.ts/ }).tap();
  await expect(page.getByRole("group", { name: "Changes", exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Open the file" }).tap();
  await expect(page.getByRole("group", { name: /^Content of/ })).toContainText("export const words");
  await expectNothingCutOff(page);
  const small = await page.locator("main button:visible, main header a:visible").evaluateAll((buttons) => buttons.map((button) => ({ name: button.getAttribute("aria-label") ?? button.textContent, height: button.getBoundingClientRect().height })).filter(({ height }) => height < 39.5));
  expect(small).toEqual([]);
  await page.getByRole("link", { name: "Back to the chat" }).tap();
  await expect(app.message).toBeVisible();
});
