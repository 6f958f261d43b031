import { expect, test } from "../fixtures/test";

test("a chat of the CLI's own is opened and continued here", async ({ app }) => {
  await app.program.chatInTerminal("#demo pace=0\nread README.md");
  await app.page.getByRole("link", { name: "CLI chats" }).click();
  await app.page.getByRole("main").getByRole("listitem").getByRole("link").first().click();
  await expect(app.conversation).toContainText("README.md");
  await app.page.getByRole("textbox", { name: "Message" }).fill("#demo pace=0\nrun `echo here`");
  await app.page.keyboard.press("Enter");
  await app.page.getByRole("dialog", { name: "What may the agent do here?" }).getByRole("radio", { name: "Everything" }).check();
  await app.page.getByRole("button", { name: "Start the chat" }).click();
  await app.page.waitForURL(/\/agents\/bc-/);
  await expect(app.page.locator("[data-type=tool_call]").last()).toContainText("echo here");
  await expect(app.conversation.getByText("Continued here from the CLI’s chat")).toHaveCount(1);
  await expect(app.page.locator("[data-type=user_message]").first()).toContainText("README.md");
  await expect(app.page.locator("[data-run-end=FINISHED]").last()).toBeVisible();

  await app.page.getByRole("link", { name: "CLI chats" }).click();
  await expect(app.page.getByText("Continued here")).toBeVisible();
});
