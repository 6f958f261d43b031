import { expect, test } from "../fixtures/test";

test("a chat starts in a directory, streams, and goes on", async ({ app }) => {
  const { page } = app;
  await app.startChat("#demo pace=0\nread README.md");
  await app.expectEnded("FINISHED");
  await expect(page.locator("[data-type=user_message]")).toContainText("read README.md");
  await expect(page.locator("[data-type=tool_call]").first()).toContainText("README.md");
  await expect(page.locator("[data-type=assistant_message]").last()).not.toBeEmpty();
  await expect(app.header).toContainText("Finished");
  await expect(app.header).toContainText("project");

  await app.send("#demo pace=0\nrun `echo again`");
  await app.expectEnded("FINISHED", "FINISHED");
  await expect(page.locator("[data-type=tool_call]").last()).toContainText("echo again");
  await expect(app.message).toHaveValue("");
});

test("the permission is asked once for a directory", async ({ app }) => {
  await app.startChat("#demo pace=0\nread README.md", "Edit files");
  await app.expectEnded("FINISHED");
  await app.page.getByRole("link", { name: "New chat" }).click();
  await app.chooseDirectory(app.program.project);
  await expect(app.page.getByRole("button", { name: /^Permission/ })).toContainText("Edit files");
  await app.page.getByRole("textbox", { name: "Prompt" }).fill("#demo pace=0\nread README.md");
  await app.page.keyboard.press("Enter");
  await app.page.waitForURL(/\/agents\/bc-/);
});

test("reloading in the middle and a second tab miss and double nothing", async ({ app }) => {
  const agent = await app.createChat("#demo chunks=300 rate=100\nCount for me");
  await app.open(agent);
  const answer = app.page.locator("[data-type=assistant_message]").last();
  await expect(answer).toContainText("word 5 ");
  await app.page.reload();
  await expect(answer).toContainText("word 60 ");
  const second = await app.secondTab();
  await expect(second.page.locator("[data-type=assistant_message]").last()).toContainText("word 100 ");
  await app.page.reload();

  await app.expectEnded("FINISHED");
  await second.expectEnded("FINISHED");
  const live = await app.steps();
  expect(await second.steps()).toEqual(live);
  // What the server has, as a page reads it that saw nothing live.
  await second.page.reload();
  await second.expectEnded("FINISHED");
  expect(await second.steps()).toEqual(live);
  const words = live.join(" ").match(/word \d+/g) ?? [];
  expect(words).toEqual(Array.from({ length: 300 }, (_, number) => `word ${number}`));
});

test("a prompt sent in one tab shows in the other", async ({ app }) => {
  await app.open(await app.createChat("#demo pace=0\nread README.md"));
  await app.expectEnded("FINISHED");
  const second = await app.secondTab();
  await second.expectEnded("FINISHED");
  await app.send("#demo pace=5\nrun `echo both`");
  await app.expectEnded("FINISHED", "FINISHED");
  await second.expectEnded("FINISHED", "FINISHED");
  // Each tab draws its last words when it has the time to.
  await expect(async () => expect(await second.steps()).toEqual(await app.steps())).toPass();
});

test("Stop ends the run", async ({ app }) => {
  await app.open(await app.createChat("#demo chunks=2000 rate=20\nCount for me"));
  await expect(app.page.locator("[data-type=assistant_message]").last()).toContainText("word 2 ");
  await app.page.getByRole("button", { name: "Stop" }).click();
  await app.expectEnded("CANCELLED");
  await expect(app.header).toContainText("Stopped");
  await app.send("#demo pace=0\nread README.md");
  await app.expectEnded("CANCELLED", "FINISHED");
});

test("a run that has answered but not ended says so, and can be stopped", async ({ app }) => {
  const { page } = app;
  await app.open(await app.createChat("#demo pace=0\nread README.md"));
  await app.expectEnded("FINISHED");
  await app.send("#demo pace=0 hang-after-result\nread README.md");
  await expect(app.header).toContainText("Finishing");
  await expect(app.conversation).toContainText("Finishing …");
  await page.getByRole("button", { name: "Stop" }).click();
  await expect(page.locator("[data-run-end]")).toHaveCount(2);
  await expect(app.conversation).not.toContainText("Finishing …");
  await app.send("#demo pace=0\nread README.md");
  await expect(page.locator("[data-run-end]")).toHaveCount(3);
});

test("a run that has answered before its chat is opened says so", async ({ app }) => {
  const agent = await app.createChat("#demo pace=0 hang-after-result\nread README.md", { name: "Lingers" });
  // Its last words, but for its end, have come by then.
  await expect.poll(async () => JSON.stringify(await app.api("GET", `v1/agents/${agent}/steps`))).toMatch(/"assistant_message"[^}]*"endedAt"|"endedAt"[^}]*"assistant_message"/);
  // By the list, since its program is ended within seconds, and a page takes long to load on a slow machine.
  await app.chat("Lingers").click();
  await expect(app.header).toContainText("Finishing");
});

test("a refused call is shown as refused, and one action allows it and goes on", async ({ app }) => {
  const { page } = app;
  await app.open(await app.createChat("#demo pace=0\nrun `touch made.txt`", { permission: "rules" }));
  await app.expectEnded("FINISHED");
  const refused = page.locator("[data-outcome=refused]").first();
  await expect(refused).toContainText("Refused: not allowed in this chat");
  await expect(refused).not.toContainText(/No output|User Rejected/);
  const request = page.waitForRequest((candidate) => candidate.method() === "POST" && candidate.url().endsWith("/runs"));
  await refused.getByRole("button", { name: /^Allow .* and go on$/ }).click();
  expect((await request).postDataJSON()).toMatchObject({ allow: [expect.stringMatching(/^Shell\(/)], prompt: { text: "That is allowed now. Go on." } });
  await app.expectEnded("FINISHED", "FINISHED");
  await app.send("#demo pace=0\nrun `touch made.txt`");
  await app.expectEnded("FINISHED", "FINISHED", "FINISHED");
  await expect(page.locator("[data-tool][data-outcome=success]").last()).toContainText("touch made.txt");
});

test("the command that continues the chat in a terminal can be copied", async ({ app }) => {
  await app.open(await app.createChat("#demo pace=0\nread README.md"));
  await app.page.getByRole("button", { name: "Copy the command that continues this chat in a terminal" }).click();
  expect(await app.page.evaluate(() => navigator.clipboard.readText())).toContain("--resume");
});
