import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { commit, createRemote, git, type Remote, write } from "../fixtures/repository";
import { type App, expect, test } from "../fixtures/test";

async function chatIn(app: App, remote: Remote, prompt: string, more: Record<string, unknown> = {}): Promise<string> {
  const agent = await app.createChat(prompt, { workspace: undefined, repos: [{ url: remote.url }], ...more });
  await app.open(agent);
  await app.expectEnded("FINISHED");
  return agent;
}
const openChanges = (app: App) => app.page.keyboard.press("ControlOrMeta+Shift+g");
const diff = (app: App) => app.page.getByRole("group", { name: "Changes", exact: true });
const tree = (app: App) => app.page.getByRole("tree", { name: "Changed files" });

test("changes are shown as a tree and as lines, unified and side by side", async ({ app }) => {
  const { page } = app;
  const remote = await createRemote(app.program.home, "greeter");
  await chatIn(app, remote, "#demo pace=0\nreplace \"Hello\" with \"Good day\" in src/greet.ts, then create notes.txt with \"<b>hello</b>\"");
  await expect(app.header.getByRole("link", { name: "Changes: 2 files" })).toBeVisible();
  await openChanges(app);
  await expect(page).toHaveURL(/\/changes$/);
  await expect(tree(app).getByRole("treeitem", { name: /greet\.ts/ })).toBeVisible();
  await expect(diff(app)).toContainText("return `Good day ${name}`;");
  await expect(diff(app)).toContainText("<b>hello</b>");
  await page.getByText("Side by side").click();
  await expect(diff(app)).toContainText("return `Hello ${name}`;");

  await tree(app).focus();
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await expect(tree(app).getByRole("treeitem", { selected: true })).toContainText("notes.txt");

  await page.reload();
  await expect(page.getByRole("radio", { name: "Side by side" })).toBeChecked();
  // Back to the chat by the same keys.
  await openChanges(app);
  await expect(page).toHaveURL(/\/agents\/bc-[^/]*$/);
  await expect(app.message).toBeVisible();
});

test("each run, and what was done by hand between them, can be looked at alone", async ({ app }) => {
  const { page } = app;
  const agent = await app.createChat("#demo pace=0\ncreate one.txt with \"one\"");
  await app.open(agent);
  await app.expectEnded("FINISHED");
  await writeFile(join(app.program.project, "by-hand.txt"), "mine\n");
  await app.send("#demo pace=0\ncreate two.txt with \"two\"");
  await app.expectEnded("FINISHED", "FINISHED");
  await openChanges(app);
  await expect(tree(app).getByRole("treeitem")).toHaveCount(3);
  const show = async (name: string | RegExp) => {
    await page.getByRole("button", { name: /^Changes of/ }).click();
    await page.getByRole("menuitemradio", { name }).click();
  };
  await show(/^Run 2/);
  await expect(tree(app).getByRole("treeitem")).toHaveCount(1);
  await expect(tree(app)).toContainText("two.txt");
  await show("By hand, before run 2");
  await expect(tree(app).getByRole("treeitem")).toHaveCount(1);
  await expect(tree(app)).toContainText("by-hand.txt");
  await expect(page.getByText("Your own directory: commit and push there yourself.")).toBeHidden();
});

test("a restore says what it does, and can be undone", async ({ app }) => {
  const { page } = app;
  await app.open(await app.createChat("#demo pace=0\ncreate notes.txt with \"hello\""));
  await app.expectEnded("FINISHED");
  await openChanges(app);
  await expect(tree(app)).toContainText("notes.txt");
  await page.getByRole("button", { name: "Workspace menu" }).click();
  await page.getByRole("menuitem", { name: "Restore a checkpoint…" }).click();
  await page.getByRole("button", { name: "Restore: run 1 began" }).click();
  const dialog = page.getByRole("dialog", { name: "Put the files back?" });
  await expect(dialog).toContainText("so that you can undo this");
  await dialog.getByRole("button", { name: "Put the files back" }).click();
  await expect(page.getByText("Nothing has been changed in this chat yet.")).toBeVisible();
  await expect(readFile(join(app.program.project, "notes.txt"))).rejects.toThrow();
  await page.getByRole("button", { name: "Undo", exact: true }).click();
  await expect(tree(app)).toContainText("notes.txt");
  expect(await readFile(join(app.program.project, "notes.txt"), "utf8")).toBe("hello\n");
});

