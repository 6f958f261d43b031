/**
 * What the stream tells goes into the query cache, so that every list and header is as the
 * server has it without asking again.
 */
import type { InfiniteData, QueryClient } from "@tanstack/react-query";

import type { StateEvent } from "../streams/events";
import type { Link } from "../streams/link";
import type { AgentFilter } from "./agents";
import { refetchQueue } from "./queue-changes";
import { type Agent, isLive, type Page, type QueueState, type Run } from "./types";
import { movedWorkspace, refetchWorkspace } from "./workspace-changes";

type AgentPages = InfiniteData<Page<Agent>, string | undefined>;

/** The agents as they were last told, and when: an answer that was made earlier but arrives later must not undo that. */
const told = new Map<string, { agent: Agent; at: number }>();
/** When agents were told to be deleted. */
const gone = new Map<string, number>();
/** The same for runs: those that ended lately. */
const ended = new Map<string, Run>();
const ENDED_KEPT = 200;

export function newestRun(run: Run): Run {
  return (isLive(run) && ended.get(run.id)) || run;
}

/** The agent, or what is known of it that is newer. `asked`: when the question was put to which it is the answer. */
export function newest(agent: Agent, asked = performance.now()): Agent {
  const entry = told.get(agent.id);
  if (!entry) return agent;
  const known = entry.agent;
  const age = Date.parse(known.updatedAt) - Date.parse(agent.updatedAt);
  // Not every change (of its queue, say) moves its time: what was told since it was asked for counts.
  if (age > 0 || (age === 0 && entry.at > asked)) return { totalUsage: agent.totalUsage, ...known };
  // A run that has ended does not go on, whatever answer is still on its way.
  const over = known.latestRun && known.latestRun.id === agent.latestRun?.id && !isLive(known.latestRun) && isLive(agent.latestRun);
  return over ? { ...agent, latestRun: known.latestRun, unread: known.unread } : agent;
}

/** A page of the list as it is by now: `asked` is when it was asked for, and some of it has changed since. */
export function newestPage(page: Page<Agent>, filter: AgentFilter, isFirst: boolean, asked: number): Page<Agent> {
  const items = page.items.filter(({ id }) => (gone.get(id) ?? 0) <= asked).map((agent) => newest(agent, asked));
  if (!isFirst) return { ...page, items };
  let pages: AgentPages = { pages: [{ ...page, items }], pageParams: [undefined] };
  for (const { agent, at } of told.values()) if (at > asked) pages = placed(pages, agent, filter);
  return pages.pages[0] ?? page;
}

export function connectCache(client: QueryClient, link: Link): () => void {
  return link.onState((event) => applyState(client, event));
}

export function applyState(client: QueryClient, event: StateEvent): void {
  switch (event.event) {
    case "hello":
    case "reset":
      told.clear();
      gone.clear();
      void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== "session" });
      break;
    case "agent":
      applyAgent(client, event.data);
      // Its own limits may be what changed.
      fetchAgain(client, ["agent-limits", event.data.id]);
      break;
    case "agent_deleted":
      removeAgent(client, event.data.id);
      break;
    case "run":
      applyRun(client, event.data);
      break;
    case "queue":
      applyQueue(client, event.data.agentId, event.data);
      refetchQueue(client, event.data.agentId);
      break;
    case "limits":
      fetchAgain(client, ["limits"]);
      fetchAgain(client, ["agent-limits"]);
      break;
    case "doctor":
      void client.invalidateQueries({ queryKey: ["doctor"] });
      void client.invalidateQueries({ queryKey: ["models"] });
      break;
  }
}

export function applyAgent(client: QueryClient, incoming: Agent): void {
  const agent = newest(incoming);
  if (movedWorkspace(client.getQueryData<Agent>(["agent", agent.id]), agent)) refetchWorkspace(client, agent.id);
  told.set(agent.id, { agent, at: performance.now() });
  // What an agent no longer has is left out, so only what events never tell stays.
  client.setQueryData<Agent>(["agent", agent.id], (known) => ({ totalUsage: known?.totalUsage, ...agent }));
  for (const [key, pages] of client.getQueriesData<AgentPages>({ queryKey: ["agents"] })) {
    if (pages) client.setQueryData<AgentPages>(key, placed(pages, agent, key[1] as AgentFilter));
  }
}

