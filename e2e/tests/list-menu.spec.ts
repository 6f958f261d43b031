import type { Locator } from "@playwright/test";

import { type App, expect, test } from "../fixtures/test";

/** Two chats, the one open and the other only in the list. */
async function twoChats(app: App): Promise<Locator> {
  await app.createChat("#demo pace=0\nread README.md", { name: "Aside" });
  await app.open(await app.createChat("#demo pace=0\nread README.md", { name: "Looked at" }));
  await app.expectEnded("FINISHED");
  await expect(app.chat("Aside")).toContainText("unread");
  return app.chat("Aside");
}

test("a chat is renamed in the list, without being opened", async ({ app }) => {
  const row = await twoChats(app);
  await row.hover();
  await app.page.getByRole("button", { name: "Menu of “Aside”" }).click();
  await app.page.getByRole("menuitem", { name: "Rename" }).click();
  const title = app.page.getByRole("textbox", { name: "Title" });
  await expect(title).toBeFocused();
  await title.fill("Renamed");
  await title.press("Enter");
  await expect(app.chat("Renamed")).toBeVisible();
  await expect(app.page).toHaveTitle("(1) Looked at · Cursor Self-Host");
});

test("a right click marks it as read, and as unread again", async ({ app }) => {
  const row = await twoChats(app);
  await row.click({ button: "right" });
  await app.page.getByRole("menuitem", { name: "Mark as read" }).click();
  await expect(row).not.toContainText("unread");
  await expect(app.page).toHaveTitle("Looked at · Cursor Self-Host");
  await row.click({ button: "right" });
  await app.page.getByRole("menuitem", { name: "Mark as unread" }).click();
  await expect(row).toContainText("unread");
  await app.page.reload();
  await expect(row).toContainText("unread");
});

test("the keyboard archives it, and deletes it with undo", async ({ app }) => {
  const { page } = app;
  const row = await twoChats(app);
  await row.focus();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("button", { name: "Menu of “Aside”" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("menuitem", { name: "Rename" })).toBeVisible();
  await page.getByRole("menuitem", { name: "Archive", exact: true }).press("Enter");
  await expect(row).toHaveCount(0);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(row).toBeVisible();

  await row.focus();
  await page.keyboard.press("Shift+F10");
  await page.getByRole("menuitem", { name: "Delete" }).press("Enter");
  await expect(row).toHaveCount(0);
  await page.getByRole("button", { name: "Undo" }).last().click();
  await expect(row).toBeVisible();
  await expect(page.getByRole("heading", { name: "Looked at" })).toBeVisible();
});
