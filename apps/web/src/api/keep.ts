import type { QueryClient } from "@tanstack/react-query";

/** Shows what a change was answered with. A look that was under way may have been answered before the change was, and counts no more. */
export async function keepAnswer<T>(client: QueryClient, query: { queryKey: readonly unknown[] }, answer: T): Promise<T> {
  await client.cancelQueries({ queryKey: query.queryKey, exact: true });
  client.setQueryData(query.queryKey, answer);
  return answer;
}
