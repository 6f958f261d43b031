import { type App, expect, test } from "../fixtures/test";

/** Several calls, one after the other, slow enough to be stopped between two. */
const CALLS = "#demo pace=60\nrun `echo a`, then run `echo b`, then run `echo c`, then run `echo d`";

async function callsWithFollowUp(app: App): Promise<string> {
  const agent = await app.createChat(CALLS);
  await app.api("POST", `v1/agents/${agent}/queue`, { prompt: { text: "#demo pace=0\nread README.md" } });
  return agent;
}

/** How the last run that is shown has ended; those before may have gone out of sight. */
async function expectLast(app: App, status: string): Promise<void> {
  await expect(app.page.locator("[data-run-end]").last()).toHaveAttribute("data-run-end", status, { timeout: 30_000 });
}

test("limits are set and taken away in the settings, in every tab", async ({ app }) => {
  const { page } = app;
  await page.goto(new URL("settings", app.program.url).href);
  const second = await app.secondTab();
  const calls = page.getByRole("group", { name: "Each run" }).getByRole("textbox", { name: "Tool calls" });
  await calls.fill("2000");
  await calls.press("Enter");
  await expect(page.getByText("Saved")).toBeVisible();
  await expect(calls).toHaveValue("2,000");
  const there = second.page.getByRole("group", { name: "Each run" }).getByRole("textbox", { name: "Tool calls" });
  await expect(there).toHaveValue("2,000");
  await there.fill("");
  await there.blur();
  await expect(calls).toHaveValue("");
  await page.reload();
  await expect(calls).toHaveValue("");
  await expect(calls).toHaveAttribute("placeholder", "No limit");
});

test("what is no limit is said at its field", async ({ app }) => {
  const { page } = app;
  await page.goto(new URL("settings", app.program.url).href);
  const runs = page.getByRole("group", { name: "At once" }).getByRole("textbox", { name: "Runs" });
  const before = await runs.inputValue();
  await runs.fill("0");
  await runs.press("Enter");
  await expect(page.getByRole("group", { name: "At once" }).getByRole("alert")).toContainText("A whole number from 1");
  await runs.fill("999999999999999");
  await runs.press("Enter");
  // The server knows how much is too much.
  await expect(page.getByRole("group", { name: "At once" }).getByRole("alert")).not.toContainText("or empty");
  await runs.fill("7");
  await runs.press("Escape");
  await expect(runs).toHaveValue(before);
  await expect(page.getByRole("group", { name: "At once" }).getByRole("alert")).toHaveCount(0);
});

test("the settings show how much of the day is spent", async ({ app }) => {
  await app.open(await app.createChat("#demo pace=0\nread README.md"));
  await app.expectEnded("FINISHED");
  await app.api("PATCH", "v1/limits", { day: { toolCalls: 50 } });
  await app.page.getByRole("link", { name: "Settings", exact: true }).click();
  await expect(app.page.getByRole("group", { name: "Each day" })).toContainText("1 of 50 spent");
});

test("a chat has limits of its own, and shows what it has spent", async ({ app }) => {
  const { page } = app;
  await app.api("PATCH", "v1/limits", { chat: { toolCalls: 400 } });
  await app.open(await app.createChat("#demo pace=0\nread README.md"));
  await app.expectEnded("FINISHED");
  await page.getByRole("button", { name: "Chat menu" }).click();
  await page.getByRole("menuitem", { name: "Limits of this chat" }).click();
  const dialog = page.getByRole("dialog", { name: "Limits of this chat" });
  const calls = dialog.getByRole("group", { name: "All its runs together" }).getByRole("textbox", { name: "Tool calls" });
  await expect(calls).toHaveAttribute("placeholder", "400");
  await expect(dialog).toContainText("1 of 400 spent");
  await calls.fill("20");
  await calls.press("Enter");
  await expect(dialog).toContainText("1 of 20 spent");
  await calls.fill("");
  await calls.press("Enter");
  await expect(dialog).toContainText("1 of 400 spent");
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
});

