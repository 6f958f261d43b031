import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";

import { refetchWorkspace } from "../../api/workspace-changes";

/** While an agent works, its files are looked at again this often at most. */
const EVERY_MS = 2_500;

/** Fetches what is shown of a workspace again when the agent has done something, a moment after. */
export function useFreshWorkspace(agentId: string, endedCalls: number): void {
  const client = useQueryClient();
  const seen = useRef(endedCalls);
  const last = useRef(0);
  useEffect(() => {
    if (seen.current === endedCalls) return;
    // Calls that end while it waits are seen to by the same look.
    const timer = setTimeout(
      () => {
        seen.current = endedCalls;
        last.current = Date.now();
        refetchWorkspace(client, agentId);
      },
      Math.max(400, last.current + EVERY_MS - Date.now()),
    );
    return () => clearTimeout(timer);
  }, [client, agentId, endedCalls]);
}
