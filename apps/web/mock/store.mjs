// Agents, runs, steps and streams of the mock.
import { randomUUID } from "node:crypto";

import { prepare } from "./prepare.mjs";
import { play } from "./script.mjs";

const now = () => new Date().toISOString();
const isFinal = (run) => !["CREATING", "RUNNING"].includes(run.status);

export class Store {
  agents = new Map();
  runs = new Map();
  sequence = 0;
  log = [];
  followers = new Set();

  addAgent(fields) {
    const id = `bc-${randomUUID()}`;
    const agent = { id, status: "ACTIVE", env: { type: "machine" }, url: `/agents/${id}`, createdAt: now(), updatedAt: now(), repos: [], unread: false, sessionId: randomUUID(), runs: [], steps: [], allow: [], queue: [], ...fields };
    agent.workspace = { state: "pending", sharedWith: [], ports: { first: 20_000 + this.agents.size * 10, last: 20_009 + this.agents.size * 10 }, gitUrl: `http://127.0.0.1:4310/git/${id}`, ...agent.workspace };
    agent.terminalCommand = `cd '${agent.workspace.path}' && CURSOR_CONFIG_DIR='…' cursor-agent --resume=${agent.sessionId}`;
    this.agents.set(id, agent);
    return agent;
  }

  publicAgent({ runs, steps: _steps, allow: _allow, queue, paused, limits: _limits, ...agent }) {
    const latest = runs.at(-1);
    return { ...agent, ...(queue.length > 0 ? { queue: { total: queue.length, paused } } : {}), latestRunId: latest?.id, latestRun: latest && this.publicRun(latest) };
  }

  publicRun({ events: _events, timer: _timer, open: _open, ordinal: _ordinal, subscribers: _subscribers, stop: _stop, begin: _begin, ...run }) {
    return run;
  }

