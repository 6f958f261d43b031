import { useInfiniteQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";

import { errorMessage } from "../../api/client";
import { agentsQuery } from "../../api/queries";
import { deletedAgents } from "../../stores/deletions";
import { useStore } from "../../stores/external";
import { IconButton } from "../../ui/Button";
import { Icon } from "../../ui/icons";
import { type Choice, ChoiceMenu } from "../../ui/Menu";
import { useAgentActions } from "../chat/use-agent-actions";
import { AgentRow } from "./AgentRow";

const ROW_HEIGHT = 50;
const filters: readonly Choice<"active" | "all">[] = [
  { value: "active", label: "Active chats" },
  { value: "all", label: "With archived" },
];

/** The chats, newest first: searched by the server, fetched as one scrolls. */
export function AgentList() {
  const [search, setSearch] = useState("");
  const [filter, setFilter] = useState<"active" | "all">("active");
  const query = useDeferredValue(useSettled(search.trim()));
  const agents = useInfiniteQuery(agentsQuery({ query: query || undefined, includeArchived: filter === "all" || undefined }));
  const deleted = useStore(deletedAgents);
  const actions = useAgentActions();
  const items = useMemo(() => (agents.data?.pages ?? []).flatMap((page) => page.items).filter(({ id }) => !deleted.has(id)), [agents.data, deleted]);

  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    getItemKey: (index) => items[index]!.id,
    estimateSize: () => ROW_HEIGHT,
    overscan: 8,
  });
  const shown = virtualizer.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = agents;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && last >= items.length - 10) void fetchNextPage();
  }, [last, items.length, hasNextPage, isFetchingNextPage, fetchNextPage]);

  return (
    <>
      <search className="flex items-center gap-1 px-2 pb-1.5">
        <div className="relative min-w-0 flex-1">
          <Icon name="search" size={14} className="pointer-events-none absolute left-2 top-1/2 -translate-y-1/2 text-faint" />
          <input
            type="search"
            id="chat-search"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === "Escape" && search) {
                event.stopPropagation();
                setSearch("");
              }
              if (event.key === "ArrowDown") {
                event.preventDefault();
                scroller.current?.querySelector<HTMLElement>("[data-agent-row]")?.focus();
              }
            }}
            aria-label="Search chats by title"
            placeholder="Search chats"
            className="h-8 w-full rounded-md border border-line bg-canvas pl-7 pr-2 text-sm placeholder:text-faint touch:h-10"
          />
        </div>
        <ChoiceMenu<"active" | "all">
          label="Which chats are listed"
          side="bottom"
          value={filter}
          choices={filters}
          onChange={setFilter}
          trigger={<IconButton icon="archive" label={filter === "all" ? "Archived chats are listed" : "Archived chats are not listed"} className={filter === "all" ? "text-accent-ink" : ""} />}
        />
      </search>
      <div ref={scroller} onKeyDown={moveFocus} className="min-h-0 flex-1 overflow-y-auto px-2 pb-2">
        {agents.error && !agents.data ? (
          <p role="alert" className="px-2 py-3 text-sm text-danger">
            {errorMessage(agents.error)}
          </p>
        ) : agents.isPending ? (
          <p role="status" className="px-2 py-3 text-sm text-dim">
            Loading chats…
          </p>
        ) : items.length === 0 ? (
          <p className="px-2 py-3 text-sm text-dim">{query ? `No chat is called “${query}”.` : "No chats yet."}</p>
        ) : (
          <ul className="relative" style={{ height: virtualizer.getTotalSize() }} aria-busy={agents.isFetchingNextPage}>
            {shown.map(({ index, key, start }) => (
              <li key={key} className="absolute inset-x-0 top-0" style={{ height: ROW_HEIGHT, transform: `translateY(${start}px)` }}>
                <AgentRow agent={items[index]!} actions={actions} />
              </li>
            ))}
          </ul>
        )}
      </div>
    </>
  );
}

/** Arrow keys go through the list. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (step === 0) return;
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-agent-row]")].sort(
    (a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top,
  );
  const index = rows.indexOf(document.activeElement as HTMLElement);
  if (index < 0) return;
  event.preventDefault();
  const next = rows[index + step];
  if (next) next.focus();
  else if (step < 0) document.getElementById("chat-search")?.focus();
}

/** The value once it has not changed for a moment. */
function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), 150);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
