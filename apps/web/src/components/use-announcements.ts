import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useNavigate } from "react-router";

import type { Agent, Page } from "../api/types";
import { isLive } from "../api/types";
import { deletedAgents } from "../stores/deletions";
import { pageTitle } from "../stores/layout";
import { notifyEnded } from "../stores/notifications";
import { link } from "../streams/link";

const TITLE = "Cursor Self-Host";

/** Tells outside of the page that runs ended: in its title, and by notifications for who wants them. */
export function useAnnouncements(): void {
  const client = useQueryClient();
  const navigate = useNavigate();

  useEffect(() => {
    const update = () => {
      // The chat that is being looked at is about to be marked as read.
      const looking = document.visibilityState === "visible" ? location.pathname.split("/agents/")[1]?.split("/")[0] : undefined;
      const unread = countUnread(client.getQueriesData<{ pages: Page<Agent>[] }>({ queryKey: ["agents"] }).map(([, data]) => data), looking);
      const title = tabTitle(pageTitle.get(), unread);
      if (document.title !== title) document.title = title;
    };
    update();
    const stops = [client.getQueryCache().subscribe(({ query }) => query.queryKey[0] === "agents" && update()), pageTitle.subscribe(update), deletedAgents.subscribe(update)];
    return () => {
      for (const stop of stops) stop();
      // Who signs out leaves no chat's name behind.
      document.title = TITLE;
    };
  }, [client]);

  useEffect(
    () =>
      link.onState((event) => {
        if (event.event !== "run" || isLive(event.data)) return;
        const { agentId } = event.data;
        const find = () => findAgent(client.getQueriesData<{ pages: Page<Agent>[] }>({ queryKey: ["agents"] }).map(([, data]) => data), agentId);
        const agent = find();
        if (agent) notifyEnded(event.data, agent, () => find()?.unread === true, () => void navigate(`/agents/${agentId}`));
      }),
    [client, navigate],
  );
}

/** “(1) Name · Cursor Self-Host” */
export function tabTitle(page: string | undefined, unread: number): string {
  return `${unread > 0 ? `(${unread}) ` : ""}${page ? `${page} · ` : ""}${TITLE}`;
}

type Lists = ({ pages: Page<Agent>[] } | undefined)[];

function agentsIn(lists: Lists): Agent[] {
  return lists.flatMap((list) => list?.pages.flatMap((page) => page.items) ?? []);
}

function findAgent(lists: Lists, id: string): Agent | undefined {
  return agentsIn(lists).find((agent) => agent.id === id);
}

/** Chats whose run has ended and that no one has looked at since, each once. */
function countUnread(lists: Lists, looking: string | undefined): number {
  const deleted = deletedAgents.get();
  return new Set(
    agentsIn(lists)
      .filter((agent) => agent.unread && agent.id !== looking && !isLive(agent.latestRun) && agent.status === "ACTIVE" && !deleted.has(agent.id))
      .map(({ id }) => id),
  ).size;
}
