import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";

import { expect, test } from "../fixtures/test";

async function expectNothingSerious(page: Page, where: string): Promise<void> {
  // What fades in is judged when it has.
  await page.evaluate(() => Promise.all(document.getAnimations().filter((animation) => animation.effect?.getComputedTiming().iterations !== Infinity).map((animation) => animation.finished.catch(() => undefined))));
  const { violations } = await new AxeBuilder({ page })
    // Base UI keeps the focus within menus by elements that only the keyboard meets.
    .exclude("[data-base-ui-focus-guard]")
    .analyze();
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  expect(
    serious.map(({ id, nodes }) => `${where}: ${id} at ${nodes.map(({ target, failureSummary }) => `${target.join(" ")} ${failureSummary ?? ""}`).join(" | ")}`),
  ).toEqual([]);
}

for (const colorScheme of ["light", "dark"] as const) {
  test(`axe finds nothing serious, ${colorScheme}`, async ({ app }) => {
    const { page } = app;
    await page.emulateMedia({ colorScheme });
    await expect(page.getByRole("textbox", { name: "Prompt" })).toBeVisible();
    await expectNothingSerious(page, "new chat");

    await page.getByRole("button", { name: /^Model/ }).click();
    await expect(page.getByRole("menuitemradio").first()).toBeVisible();
    await expectNothingSerious(page, "menu");
    await page.keyboard.press("Escape");

    await app.open(await app.createChat("#demo pace=0\nread README.md, then run `curl --version`, then run `false`", { permission: "rules" }));
    await app.expectEnded("FINISHED");
    await page.locator("[data-tool] button[aria-expanded]").first().click();
    await expectNothingSerious(page, "chat");

    await page.keyboard.press("Escape");
    await app.header.click({ position: { x: 600, y: 10 } });
    await page.keyboard.press("?");
    await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
    await expectNothingSerious(page, "dialog");
  });

  test(`the settings and the list of CLI chats are in order, ${colorScheme}`, async ({ app }) => {
    const { page } = app;
    await page.emulateMedia({ colorScheme });
    await app.api("PATCH", "v1/limits", { day: { toolCalls: 50 } });
    await page.getByRole("link", { name: "Settings", exact: true }).click();
    await expect(page.getByRole("heading", { name: "This machine" })).toBeVisible();
    const calls = page.getByRole("group", { name: "Each run" }).getByRole("textbox", { name: "Tool calls" });
    await calls.fill("0");
    await calls.press("Enter");
    await expect(page.getByRole("alert")).toBeVisible();
    await expectNothingSerious(page, "settings");
    await page.getByRole("link", { name: "CLI chats" }).click();
    await expect(page.getByRole("heading", { name: "CLI chats" })).toBeVisible();
    await expectNothingSerious(page, "CLI chats");
  });

  test(`a queue and what waits are in order, ${colorScheme}`, async ({ app }) => {
    const { page } = app;
    await page.emulateMedia({ colorScheme });
    await app.api("PATCH", "v1/limits", { concurrentRuns: 1 });
    await app.createChat("#demo chunks=4000 rate=5\nCount for me", { name: "Has the slot" });
    await expect(app.chat("Has the slot")).toContainText("Running");
    const agent = await app.createChat("#demo pace=0\nread README.md", { name: "Waits" });
    for (const text of ["One", "Two", "Three"]) await app.api("POST", `v1/agents/${agent}/queue`, { prompt: { text } });
    await app.open(agent);
    await app.expectQueued("One", "Two", "Three");
    await app.queue.getByRole("button", { name: "Pause" }).click();
    await app.queue.getByRole("button", { name: "Two" }).click();
    await expect(app.queue.getByRole("textbox", { name: "Prompt" })).toBeFocused();
    await expect(app.queue).toContainText("Paused");
    await expectNothingSerious(page, "queue");
  });

  test(`what a limit stopped is in order, ${colorScheme}`, async ({ app }) => {
    const { page } = app;
    await page.emulateMedia({ colorScheme });
    await app.api("PATCH", "v1/limits", { chat: { toolCalls: 1 } });
    await app.open(await app.createChat("#demo pace=60\nrun `echo a`, then run `echo b`, then run `echo c`"));
    await app.expectEnded("ERROR");
    await expectNothingSerious(page, "stopped by a limit");
    await page.getByRole("button", { name: "Limits of this chat" }).click();
    await expect(page.getByRole("dialog").getByRole("group", { name: "Each run" })).toBeVisible();
    await expectNothingSerious(page, "limits of a chat");
  });

  test(`changes, files and the choice of a repository are in order, ${colorScheme}`, async ({ app }) => {
    const { page } = app;
    await page.emulateMedia({ colorScheme });
    await page.getByRole("button", { name: /^Workspace/ }).click();
    await page.getByRole("menuitem", { name: "Git repository…" }).click();
    await expect(page.getByRole("dialog", { name: "Git repository" })).toBeVisible();
    await expectNothingSerious(page, "repository");
    await app.open(await app.createChat("#demo pace=0\nreplace \"greets\" with \"salutes\" in README.md, then create src/x.ts with \"export const x = 1;\""));
    await app.expectEnded("FINISHED");
    await app.header.getByRole("link", { name: /^Changes/ }).click();
    await expect(page.getByRole("treeitem", { name: /x\.ts/ })).toBeVisible();
    await expect(page.getByRole("group", { name: "Changes", exact: true })).toContainText("salutes");
    await expectNothingSerious(page, "changes");
    await page.getByRole("button", { name: "Workspace menu" }).click();
    await page.getByRole("menuitem", { name: "Restore a checkpoint…" }).click();
    await expect(page.getByRole("button", { name: /^Restore: run 1 began/ })).toBeVisible();
    await expectNothingSerious(page, "checkpoints");
    await page.keyboard.press("Escape");
    await page.getByRole("navigation", { name: "Workspace" }).getByRole("link", { name: "Files" }).click();
    await page.getByRole("treeitem", { name: /README\.md/ }).click();
    await expect(page.getByRole("group", { name: "Content of README.md" })).toContainText("salutes");
    await expectNothingSerious(page, "files");
  });

  test(`the sign-in page is in order, ${colorScheme}`, async ({ page, program }) => {
    await page.emulateMedia({ colorScheme });
    await page.goto(program.url);
    await expect(page.getByLabel("Or an API key")).toBeVisible();
    await expectNothingSerious(page, "sign-in");
  });
}
