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
    await page.keyboard.press("Escape");

    await page.getByRole("link", { name: "Settings", exact: true }).click();
    await expect(page.getByRole("heading", { name: "This machine" })).toBeVisible();
    await expectNothingSerious(page, "settings");
    await page.getByRole("link", { name: "CLI chats" }).click();
    await expect(page.getByRole("heading", { name: "CLI chats" })).toBeVisible();
    await expectNothingSerious(page, "CLI chats");
  });

  test(`the sign-in page is in order, ${colorScheme}`, async ({ page, program }) => {
    await page.emulateMedia({ colorScheme });
    await page.goto(program.url);
    await expect(page.getByLabel("Or an API key")).toBeVisible();
    await expectNothingSerious(page, "sign-in");
  });
}