  usage(agent) {
    const total = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, totalTokens: 0 };
    for (const { usage } of agent.runs) for (const key of Object.keys(total)) total[key] += usage?.[key] ?? 0;
    return total;
  }

  listAgents(query) {
    const limit = Number(query.get("limit") ?? 20);
    const start = Number(query.get("cursor") ?? 0);
    const text = (query.get("query") ?? "").toLowerCase();
    const all = [...this.agents.values()]
      .filter((agent) => (query.get("includeArchived") === "true" || agent.status === "ACTIVE") && agent.name.toLowerCase().includes(text))
      .sort((a, b) => b.updatedAt.localeCompare(a.updatedAt));
    return { items: all.slice(start, start + limit).map((agent) => this.publicAgent(agent)), nextCursor: start + limit < all.length ? String(start + limit) : undefined };
  }

  listSteps(agent, query) {
    const limit = Number(query.get("limit") ?? 20);
    const end = query.get("cursor") ? Number(query.get("cursor")) : agent.steps.length;
    const items = agent.steps.slice(Math.max(0, end - limit), end).reverse();
    const run = agent.runs.at(-1);
    const live = run && !isFinal(run) ? { runId: run.id, lastEventId: run.events.at(-1)?.id } : undefined;
    return { items, nextCursor: end - limit > 0 ? String(end - limit) : undefined, live };
  }

  patchAgent(agent, { unread, model, ...change }) {
    Object.assign(agent, change);
    if (model !== undefined) agent.model = model ?? undefined;
    if (unread !== undefined) agent.unread = unread;
    else agent.updatedAt = now();
    this.tellAgent(agent);
    return this.publicAgent(agent);
  }

  deleteAgent(agent) {
    for (const run of agent.runs) run.stop?.();
    this.agents.delete(agent.id);
    this.tell("agent_deleted", { id: agent.id });
    return { id: agent.id };
  }

  isBusy(agent) {
    return agent.runs.some((run) => !isFinal(run));
  }

  addRun(agent, prompt, id = `run-${randomUUID()}`) {
    const run = { id, toolCalls: 0, agentId: agent.id, status: "RUNNING", createdAt: now(), updatedAt: now(), startedAt: now(), mode: agent.mode, permission: agent.permission, model: { id: agent.model?.id ?? "auto", displayName: "Auto" }, cliVersion: "2026.10.01-e373342", events: [], ordinal: 0, open: undefined, subscribers: new Set() };
    agent.runs.push(run);
    this.runs.set(id, run);
    this.addStep(agent, run, { type: "user_message", text: prompt, endedAt: now() });
    agent.updatedAt = now();
    return run;
  }

  addHistory(agent, items) {
    const run = this.addRun(agent, items[0]?.text ?? "");
    Object.assign(run, { status: "FINISHED", events: [] });
    items.slice(1).forEach(({ role, text }) => this.addStep(agent, run, { type: role === "user" ? "user_message" : "assistant_message", text, endedAt: now() }));
    agent.steps.forEach((step, index) => (step.position = index));
  }

  startRun(agent, prompt, { loggedIn, id, held }) {
    const run = this.addRun(agent, prompt, id);
    run.begin = () => {
      Object.assign(run, { startedAt: now(), updatedAt: now(), queuePosition: undefined, waiting: undefined, begin: undefined });
      if (agent.workspace.state === "pending" && agent.repos.length > 0) return prepare({ agent, run, store: this, then: () => this.launch(agent, run, prompt, loggedIn) });
      this.launch(agent, run, prompt, loggedIn);
    };
    Object.assign(run, { status: "CREATING", startedAt: undefined, stop: () => undefined });
    if (held) run.waiting = { reason: "day_limit", message: held };
    this.tellAgent(agent);
    this.tell("run", this.publicRun(run));
    this.fillSlots();
    return this.publicRun(run);
  }

  launch(agent, run, prompt, loggedIn) {
    run.status = "RUNNING";
    this.workspaces.started(agent, run);
    run.stop = play({
      prompt,
      agent,
      loggedIn,
      write: (path, change) => this.workspaces.write(agent, path, change),
      emit: (event, data) => this.runEvent(agent, run, event, data),
      end: (status, fields) => this.endRun(agent, run, status, fields),
    });
    this.tellAgent(agent);
    this.tell("run", this.publicRun(run));
  }

  /** The day's budget may have room again. */
  releaseHeld() {
    for (const run of this.runs.values()) if (run.waiting?.reason === "day_limit" && !this.limits.dayMessage()) run.waiting = undefined;
    this.fillSlots();
  }

  /** Lets as many runs go as there are slots, and tells the others their place. */
  fillSlots() {
    const runs = [...this.runs.values()];
    const waiting = runs.filter((run) => run.begin && run.waiting?.reason !== "day_limit" && !isFinal(run));
    let free = this.limits.concurrentRuns - runs.filter(({ status }) => status === "RUNNING").length;
    let position = 0;
    for (const run of waiting) {
      if (free-- > 0) run.begin();
      else {
        Object.assign(run, { queuePosition: ++position, waiting: { reason: "slot", message: `${this.limits.concurrentRuns} runs work at once, as many as may.` } });
        this.tell("run", this.publicRun(run));
      }
    }
  }

  cancel(agent, runId) {
    const run = agent.runs.find(({ id }) => id === runId);
    if (!run || isFinal(run)) return false;
    run.stop();
    this.endRun(agent, run, "CANCELLED", {});
    return true;
  }

  endRun(agent, run, status, { error, usage }) {
    const durationMs = run.startedAt ? Date.now() - Date.parse(run.startedAt) : 0;
    if (run.status === "RUNNING") this.workspaces.ended(agent, run);
    Object.assign(run, { status, durationMs, error, usage, updatedAt: now() });
    if (error) this.runEvent(agent, run, "error", error);
    this.runEvent(agent, run, "result", { runId: run.id, status, durationMs });
    this.runEvent(agent, run, "done", {});
    Object.assign(agent, { unread: true, updatedAt: now() });
    Object.assign(run, { queuePosition: undefined, waiting: undefined, begin: undefined });
    this.tell("run", this.publicRun(run));
    this.tellAgent(agent);
    this.queues.ended(agent, run);
    this.fillSlots();
  }

  addStep(agent, run, step) {
    const made = { id: `step-${run.id.slice(4)}-${run.ordinal++}`, agentId: agent.id, runId: run.id, position: 2 ** 32 + agent.steps.length, createdAt: now(), ...step };
    agent.steps.push(made);
    return made;
  }

  runEvent(agent, run, event, data) {
    const id = `${run.id.slice(-12)}-1-${run.events.length + 1}`;
    this.fold(agent, run, event, data);
    run.events.push({ id, event, data });
    for (const tell of run.subscribers) tell({ id, event, data });
    if (event !== "tool_call" || data.status !== "completed") return;
    run.toolCalls += 1;
    const error = this.limits.afterCall(agent, run);
    if (!error) return;
    run.stop();
    this.endRun(agent, run, "ERROR", { error });
  }

  fold(agent, run, event, data) {
    const type = event === "assistant" ? "assistant_message" : event === "thinking" ? "thinking" : undefined;
    if (type) {
      if (run.open?.type !== type) {
        this.closeText(run);
        run.open = this.addStep(agent, run, { type, text: "" });
      }
      run.open.text += data.text;
      return;
    }
    this.closeText(run);
    if (event === "tool_call") {
      const known = agent.steps.findLast((step) => step.callId === data.callId && step.runId === run.id && !step.endedAt);
      const endedAt = data.status === "completed" ? now() : undefined;
      if (known) Object.assign(known, data, { endedAt });
      else this.addStep(agent, run, { type: "tool_call", ...data, endedAt });
    } else if (event === "notice") this.addStep(agent, run, { type: "notice", ...data, endedAt: now() });
    else {
      for (const step of agent.steps) if (step.type === "tool_call" && step.runId === run.id && !step.endedAt) Object.assign(step, { endedAt: now(), outcome: { type: "interrupted" } });
      if (event === "error") this.addStep(agent, run, { type: "error", ...data, endedAt: now() });
    }
  }

  closeText(run) {
    if (run.open) run.open.endedAt = now();
    run.open = undefined;
  }

  tellAgent(agent) {
    this.tell("agent", this.publicAgent(agent));
  }

  tell(event, data) {
    const entry = { id: ++this.sequence, event, data };
    this.log.push(entry);
    for (const follower of this.followers) follower(entry);
  }

  follow(lastEventId, runs, write, hello) {
    if (lastEventId === undefined) hello();
    else for (const { id, event, data } of this.log.filter(({ id: known }) => known > Number(lastEventId))) write(event, data, id);
    const follower = ({ id, event, data }) => write(event, data, id);
    this.followers.add(follower);
    const stops = runs.map((text) => {
      const [runId, after] = text.split("@");
      const run = this.runs.get(runId);
      if (!run) return () => undefined;
      const tell = ({ id, event, data }) => write("run_event", { runId, eventId: id, event, data });
      write("run_event", { runId, event: "status", data: { runId, status: run.status } });
      const start = after ? run.events.findIndex(({ id }) => id === after) + 1 : 0;
      run.events.slice(start).forEach(tell);
      run.subscribers.add(tell);
      return () => run.subscribers.delete(tell);
    });
    return () => {
      this.followers.delete(follower);
      for (const stop of stops) stop();
    };
  }
}
