import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useSyncExternalStore } from "react";

import { diffFilesQuery, diffQuery, fileDiffQuery } from "../../api/workspace-queries";
import type { Diff, DiffRange, FileDiff } from "../../api/workspace-types";
import { inTreeOrder } from "./change-tree";
import type { Unloaded } from "./diff-rows";
import { FileLoader } from "./file-loader";

export interface Changes {
  /** Totals, points and warnings; its files are the first few. */
  diff: Diff | undefined;
  files: FileDiff[];
  unloaded: ReadonlyMap<string, Unloaded>;
  error: unknown;
  loading: boolean;
  /** Fetches the changes of these files, where they are not here yet. */
  want(paths: readonly string[]): void;
  /** Fetches those of one file, also when they are large. */
  load(path: string): void;
  reload(): Promise<unknown>;
}

/**
 * The changes of a range: the first files come whole in one answer; of more there is a list, and
 * what of them comes into sight is fetched file by file.
 */
export function useChanges(agentId: string, range: DiffRange): Changes {
  const client = useQueryClient();
  const first = useQuery(diffQuery(agentId, range));
  const more = first.data?.nextCursor !== undefined;
  const { data: pages, hasNextPage, isFetching, fetchNextPage, isError } = useInfiniteQuery({ ...diffFilesQuery(agentId, range), enabled: more });
  useEffect(() => {
    if (more && hasNextPage && !isFetching && !isError) void fetchNextPage();
  }, [more, hasNextPage, isFetching, isError, fetchNextPage]);

  const { dataUpdatedAt } = first;
  const loader = useMemo(() => {
    // Whatever was fetched beside an older answer is out of date.
    return new FileLoader(async (path) => (await client.fetchQuery(fileDiffQuery(agentId, range, path, dataUpdatedAt))).files.find((file) => file.path === path));
  }, [client, agentId, range, dataUpdatedAt]);
  const loaded = useSyncExternalStore(loader.subscribe, loader.get);

  const listed = useMemo(() => {
    const whole = first.data?.files ?? [];
    if (!more) return inTreeOrder(whole);
    const known = new Map(whole.map((file) => [file.path, file]));
    for (const file of pages?.pages.flatMap((page) => page.files) ?? []) if (!known.has(file.path)) known.set(file.path, file);
    return inTreeOrder([...known.values()]);
  }, [first.data, more, pages]);
  const unloaded = useMemo(() => new Map([...loaded].filter((entry): entry is [string, Unloaded] => "state" in entry[1])), [loaded]);
  const files = useMemo(
    () =>
      listed.map((file) => {
        const found = loaded.get(file.path);
        return found && !("state" in found) ? found : file;
      }),
    [listed, loaded],
  );
  return { diff: first.data, files, unloaded, error: first.error, loading: first.isPending, want: loader.want, load: loader.retry, reload: first.refetch };
}
