/** The queries of workspaces: their keys begin with what `refetchWorkspace` fetches again. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import { getRefs, getWorkspaceSettings, listCredentials } from "./git";
import { getDiff, getWorkspace, listCheckpoints, listFiles, searchFiles } from "./workspaces";
import type { DiffRange, FileEntry } from "./workspace-types";

export const workspaceQuery = (agentId: string) => queryOptions({ queryKey: ["workspace", agentId], queryFn: ({ signal }) => getWorkspace(agentId, signal) });

/** The first files of a diff with their changes: small diffs are one request. */
export const diffQuery = (agentId: string, range: DiffRange) =>
  queryOptions({ queryKey: ["diff", agentId, "first", range], queryFn: ({ signal }) => getDiff(agentId, range, {}, signal), retry: false });

/** Every file of a larger diff, without its changes. */
export const diffFilesQuery = (agentId: string, range: DiffRange) =>
  infiniteQueryOptions({
    queryKey: ["diff", agentId, "files", range],
    queryFn: ({ pageParam, signal }) => getDiff(agentId, range, { hunks: false, limit: 1_000, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor,
  });

/** The changes of one file, beside the list that was answered `at` that time. */
export const fileDiffQuery = (agentId: string, range: DiffRange, path: string, at: number) =>
  queryOptions({ queryKey: ["diff", agentId, "file", range, path, at], queryFn: ({ signal }) => getDiff(agentId, range, { path }, signal), retry: false, gcTime: 60_000 });

export const checkpointsQuery = (agentId: string) =>
  infiniteQueryOptions({
    queryKey: ["checkpoints", agentId],
    queryFn: ({ pageParam, signal }) => listCheckpoints(agentId, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor,
  });

/** More than these are looked for by name. */
const MOST_ENTRIES = 5_000;

export const directoryQuery = (agentId: string, path: string) =>
  queryOptions({
    queryKey: ["files", agentId, "directory", path],
    queryFn: async ({ signal }) => {
      const items: FileEntry[] = [];
      let cursor: string | undefined;
      do {
        const page = await listFiles(agentId, path, cursor, signal);
        if (page.type !== "directory") break;
        items.push(...page.items);
        cursor = page.nextCursor;
      } while (cursor !== undefined && items.length < MOST_ENTRIES);
      return { items, more: cursor !== undefined };
    },
    retry: false,
  });

export const fileQuery = (agentId: string, path: string) =>
  queryOptions({ queryKey: ["files", agentId, "file", path], queryFn: ({ signal }) => listFiles(agentId, path, undefined, signal), retry: false });

export const fileSearchQuery = (agentId: string, query: string) =>
  queryOptions({
    queryKey: ["files", agentId, "search", query],
    queryFn: ({ signal }) => searchFiles(agentId, query, signal),
    placeholderData: (previous) => previous,
    staleTime: 5_000,
    gcTime: 30_000,
  });

// A remote changes without telling: what was looked up a minute ago is looked up again.
export const refsQuery = (url: string) => queryOptions({ queryKey: ["refs", url], queryFn: ({ signal }) => getRefs(url, signal), retry: false, staleTime: 60_000 });

export const credentialsQuery = queryOptions({ queryKey: ["git-credentials"], queryFn: ({ signal }) => listCredentials(signal) });

export const workspaceSettingsQuery = queryOptions({ queryKey: ["workspace-settings"], queryFn: ({ signal }) => getWorkspaceSettings(signal) });
