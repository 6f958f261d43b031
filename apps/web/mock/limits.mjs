// Limits in the mock: of runs at once, tool calls of a run and a chat, and a day's tool calls.
const RUN = { minutes: 240, silenceMinutes: 30, outputMegabytes: 512, toolCalls: null, tokens: null, repeatedFailures: 5 };
const BUDGET = { minutes: null, toolCalls: null, tokens: null };
const limits = { concurrentRuns: 4, run: RUN, chat: { ...BUDGET }, day: { ...BUDGET } };

function checked(change, failure) {
  for (const value of Object.values(change ?? {})) if (value !== null && (!Number.isInteger(value) || value < 1 || value > 1_000_000_000)) throw failure(400, "validation_error", "A limit is a whole number from 1 to 1,000,000,000, or null for none.");
  return change;
}

function spent(runs) {
  const sum = (value) => runs.reduce((total, run) => total + (value(run) ?? 0), 0);
  return { minutes: Math.floor(sum((run) => run.durationMs) / 60_000), toolCalls: sum((run) => run.toolCalls), tokens: sum((run) => run.usage?.totalTokens) };
}

const reached = (budget, used) => Object.keys(budget).find((field) => budget[field] !== null && used[field] >= budget[field]);

export class LimitBook {
  constructor(store, failure) {
    Object.assign(this, { store, failure });
  }

  all() {
    return { ...limits, today: spent([...this.store.runs.values()]) };
  }

  patch({ concurrentRuns, run, chat, day }) {
    if (concurrentRuns !== undefined) limits.concurrentRuns = checked({ concurrentRuns }, this.failure).concurrentRuns;
    for (const [name, change] of Object.entries({ run, chat, day })) Object.assign(limits[name], checked(change, this.failure));
    this.store.tell("limits", {});
    this.store.releaseHeld();
    return this.all();
  }

  of(agent) {
    const own = (change) => Object.fromEntries(Object.entries(change ?? {}).filter(([, value]) => value !== null));
    const overrides = { run: own(agent.limits?.run), chat: own(agent.limits?.chat) };
    return { run: { ...limits.run, ...overrides.run }, chat: { ...limits.chat, ...overrides.chat }, overrides, spent: spent(agent.runs) };
  }

  patchAgent(agent, { run, chat }) {
    agent.limits = { run: { ...agent.limits?.run, ...checked(run, this.failure) }, chat: { ...agent.limits?.chat, ...checked(chat, this.failure) } };
    this.store.tell("limits", {});
    return this.of(agent);
  }

  /** The error with which a run ends that has made one call more, if it does. */
  afterCall(agent, run) {
    const { run: own, chat, spent: used } = this.of(agent);
    if (own.toolCalls !== null && run.toolCalls >= own.toolCalls) return { code: "tool_call_limit", message: `The run made ${run.toolCalls} tool calls, as many as one run may.` };
    if (reached(chat, used)) return { code: "chat_limit_reached", message: this.chatMessage(agent) };
    return undefined;
  }

  chatMessage(agent) {
    const { chat, spent: used } = this.of(agent);
    const field = reached(chat, used);
    return field && `This chat has used ${used[field]} of the ${chat[field]} ${field === "toolCalls" ? "tool calls" : field} it is allowed.`;
  }

  dayMessage() {
    const field = reached(limits.day, this.all().today);
    return field && `The last 24 hours used ${this.all().today[field]} of ${limits.day[field]} ${field === "toolCalls" ? "tool calls" : field}.`;
  }

  get concurrentRuns() {
    return limits.concurrentRuns ?? Infinity;
  }
}
