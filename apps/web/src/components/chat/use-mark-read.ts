import { useEffect } from "react";

import { patchAgent } from "../../api/agents";
import type { Agent } from "../../api/types";

/** Marks the chat as read while it is open in a tab that can be seen. */
export function useMarkRead(agent: Agent | undefined): void {
  const id = agent?.unread ? agent.id : undefined;
  useEffect(() => {
    if (!id) return;
    const mark = () => {
      if (document.visibilityState === "visible") patchAgent(id, { unread: false }).catch(() => undefined);
    };
    mark();
    document.addEventListener("visibilitychange", mark);
    return () => document.removeEventListener("visibilitychange", mark);
  }, [id]);
}
