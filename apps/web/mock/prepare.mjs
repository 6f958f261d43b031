// How the mock prepares a workspace of git repositories: it counts to a hundred, and fails where the URL says so.
import { randomUUID } from "node:crypto";

export function prepare({ agent, run, store, then }) {
  const callId = randomUUID();
  const items = agent.repos.map(({ url }) => ({ name: url.replace(/^.*[/:]([^/]+\/[^/]+?)(\.git)?$/, "$1"), status: "pending" }));
  const emit = (status, outcome) => store.runEvent(agent, run, "tool_call", { callId, name: "prepare_workspace", status, outcome, view: { kind: "workspace", items: items.map((item) => ({ ...item })) } });
  let timer;
  run.stop = () => clearTimeout(timer);
  const step = (index, percent) => {
    const item = items[index];
    if (!item) {
      agent.workspace.state = "ready";
      emit("completed", { type: "success" });
      return then();
    }
    const { url, startingRef } = agent.repos[index];
    const problem = store.remotes.problem(url) ?? (startingRef === "missing" ? ["ref_not_found", "fatal: couldn't find remote ref refs/heads/missing"] : undefined);
    if (problem && percent >= 20) {
      Object.assign(item, { status: "failed", percent: undefined, detail: problem[1] });
      emit("completed", { type: "error", message: problem[1] });
      return store.endRun(agent, run, "ERROR", { error: { code: problem[0], message: problem[1] } });
    }
    Object.assign(item, percent >= 100 ? { status: "completed", percent: undefined, detail: "48 MB" } : { status: "running", percent, detail: percent < 70 ? "Receiving objects" : "Checking out" });
    emit("running", { type: "running" });
    timer = setTimeout(() => (percent >= 100 ? step(index + 1, 0) : step(index, percent + 5)), 120);
  };
  emit("running", { type: "running" });
  store.tell("run", store.publicRun(run));
  step(0, 0);
}
