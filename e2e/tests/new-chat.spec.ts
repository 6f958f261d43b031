import { expect, test } from "../fixtures/test";

test("the demo begins in its sample project, wherever one was before", async ({ app }) => {
  const { page } = app;
  const directory = page.getByRole("button", { name: /^Workspace/ });
  await app.chooseDirectory(app.program.project);
  await expect(page.getByRole("button", { name: /^Permission/ })).toContainText("Choose permission");
  await page.getByRole("button", { name: /^Agent/ }).click();
  await page.getByRole("menuitemradio", { name: /^Demo/ }).click();
  await expect(directory).toContainText("Sample project");

  await app.chooseDirectory(app.program.project);
  await expect(directory).toContainText("~/project");
  await page.getByRole("textbox", { name: "Prompt" }).fill("#demo pace=0\nread README.md");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog", { name: "Run the demo in this directory?" }).getByRole("button", { name: "Cancel" }).click();

  await directory.click();
  await page.getByRole("menuitem", { name: "Sample project" }).click();
  await expect(directory).toContainText("Sample project");
  await page.getByRole("textbox", { name: "Prompt" }).press("Enter");
  await page.waitForURL(/\/agents\/bc-/);
  await app.expectEnded("FINISHED");
  await expect(app.header).toContainText("demo-project");
});
