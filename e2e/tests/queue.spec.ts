import type { Locator } from "@playwright/test";

import { type App, expect, test } from "../fixtures/test";

const QUICK = "#demo pace=0\nread README.md";
const LONG = "#demo chunks=4000 rate=20\nCount for me";

/** A chat at work, with these prompts behind it. */
async function busyChat(app: App, ...prompts: string[]): Promise<string> {
  const agent = await app.createChat(LONG);
  await app.open(agent);
  await expect(app.conversation).toContainText("word 2 ");
  for (const [index, prompt] of prompts.entries()) {
    await app.send(prompt);
    await app.expectQueued(...prompts.slice(0, index + 1));
  }
  return agent;
}

/** A chat whose run cannot begin before `go` is called, however slow the machine is. */
async function chatThatMayNotBegin(app: App, prompt: string): Promise<{ go(): Promise<unknown> }> {
  await app.api("PATCH", "v1/limits", { concurrentRuns: 1 });
  await app.createChat(LONG, { name: "Has the slot" });
  await expect(app.chat("Has the slot")).toContainText("Running");
  await app.open(await app.createChat(prompt, { name: "Is looked at" }));
  await expect(app.conversation).toContainText("Waiting for a free slot");
  return { go: () => app.api("PATCH", "v1/limits", { concurrentRuns: null }) };
}

function row(app: App, text: string): Locator {
  return app.queue.locator("[data-queued]").filter({ hasText: text });
}

async function choose(app: App, prompt: Locator, item: string): Promise<void> {
  await prompt.getByRole("button", { name: /^Menu of prompt/ }).click();
  await app.page.getByRole("menuitem", { name: item, exact: true }).click();
}

test("what is sent while a run works waits, and goes in order when that has finished", async ({ app }) => {
  const { page } = app;
  const { go } = await chatThatMayNotBegin(app, "#demo pace=0\nrun `echo begun`");
  await expect(page.getByRole("button", { name: "Stop", exact: true })).toBeVisible();
  await app.send("#demo pace=0\nrun `echo first`");
  await app.send("#demo pace=0\nrun `echo second`");
  await expect(app.queue).toContainText("2 prompts wait");
  await expect(app.chat("Is looked at")).toContainText("2 waiting prompts");
  await go();
  await app.expectEnded("FINISHED", "FINISHED", "FINISHED");
  await expect(app.queue).toBeHidden();
  await expect(page.locator("[data-type=user_message]")).toHaveText([/echo begun/, /echo first/, /echo second/]);
  await expect(app.chat("Is looked at")).not.toContainText("waiting prompt");
});

test("a waiting prompt is edited in its place", async ({ app }) => {
  await busyChat(app, "One", "Two");
  await row(app, "One").getByRole("button", { name: "One" }).click();
  const field = app.queue.getByRole("textbox", { name: "Prompt" });
  await expect(field).toBeFocused();
  await field.fill("One, and more");
  await field.press("Escape");
  await app.expectQueued("One", "Two");
  await expect(row(app, "One").getByRole("button", { name: "One" })).toBeFocused();
  await choose(app, row(app, "Two"), "Edit");
  await expect(field).toBeFocused();
  await field.fill("Two, and more");
  await field.press("Enter");
  await app.expectQueued("One", "Two, and more");
  await app.page.reload();
  await app.expectQueued("One", "Two, and more");
});

