import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { createRemote, git, write } from "../fixtures/repository";
import { expect, test } from "../fixtures/test";

const PICTURE = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEklEQVR4nGNgaD6BFTEMLQkAXqtTgXXXaUAAAAAASUVORK5CYII=", "base64");

test("files are found in the tree and by name, and nothing in them runs", async ({ app }) => {
  const { page } = app;
  await write(app.program.project, { "src/deep/x.html": "<script>document.title = 'run'</script>\n", "long.txt": Array.from({ length: 20_000 }, (_, line) => `line ${line + 1}`).join("\n") });
  await writeFile(join(app.program.project, "logo.png"), PICTURE);
  await app.open(await app.createChat("#demo pace=0\nread README.md"));
  await app.expectEnded("FINISHED");
  await page.keyboard.press("ControlOrMeta+Shift+e");
  const tree = page.getByRole("tree", { name: "Files" });
  await tree.getByRole("treeitem", { name: /^src/ }).click();
  await tree.getByRole("treeitem", { name: /^deep/ }).click();
  await tree.getByRole("treeitem", { name: /^x\.html/ }).click();
  await expect(page.getByRole("group", { name: "Content of src/deep/x.html" })).toContainText("<script>");
  expect(await page.title()).not.toBe("run");

  await page.keyboard.press("ControlOrMeta+p");
  await page.getByRole("combobox", { name: "Name of the file" }).fill("lgtxt");
  await expect(page.getByRole("option").first()).toContainText("long.txt");
  await page.keyboard.press("Enter");
  const content = page.getByRole("group", { name: "Content of long.txt" });
  await expect(content).toContainText("line 1");
  await content.focus();
  await page.keyboard.press("End");
  await expect(content).toContainText("line 20000");

  await tree.getByRole("treeitem", { name: /^logo\.png/ }).click();
  await expect.poll(() => page.getByRole("img", { name: "logo.png" }).evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(8);
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download the file" }).click();
  expect(await readFile(await (await download).path())).toEqual(PICTURE);
});

test("what an agent makes appears while it works", async ({ app }) => {
  const { page } = app;
  const agent = await app.createChat("#demo pace=0\nread README.md");
  await app.open(agent);
  await app.expectEnded("FINISHED");
  await page.keyboard.press("ControlOrMeta+Shift+e");
  const tree = page.getByRole("tree", { name: "Files" });
  await expect(tree).toContainText("README.md");
  await app.send("#demo pace=0\ncreate fresh.txt with \"new\"");
  await expect(tree).toContainText("fresh.txt");
});

test("a workspace says where it is, and how git gets at it", async ({ app }) => {
  const { page } = app;
  const remote = await createRemote(app.program.home, "greeter");
  const agent = await app.createChat("#demo pace=0\ncreate notes.txt with \"hello\"", { workspace: undefined, repos: [{ url: remote.url }], branchName: "notes" });
  await app.open(agent);
  await app.expectEnded("FINISHED");
  await page.getByRole("button", { name: "Chat menu" }).click();
  await page.getByRole("menuitem", { name: "Workspace of this chat" }).click();
  const dialog = page.getByRole("dialog", { name: "Workspace of this chat" });
  await expect(dialog).toContainText(remote.url);
  await expect(dialog).toContainText("notes");
  await expect(dialog).toContainText("CURSOR_SELFHOST_PORT");
  await dialog.getByRole("button", { name: "Copy the command that clones it" }).click();
  const command = await page.evaluate(() => navigator.clipboard.readText());
  expect(command).toMatch(/^git clone http:\/\/key@127\.0\.0\.1:\d+\/git\/bc-/);

  // The key is what git would ask for.
  const key = await app.program.createKey();
  const url = command.replace("git clone ", "").replace("key@", `key:${key}@`);
  await git(app.program.home, "clone", "--quiet", "--branch", "notes", url, "mine");
  expect(await git(join(app.program.home, "mine"), "rev-parse", "--abbrev-ref", "HEAD")).toBe("notes");
});