test("a run that a limit stopped says which, and goes on by one click", async ({ app }) => {
  const { page } = app;
  await app.api("PATCH", "v1/limits", { run: { toolCalls: 2 } });
  await app.open(await app.createChat(CALLS));
  await app.expectEnded("ERROR");
  const card = page.getByRole("region", { name: "The run was stopped" });
  await expect(card).toContainText("the limit of tool calls is reached");
  await expect(card).toContainText("2");
  await expect(app.header).toContainText("Stopped by a limit");
  await app.api("PATCH", "v1/limits", { run: { toolCalls: null } });
  const request = page.waitForRequest((candidate) => candidate.method() === "POST" && candidate.url().endsWith("/runs"));
  await card.getByRole("button", { name: "Go on" }).click();
  expect((await request).postDataJSON()).toEqual({ prompt: { text: "Go on where you stopped." } });
  await expectLast(app, "FINISHED");
  await expect(card.getByRole("button")).toHaveCount(0);
});

test("a limit that stopped a run with others waiting: it goes on first, then they do", async ({ app }) => {
  const { page } = app;
  await app.api("PATCH", "v1/limits", { run: { toolCalls: 2 } });
  const agent = await callsWithFollowUp(app);
  await app.open(agent);
  await app.expectEnded("ERROR");
  await expect(app.queue).toContainText("Paused");
  await app.api("PATCH", "v1/limits", { run: { toolCalls: null } });
  await page.getByRole("region", { name: "The run was stopped" }).getByRole("button", { name: "Go on" }).click();
  await expect(page.locator("[data-type=user_message]").last()).toContainText("read README.md", { timeout: 30_000 });
  await expectLast(app, "FINISHED");
  // Those before may have gone out of sight.
  const { items } = (await app.api("GET", `v1/agents/${agent}/steps?limit=100`)) as { items: { type: string; text: string }[] };
  const said = items.filter(({ type }) => type === "user_message").map(({ text }) => text);
  expect(said.slice(0, 2)).toEqual([expect.stringContaining("read README.md"), "Go on where you stopped."]);
});

test("a chat that has used up its budget is allowed as much again, and goes on", async ({ app }) => {
  const { page } = app;
  await app.api("PATCH", "v1/limits", { chat: { toolCalls: 3 } });
  const agent = await app.createChat(CALLS);
  await app.open(agent);
  await app.expectEnded("ERROR");
  const card = page.getByRole("region", { name: "The run was stopped" });
  await expect(card).toContainText("this chat has used up what it is allowed");
  await expect(card.getByRole("button", { name: "Allow as much again and go on" })).toBeEnabled();

  await app.send("#demo pace=0\nread README.md");
  const refusal = page.getByRole("alert").filter({ has: page.getByRole("button", { name: "Allow as much again and go on" }) });
  await expect(refusal).toBeVisible();
  await expect(app.message).toHaveValue(/read README.md/);
  await refusal.getByRole("button", { name: "Allow as much again and go on" }).click();
  await app.expectEnded("ERROR", "FINISHED");
  await expect(refusal).toHaveCount(0);
  await expect(app.message).toHaveValue("");
  const limits = (await app.api("GET", `v1/agents/${agent}/limits`)) as { overrides: { chat: { toolCalls: number } } };
  expect(limits.overrides.chat.toolCalls).toBeGreaterThanOrEqual(6);
});

test("a queue that the chat's budget holds goes on with as much again", async ({ app }) => {
  await app.api("PATCH", "v1/limits", { chat: { toolCalls: 3 } });
  await app.open(await callsWithFollowUp(app));
  await app.expectEnded("ERROR");
  await app.queue.getByRole("button", { name: "Allow as much again and go on" }).click();
  await app.expectEnded("ERROR", "FINISHED");
  await expect(app.queue).toBeHidden();
});
