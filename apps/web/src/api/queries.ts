/** Every query of the page: its key and how it is fetched. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import { type AgentFilter, getAgent, listAgents, listRuns } from "./agents";
import { listRepositories } from "./git";
import { getAgentLimits, getLimits } from "./limits";
import { newest, newestPage, newestRun } from "./live";
import { getCliChat, getDoctor, getLogin, getSession, listCliChats, listDirectories, listModels } from "./machine";
import { listQueue } from "./queue";
import type { Driver } from "./types";

export const sessionQuery = queryOptions({ queryKey: ["session"], queryFn: getSession, retry: false, staleTime: Infinity });

export const doctorQuery = queryOptions({ queryKey: ["doctor"], queryFn: () => getDoctor(), staleTime: 60_000 });

export const agentsQuery = (filter: AgentFilter) =>
  infiniteQueryOptions({
    queryKey: ["agents", filter],
    queryFn: async ({ pageParam, signal }) => {
      const asked = performance.now();
      return newestPage(await listAgents(filter, pageParam, signal), filter, pageParam === undefined, asked);
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: (previous) => previous,
  });

export const agentQuery = (id: string) =>
  queryOptions({
    queryKey: ["agent", id],
    queryFn: async ({ signal }) => {
      const asked = performance.now();
      return newest(await getAgent(id, signal), asked);
    },
  });

export const runsQuery = (agentId: string) =>
  queryOptions({
    queryKey: ["runs", agentId],
    queryFn: async ({ signal }) => {
      const page = await listRuns(agentId, signal);
      return { ...page, items: page.items.map(newestRun) };
    },
  });

export const queueQuery = (agentId: string) =>
  infiniteQueryOptions({
    queryKey: ["queue", agentId],
    queryFn: ({ pageParam, signal }) => listQueue(agentId, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor,
  });

// What is spent grows with every run, also in chats that no event is told of here.
export const limitsQuery = queryOptions({ queryKey: ["limits"], queryFn: ({ signal }) => getLimits(signal), staleTime: 0 });

export const agentLimitsQuery = (agentId: string) =>
  queryOptions({ queryKey: ["agent-limits", agentId], queryFn: ({ signal }) => getAgentLimits(agentId, signal), staleTime: 0 });

export const modelsQuery = (driver: Driver) => queryOptions({ queryKey: ["models", driver], queryFn: () => listModels(driver), staleTime: 300_000 });

export const directoriesQuery = (path: string | undefined, hidden = false) =>
  queryOptions({
    queryKey: ["directories", path ?? "", hidden],
    queryFn: ({ signal }) => listDirectories(path, hidden, signal),
    retry: false,
    placeholderData: (previous) => previous,
  });

export const repositoriesQuery = queryOptions({ queryKey: ["repositories"], queryFn: ({ signal }) => listRepositories(signal), staleTime: 0, retry: false });

export const cliChatsQuery = (directory: string | undefined) => queryOptions({ queryKey: ["cli-chats", directory ?? ""], queryFn: () => listCliChats(directory) });

export const cliChatQuery = (id: string, directory: string) =>
  queryOptions({ queryKey: ["cli-chat", id, directory], queryFn: () => getCliChat(id, directory) });

export const loginQuery = queryOptions({
  queryKey: ["cursor-login"],
  queryFn: getLogin,
  staleTime: 0,
  refetchInterval: ({ state }) => (state.data?.state === "waiting" ? 1_500 : false),
});