export function removeAgent(client: QueryClient, id: string): void {
  told.delete(id);
  gone.set(id, performance.now());
  // Who has the chat open finds that it is gone.
  void client.resetQueries({ queryKey: ["agent", id] });
  client.setQueriesData<AgentPages>({ queryKey: ["agents"] }, (pages) => pages && without(pages, id));
}

export function applyRun(client: QueryClient, run: Run): void {
  if (!isLive(run)) {
    ended.set(run.id, run);
    const oldest = ended.keys().next().value;
    if (ended.size > ENDED_KEPT && oldest !== undefined) ended.delete(oldest);
    // What it used is spent now.
    fetchAgain(client, ["limits"]);
    fetchAgain(client, ["agent-limits", run.agentId]);
    // What it worked on is as it left it.
    refetchWorkspace(client, run.agentId);
  }
  const isOlder = (known: Run) => known.id === run.id && !isLive(known) && isLive(run);
  client.setQueryData<Page<Run>>(["runs", run.agentId], (page) => {
    if (!page || page.items.some(isOlder)) return page;
    const known = page.items.some(({ id }) => id === run.id);
    return { ...page, items: known ? page.items.map((item) => (item.id === run.id ? run : item)) : [run, ...page.items] };
  });
  const withRun = (agent: Agent): Agent => {
    const latest = agent.latestRun;
    if (agent.id !== run.agentId || (latest && (isOlder(latest) || latest.createdAt > run.createdAt))) return agent;
    return { ...agent, latestRunId: run.id, latestRun: run };
  };
  changeAgent(client, run.agentId, withRun);
}

/** Notes how many prompts of a chat wait, and whether they go on. */
export function applyQueue(client: QueryClient, agentId: string, { total, paused }: QueueState): void {
  const queue = total > 0 ? { total, paused } : undefined;
  changeAgent(client, agentId, (agent) => (agent.id === agentId ? { ...agent, queue } : agent));
}

/** Changes an agent wherever it is held, where it stands. */
function changeAgent(client: QueryClient, id: string, change: (agent: Agent) => Agent): void {
  const known = told.get(id)?.agent;
  if (known) told.set(id, { agent: change(known), at: performance.now() });
  client.setQueryData<Agent>(["agent", id], (agent) => agent && change(agent));
  client.setQueriesData<AgentPages>(
    { queryKey: ["agents"] },
    (pages) => pages && { ...pages, pages: pages.pages.map((page) => ({ ...page, items: page.items.map(change) })) },
  );
}

/** Fetches what is shown of it again. An answer that is on its way, be it the first, may tell of before. */
function fetchAgain(client: QueryClient, queryKey: readonly string[]): void {
  void client.cancelQueries({ queryKey }).then(() => client.invalidateQueries({ queryKey }));
}

/** Puts an agent where it belongs: newest first, and out of lists it does not match. */
function placed(pages: AgentPages, agent: Agent, filter: AgentFilter): AgentPages {
  const rest = without(pages, agent.id);
  const shown =
    (filter.includeArchived || agent.status === "ACTIVE") && (!filter.query || agent.name.toLowerCase().includes(filter.query.toLowerCase()));
  if (!shown) return rest;
  let placedAlready = false;
  const last = rest.pages.length - 1;
  return {
    ...rest,
    pages: rest.pages.map((page, number) => {
      if (placedAlready) return page;
      let index = page.items.findIndex((item) => item.updatedAt <= agent.updatedAt);
      // Behind everything that was fetched: it belongs to a later page, if there is one.
      if (index < 0 && number === last && !page.nextCursor) index = page.items.length;
      if (index < 0) return page;
      placedAlready = true;
      return { ...page, items: page.items.toSpliced(index, 0, agent) };
    }),
  };
}

function without(pages: AgentPages, id: string): AgentPages {
  return { ...pages, pages: pages.pages.map((page) => ({ ...page, items: page.items.filter((item) => item.id !== id) })) };
}