test("prompts are put in order by the keyboard, the menu and the pointer", async ({ app }) => {
  const { page } = app;
  await busyChat(app, "One", "Two", "Three");
  await app.queue.getByRole("button", { name: "Move prompt 3" }).focus();
  await page.keyboard.press("ArrowUp");
  await app.expectQueued("One", "Three", "Two");
  await expect(app.queue.getByRole("button", { name: "Move prompt 2" })).toBeFocused();
  await expect(app.queue.getByRole("status")).toHaveText("Now 2nd of 3.");
  await page.keyboard.press("Home");
  await app.expectQueued("Three", "One", "Two");
  await choose(app, row(app, "Three"), "Move to the end");
  await app.expectQueued("One", "Two", "Three");

  const grip = await app.queue.getByRole("button", { name: "Move prompt 3" }).boundingBox();
  const first = await row(app, "One").boundingBox();
  await page.mouse.move(grip!.x + 10, grip!.y + 10);
  await page.mouse.down();
  await page.mouse.move(grip!.x + 10, first!.y + 2, { steps: 6 });
  await page.mouse.up();
  await app.expectQueued("Three", "One", "Two");
  await page.reload();
  await app.expectQueued("Three", "One", "Two");
});

test("one is deleted with undo, all of them after a question", async ({ app }) => {
  const { page } = app;
  await busyChat(app, "One", "Two", "Three");
  await row(app, "Two").getByRole("button", { name: "Delete" }).click();
  await app.expectQueued("One", "Three");
  await page.getByRole("button", { name: "Undo" }).click();
  await app.expectQueued("One", "Two", "Three");
  await app.queue.getByRole("button", { name: "Delete all" }).click();
  const dialog = page.getByRole("dialog", { name: "Delete 3 waiting prompts?" });
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await app.expectQueued("One", "Two", "Three");
  await app.queue.getByRole("button", { name: "Delete all" }).click();
  await dialog.getByRole("button", { name: "Delete all" }).click();
  await expect(app.queue).toBeHidden();
  await page.reload();
  await expect(app.conversation).toContainText("word 2 ");
  await expect(app.queue).toBeHidden();
});

test("one that cannot wait is sent at once, and the others follow it", async ({ app }) => {
  await busyChat(app, "#demo pace=0\nrun `echo later`", "#demo pace=0\nrun `echo now`");
  await row(app, "echo now").getByRole("button", { name: "Stop and send now" }).click();
  await app.expectEnded("CANCELLED", "FINISHED", "FINISHED");
  await expect(app.page.locator("[data-type=user_message]")).toHaveText([/Count for me/, /echo now/, /echo later/]);
  await expect(app.queue).toBeHidden();
});

test("after a stop the queue pauses, says why, and goes on by one click", async ({ app }) => {
  const { page } = app;
  await busyChat(app, QUICK.replace("read README.md", "run `echo after`"));
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await app.expectEnded("CANCELLED");
  await expect(app.queue).toContainText("Paused");
  await expect(app.queue.getByRole("status").first()).toContainText(/stop/i);
  await expect(app.chats.first()).toContainText(/waiting prompts?, paused/);
  await app.queue.getByRole("button", { name: "Go on" }).click();
  await app.expectEnded("CANCELLED", "FINISHED");
  await expect(app.queue).toBeHidden();
});

test("after a failure the queue waits, and what is done about it comes first", async ({ app }) => {
  const { page } = app;
  const { go } = await chatThatMayNotBegin(app, "#demo pace=0 no-result\nread README.md");
  await app.send("#demo pace=0\nrun `echo next`");
  await go();
  await expect(page.getByRole("region", { name: "The run failed" })).toBeVisible();
  await expect(app.queue).toContainText("Paused");
  await page.getByRole("button", { name: "Retry" }).click();
  await expect(page.locator("[data-run-end]")).toHaveCount(2);
  await expect(page.locator("[data-type=user_message]").last()).toContainText("no-result");
  await expect(app.queue).toContainText("Paused");
  await app.queue.getByRole("button", { name: "Go on" }).click();
  await app.expectEnded("ERROR", "ERROR", "FINISHED");
});

