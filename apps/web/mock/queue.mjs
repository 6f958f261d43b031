// The queue of an agent in the mock: prompts that wait, in order.
import { randomUUID } from "node:crypto";

const now = () => new Date().toISOString();

const WHY = {
  run_failed: "The last run failed. See what it says above, then go on.",
  run_stopped: "You stopped the last run.",
  limit_reached: "The last run reached a limit.",
  by_user: "Paused by you.",
};

export class Queues {
  /** `start(agent, prompt, id)` begins a run; `failure` makes an error for the answer. */
  constructor(store, start, failure) {
    Object.assign(this, { store, start, failure });
  }

  state(agent) {
    return { total: agent.queue.length, paused: agent.queue.length > 0 ? agent.paused : undefined };
  }

  list(agent, query = new URLSearchParams()) {
    const limit = Number(query.get("limit") ?? 20);
    const from = Number(query.get("cursor") ?? 0);
    return { items: agent.queue.slice(from, from + limit), nextCursor: from + limit < agent.queue.length ? String(from + limit) : undefined, ...this.state(agent) };
  }

  add(agent, { position = agent.queue.length, whenBusy: _whenBusy, ...prompt }) {
    const item = { id: `run-${randomUUID()}`, agentId: agent.id, ...prompt, createdAt: now(), updatedAt: now() };
    agent.queue.splice(position, 0, item);
    this.changed(agent);
    this.advance(agent);
    return item;
  }

  find(agent, id) {
    const index = agent.queue.findIndex((item) => item.id === id);
    if (index < 0) throw this.failure(404, "queued_prompt_not_found", "This prompt is no longer waiting: it has begun, or it was deleted.");
    return index;
  }

  patch(agent, id, { position, ...change }) {
    const [item] = agent.queue.splice(this.find(agent, id), 1);
    Object.assign(item, change, { updatedAt: now() });
    agent.queue.splice(position ?? this.lastIndex, 0, item);
    this.changed(agent);
    return item;
  }

  edit(agent, id, change) {
    this.lastIndex = this.find(agent, id);
    return this.patch(agent, id, change);
  }

  remove(agent, id) {
    agent.queue.splice(this.find(agent, id), 1);
    this.changed(agent);
    return { id };
  }

  clear(agent) {
    const removed = agent.queue.splice(0).length;
    agent.paused = undefined;
    this.changed(agent);
    return { removed };
  }

  send(agent, id) {
    const [item] = agent.queue.splice(this.find(agent, id), 1);
    agent.paused = undefined;
    const live = agent.runs.find((run) => ["CREATING", "RUNNING"].includes(run.status));
    this.held = agent;
    if (live) this.store.cancel(agent, live.id);
    this.held = undefined;
    agent.paused = undefined;
    this.changed(agent);
    return { run: this.start(agent, item, item.id) };
  }

  pause(agent, reason = "by_user", message = WHY[reason]) {
    agent.paused = { reason, message, at: now() };
    this.changed(agent);
    return this.list(agent);
  }

  resume(agent) {
    agent.paused = undefined;
    this.changed(agent);
    this.advance(agent);
    return this.list(agent);
  }

  /** A run has ended: the next goes on, or the queue says why it does not. */
  ended(agent, run) {
    if (this.held === agent || agent.queue.length === 0) return;
    if (run.status === "FINISHED") return this.advance(agent);
    this.pause(agent, run.status === "CANCELLED" ? "run_stopped" : /limit|timeout/.test(run.error?.code) ? "limit_reached" : "run_failed", run.error && !/limit/.test(run.error.code) ? undefined : run.error?.message);
  }

  advance(agent) {
    if (agent.paused || this.store.isBusy(agent)) return;
    const item = agent.queue.shift();
    if (!item) return;
    this.changed(agent);
    this.start(agent, item, item.id);
  }

  changed(agent) {
    this.store.tell("queue", { agentId: agent.id, ...this.state(agent) });
  }
}
