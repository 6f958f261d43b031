// Chats for pictures: some that ended in each way, one very long.
import { saveCliChat } from "./cli-chats.mjs";
import { huge, improve } from "./tree.mjs";

const titles = ["Make the greeting polite", "Why does the nightly build fail on arm64?", "Move the settings page to the new router and drop the old one", "Upgrade SeaORM to 2.0", "Write the release notes", "Find the leak in the event log reader", "Explain packages/runner to a newcomer", "Rename `Job` to `Run` everywhere", "Add a dark theme", "Measure the first load"];

/** A workspace of each kind: in place, copies, repositories, an empty one, one that was given up. */
function placeOf(index, home) {
  const path = `${home}/${["cursor-selfhost", "website", "infra"][index % 3]}`;
  if (index === 0) return { workspace: { type: "git", path: `${home}/workspaces/a1` }, repos: [{ url: "https://github.com/example/greeter.git", startingRef: "main" }] };
  if (index === 2) return { workspace: { type: "local", path: `${home}/workspaces/a2`, copyOf: path }, repos: [] };
  if (index === 3) return { workspace: { type: "git", path: `${home}/workspaces/a3` }, repos: [{ url: "git@github.com:example/greeter.git" }, { url: "git@github.com:example/infra.git", startingRef: "v1.0.0" }] };
  if (index === 4) return { workspace: { type: "empty", path: `${home}/workspaces/a4` }, repos: [] };
  return { workspace: { type: "local", path }, repos: [] };
}

export function seed(store, home) {
  titles.forEach((name, index) => {
    const agent = store.addAgent({ name, driver: index === 8 ? "demo" : "cursor", ...placeOf(index, home), permission: "rules", mode: "agent" });
    const run = store.addRun(agent, name);
    const ago = index * index * 37 * 60_000 + 60_000;
    const at = new Date(Date.now() - ago).toISOString();
    Object.assign(run, { status: index === 1 ? "ERROR" : index === 5 ? "CANCELLED" : "FINISHED", createdAt: at, startedAt: at, updatedAt: at, durationMs: 42_000 + index * 9_000, usage: { inputTokens: 9_000, outputTokens: 900, cacheReadTokens: 4_000, cacheWriteTokens: 0, totalTokens: 13_900 } });
    store.workspaces.started(agent, run);
    if (index !== 4) store.workspaces.of(agent).now = improve(store.workspaces.of(agent).base);
    store.workspaces.ended(agent, run);
    if (index === 7) {
      const workspace = store.workspaces.of(agent);
      Object.assign(workspace, { now: huge(workspace.now), notCaptured: [{ path: "data/dump.sql", size: 81_000_000 }] });
      store.workspaces.checkpoint(agent, "run_end", run.id);
    }
    agent.updatedAt = at;
    agent.unread = index === 1 || index === 3;
    if (index === 1) {
      run.error = { code: "usage_limit", message: "You've hit your usage limit\nGet Cursor Pro for more Agent usage, unlimited Tab, and more.", hint: "Wait until the limit resets, or choose the model Auto." };
      store.addStep(agent, run, { type: "error", ...run.error, endedAt: at });
    } else store.addStep(agent, run, { type: "assistant_message", text: `Done: **${name}**.`, endedAt: at });
  });
  const long = store.addAgent({ name: "A very long chat", driver: "cursor", workspace: { type: "local", path: `${home}/cursor-selfhost` }, permission: "everything", mode: "agent" });
  long.updatedAt = new Date(Date.now() - 5e8).toISOString();
  for (let number = 0; number < 50; number++) {
    const run = store.addRun(long, `Question ${number}: what is in file ${number}?`);
    for (let index = 0; index < 40; index++) {
      if (index % 4 === 0) store.addStep(long, run, { type: "assistant_message", text: `Paragraph ${number}.${index}. ${"Some words that wrap over several lines of the column, so that heights differ. ".repeat(1 + ((number * 7 + index) % 5))}`, endedAt: run.createdAt });
      else store.addStep(long, run, { type: "tool_call", callId: `${number}-${index}`, name: "read_file", status: "completed", outcome: { type: "success" }, view: { kind: "read", path: `${home}/cursor-selfhost/src/file${index}.ts`, totalLines: index * 10 }, endedAt: run.createdAt });
    }
    Object.assign(run, { status: "FINISHED", durationMs: 30_000 });
  }
  long.updatedAt = new Date(Date.now() - 5e8).toISOString();
  const [first, , , , , sixth, seventh] = store.agents.values();
  sixth.workspace.sharedWith = [first.id];
  seventh.workspace.state = "given_up";
  store.remotes.use("https://github.com/example/greeter.git");
  store.remotes.use("git@github.com:example/infra.git");
  saveCliChat(`${home}/website`, "Why is the hero image blurry on phones?");
  saveCliChat(`${home}/website`, "Add a sitemap");
  saveCliChat(`${home}/infra`, "Rotate the staging certificates");
}
