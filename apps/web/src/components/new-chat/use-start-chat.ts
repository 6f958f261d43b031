import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";

import { createAgent } from "../../api/agents";
import { errorMessage } from "../../api/client";
import { applyAgent } from "../../api/live";
import type { CreateAgent } from "../../api/types";
import { showToast } from "../../stores/toasts";

/** Starts a chat and opens it; false when the server refused. */
export function useStartChat(): (body: CreateAgent) => Promise<boolean> {
  const client = useQueryClient();
  const navigate = useNavigate();
  return async (body) => {
    try {
      const { agent, run } = await createAgent(body);
      applyAgent(client, { ...agent, latestRunId: run.id, latestRun: run });
      // The directory's permission is remembered now, and it is among the recent ones.
      void client.invalidateQueries({ queryKey: ["directories"] });
      void client.invalidateQueries({ queryKey: ["repositories"] });
      void client.invalidateQueries({ queryKey: ["cli-chats"] });
      void navigate(`/agents/${agent.id}`);
      return true;
    } catch (error) {
      showToast({ message: errorMessage(error), tone: "error" });
      return false;
    }
  };
}
