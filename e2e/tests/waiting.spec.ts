import { type App, expect, test } from "../fixtures/test";

const LONG = "#demo chunks=4000 rate=20\nCount for me";

async function stop(app: App): Promise<void> {
  await app.page.getByRole("button", { name: "Stop", exact: true }).click();
  await app.expectEnded("CANCELLED");
}

test("a run that waits for a slot says where in line it is, and begins when it may", async ({ app }) => {
  await app.api("PATCH", "v1/limits", { concurrentRuns: 1 });
  const first = await app.createChat(LONG, { name: "At work" });
  await expect(app.chat("At work")).toContainText("Running");
  const second = await app.createChat(LONG, { name: "Second" });
  const third = await app.createChat("#demo pace=0\nread README.md", { name: "Third" });

  await app.open(third);
  await expect(app.conversation).toContainText("Waiting for a free slot · 2nd in line");
  await expect(app.header).toContainText("Waiting");
  await expect(app.chat("Second")).toContainText("Waiting");

  const other = await app.secondTab();
  await other.open(second);
  await expect(other.conversation).toContainText("Waiting for a free slot · next in line");
  await stop(other);
  await expect(app.conversation).toContainText("Waiting for a free slot · next in line");
  await other.open(first);
  await stop(other);
  await app.expectEnded("FINISHED");
});

test("a run that the day's budget holds goes on anyway by one click", async ({ app }) => {
  await app.open(await app.createChat("#demo pace=0\nread README.md"));
  await app.expectEnded("FINISHED");
  await app.api("PATCH", "v1/limits", { day: { toolCalls: 1 } });
  await app.send("#demo pace=0\nrun `echo held`");
  await expect(app.conversation).toContainText("the day’s budget is used up");
  await app.send("#demo pace=0\nrun `echo behind`");
  await expect(app.queue).toContainText("echo behind");
  await app.page.reload();
  await app.page.getByRole("button", { name: "Go on anyway" }).click();
  await expect(app.page.locator("[data-run-end]")).toHaveCount(2);
  // The next is held in its turn.
  await expect(app.conversation).toContainText("the day’s budget is used up");
  await app.api("PATCH", "v1/limits", { day: { toolCalls: null } });
  await app.expectEnded("FINISHED", "FINISHED", "FINISHED");
});
