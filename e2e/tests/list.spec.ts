import { expect, test } from "../fixtures/test";

test("rename, in the header and everywhere", async ({ app }) => {
  await app.open(await app.createChat("#demo pace=0\nread README.md", { name: "Before" }));
  await app.page.getByRole("button", { name: "Before", exact: true }).click();
  const title = app.page.getByRole("textbox", { name: "Title" });
  await title.fill("After");
  await title.press("Enter");
  await expect(app.chat("After")).toBeVisible();
  await app.page.reload();
  await expect(app.page.getByRole("heading", { name: "After" })).toBeVisible();
});

test("search by title", async ({ app }) => {
  await app.createChat("#demo pace=0\nread README.md", { name: "Apples" });
  await app.createChat("#demo pace=0\nread README.md", { name: "Pears" });
  await expect(app.chats).toHaveCount(2);
  await app.page.keyboard.press("Control+k");
  await expect(app.page.getByRole("searchbox", { name: "Search chats by title" })).toBeFocused();
  await app.page.keyboard.type("PEAR");
  await expect(app.chats).toHaveCount(1);
  await expect(app.chat("Pears")).toBeVisible();
  await app.page.keyboard.press("ArrowDown");
  await app.page.keyboard.press("Enter");
  await expect(app.page.getByRole("heading", { name: "Pears" })).toBeVisible();
});

test("archive hides a chat, and it can be brought back", async ({ app }) => {
  await app.open(await app.createChat("#demo pace=0\nread README.md", { name: "Old one" }));
  await app.expectEnded("FINISHED");
  await app.page.getByRole("button", { name: "Chat menu" }).click();
  await app.page.getByRole("menuitem", { name: "Archive" }).click();
  await expect(app.chats).toHaveCount(0);
  await app.page.getByRole("button", { name: "Archived chats are not listed" }).click();
  await app.page.getByRole("menuitemradio", { name: "With archived" }).click();
  await app.chat("Old one").click();
  await app.page.getByRole("button", { name: "Bring it back" }).click();
  await expect(app.message).toBeVisible();
});

test("delete hides a chat at once, and undo brings it back", async ({ app }) => {
  await app.open(await app.createChat("#demo pace=0\nread README.md", { name: "Kept after all" }));
  await app.expectEnded("FINISHED");
  await app.page.getByRole("button", { name: "Chat menu" }).click();
  await app.page.getByRole("menuitem", { name: "Delete" }).click();
  await expect(app.chats).toHaveCount(0);
  await app.page.getByRole("button", { name: "Undo" }).click();
  await expect(app.chat("Kept after all")).toBeVisible();
  await app.page.reload();
  await expect(app.chat("Kept after all")).toBeVisible();
});

test("a delete that was not undone is carried out, also when the page is left", async ({ app }) => {
  const agent = await app.createChat("#demo pace=0\nread README.md", { name: "Gone" });
  await app.open(agent);
  await app.expectEnded("FINISHED");
  await app.page.getByRole("button", { name: "Chat menu" }).click();
  await app.page.getByRole("menuitem", { name: "Delete" }).click();
  await expect(app.chats).toHaveCount(0);
  const address = new URL(`v1/agents/${agent}`, app.program.url).href;
  await app.page.goto("about:blank");
  await expect.poll(async () => (await app.page.request.get(address)).status()).toBe(404);
});

test("a run that ends unseen is marked, and no longer once it was opened", async ({ app }) => {
  const agent = await app.createChat("#demo pace=0\nread README.md", { name: "Unseen" });
  await expect(app.chat("Unseen")).toContainText("unread");
  await expect(app.page).toHaveTitle("(1) New chat · Cursor Self-Host");
  await app.open(agent);
  await expect(app.chat("Unseen")).not.toContainText("unread");
  await expect(app.page).toHaveTitle("Unseen · Cursor Self-Host");
});