test("a paused queue starts nothing, and what is written then waits behind it; what is sent now lets it go on", async ({ app }) => {
  const { page } = app;
  const { go } = await chatThatMayNotBegin(app, "#demo pace=0\nread README.md");
  await app.send("#demo pace=0\nrun `echo first`");
  await app.queue.getByRole("button", { name: "Pause" }).click();
  await expect(app.queue).toContainText("Paused");
  await go();
  await app.expectEnded("FINISHED");
  await app.send("#demo pace=0\nrun `echo second`");
  await expect(app.queue).toContainText("2 prompts wait");
  await row(app, "echo second").getByRole("button", { name: "Send now" }).click();
  await app.expectEnded("FINISHED", "FINISHED", "FINISHED");
  await expect(page.locator("[data-type=user_message]")).toHaveText([/read README.md/, /echo second/, /echo first/]);
  await expect(app.queue).toBeHidden();
});

test("the conversation stays at its end when a queue takes room below it", async ({ app }) => {
  await app.page.setViewportSize({ width: 1280, height: 700 });
  const agent = await app.createChat("#demo pace=0\nread README.md, then run `echo a`, then run `echo b`, then run `echo c`, then run `echo d`, then run `echo e`");
  await app.open(agent);
  await app.expectEnded("FINISHED");
  await app.send(LONG);
  await expect(app.conversation).toContainText("word 2 ");
  for (const text of ["One", "Two", "Three"]) await app.api("POST", `v1/agents/${agent}/queue`, { prompt: { text } });
  await app.expectQueued("One", "Two", "Three");
  await expect(app.page.getByRole("button", { name: "Jump to latest" })).toHaveCount(0);
  await expect.poll(() => app.conversation.evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight)).toBeLessThan(2);
});

test("two tabs hold the same queue", async ({ app }) => {
  await busyChat(app, "One", "Two");
  const second = await app.secondTab();
  await second.expectQueued("One", "Two");
  await second.queue.getByRole("button", { name: "Move prompt 2" }).press("ArrowUp");
  await app.expectQueued("Two", "One");
  await app.send("Three");
  await second.expectQueued("Two", "One", "Three");
  await row(second, "One").getByRole("button", { name: "Delete" }).click();
  await app.expectQueued("Two", "Three");
});

test("what is being edited is not lost when its prompt begins", async ({ app }) => {
  const { go } = await chatThatMayNotBegin(app, "#demo pace=0\nread README.md");
  await app.send("#demo pace=0\nrun `echo begun`");
  await row(app, "echo begun").getByTitle("Edit").click();
  const field = app.queue.getByRole("textbox", { name: "Prompt" });
  await field.fill("#demo pace=0\nrun `echo edited`");
  await go();
  await expect(app.queue.getByRole("alert")).toContainText("This prompt is no longer waiting");
  await expect(field).toHaveValue(/echo edited/);
  await app.queue.getByRole("button", { name: "Add to the queue" }).click();
  await app.expectEnded("FINISHED", "FINISHED", "FINISHED");
  await expect(app.page.locator("[data-type=user_message]").last()).toContainText("echo edited");
});

test("of many, the first are shown and the rest can be had", async ({ app }) => {
  const agent = await busyChat(app);
  for (let from = 0; from < 300; from += 20) {
    const batch = Array.from({ length: 20 }, (_, number) => app.api("POST", `v1/agents/${agent}/queue`, { prompt: { text: `Prompt ${from + number}` } }));
    await Promise.all(batch);
  }
  await app.page.reload();
  await expect(app.queue).toContainText("300 prompts wait");
  await expect(app.queue).toContainText("… and 280 more");
  await app.queue.getByRole("button", { name: "Show more" }).click();
  await expect(app.queue).toContainText("… and 180 more");
  await app.queue.getByRole("button", { name: "Show more" }).click();
  await expect(app.queue).toContainText("… and 80 more");
  expect(await app.queue.locator("[data-queued]").count()).toBeLessThan(60);
  await app.queue.getByRole("list").evaluate((list) => list.parentElement!.scrollTo(0, 0));
  await app.queue.getByRole("button", { name: "Move prompt 1", exact: true }).press("End");
  await expect(app.queue).toContainText("… and 80 more");
  await expect(app.queue.locator("[data-queued]").first()).not.toContainText(/^Prompt 0$/);
});