test("work is committed under one's name, and pushed", async ({ app }) => {
  const { page } = app;
  const remote = await createRemote(app.program.home, "greeter");
  await app.api("PATCH", "v1/workspace-settings", { commitName: "Grace", commitEmail: "grace@example.com" });
  await chatIn(app, remote, "#demo pace=0\ncreate notes.txt with \"hello\"", { branchName: "notes" });
  await openChanges(app);
  await expect(page.getByRole("button", { name: "Push", exact: true })).toBeDisabled();
  await page.getByRole("button", { name: "Commit…" }).click();
  await page.getByRole("textbox", { name: "Commit message" }).fill("Keep notes");
  await page.keyboard.press("ControlOrMeta+Enter");
  await expect(page.getByRole("status").filter({ hasText: "Committed" })).toBeVisible();
  await page.getByRole("button", { name: "Push", exact: true }).click();
  await expect(page.getByText("Pushed", { exact: true })).toBeVisible();
  expect(await git(remote.directory, "log", "-1", "--format=%an <%ae> %s", "notes")).toBe("Grace <grace@example.com> Keep notes");
});

test("conflicts with the base are listed, given to the agent, or undone", async ({ app }) => {
  const { page } = app;
  const remote = await createRemote(app.program.home, "greeter");
  await app.api("PATCH", "v1/workspace-settings", { commitName: "Grace", commitEmail: "grace@example.com" });
  const agent = await chatIn(app, remote, "#demo pace=0\nreplace \"Hello\" with \"Good day\" in src/greet.ts");
  await app.api("POST", `v1/agents/${agent}/commit`, { message: "Be polite" });
  await write(remote.checkout, { "src/greet.ts": "export function greet(name: string) {\n  return `Hi ${name}`;\n}\n" });
  await commit(remote.checkout, "Be brief");
  await git(remote.checkout, "push", "--quiet", "origin", "main");
  // Who is behind is told when the remote is asked.
  const updated = (await app.api("POST", `v1/agents/${agent}/update`, { method: "merge" })) as { items: { state: string }[] };
  expect(updated.items[0]?.state).toBe("conflicts");
  await openChanges(app);
  const repository = page.getByRole("group", { name: "Repository", exact: true });
  await expect(repository).toContainText("src/greet.ts");
  await repository.getByRole("button", { name: "Let the agent resolve them" }).click();
  await expect(page.locator("[data-type=user_message]").last()).toContainText("has conflicts. Resolve them");
  await app.expectEnded("FINISHED", "FINISHED");
  await repository.getByRole("button", { name: "Undo the merge" }).click();
  await expect(repository).not.toContainText("Merging");
});

test("a thousand changed files stay quick to go through", async ({ app }) => {
  const { page } = app;
  const agent = await app.createChat("#demo pace=0\nread README.md");
  await app.open(agent);
  await app.expectEnded("FINISHED");
  const many: Record<string, string> = {};
  for (let file = 0; file < 1_200; file++) many[`many/part-${file % 50}/file-${String(file).padStart(4, "0")}.ts`] = `export const value = ${file};\n`.repeat(16);
  await write(app.program.project, many);
  await openChanges(app);
  await expect(page.getByText("1,200 files")).toBeVisible();
  await tree(app).focus();
  // The list comes in pages; the end is the end once all of them are there.
  await expect(async () => {
    await page.keyboard.press("End");
    await expect(tree(app).getByRole("treeitem", { name: /file-1159/ })).toBeVisible({ timeout: 500 });
  }).toPass({ timeout: 20_000 });
  await page.keyboard.press("Enter");
  await expect(diff(app)).toContainText("file-1159.ts");
  await expect(diff(app)).toContainText("export const value = 1159;");
  expect(await page.locator("*").count()).toBeLessThan(4_000);
});
