import { useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { useLocation, useNavigate } from "react-router";

import { archiveAgent, deleteAgent, patchAgent, unarchiveAgent } from "../../api/agents";
import { errorMessage } from "../../api/client";
import { applyAgent, removeAgent } from "../../api/live";
import type { Agent, PatchAgent } from "../../api/types";
import { deleteWithUndo } from "../../stores/deletions";
import { openDialog } from "../../stores/layout";
import { showToast } from "../../stores/toasts";

export interface AgentActions {
  patch(agent: Agent, change: PatchAgent, shown?: Partial<Agent>): Promise<boolean>;
  rename(agent: Agent, name: string): void;
  mark(agent: Agent, unread: boolean): void;
  archive(agent: Agent): void;
  unarchive(agent: Agent): void;
  remove(agent: Agent): void;
  showTerminalCommand(agent: Agent): void;
  showLimits(agent: Agent): void;
  showWorkspace(agent: Agent): void;
}

/** What can be done to a chat. Every change is shown at once and taken back when the server refuses. */
export function useAgentActions(): AgentActions {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { pathname } = useLocation();
  return useMemo(() => {
    const optimistic = async (agent: Agent, shown: Partial<Agent>, send: () => Promise<unknown>): Promise<boolean> => {
      applyAgent(client, { ...agent, ...shown });
      try {
        await send();
        return true;
      } catch (error) {
        applyAgent(client, agent);
        showToast({ message: errorMessage(error), tone: "error" });
        return false;
      }
    };
    const patch: AgentActions["patch"] = (agent, change, shown = {}) => optimistic(agent, shown, () => patchAgent(agent.id, change));
    const setArchived = (agent: Agent, archived: boolean) =>
      optimistic(agent, { status: archived ? "ARCHIVED" : "ACTIVE" }, () => (archived ? archiveAgent(agent.id) : unarchiveAgent(agent.id)));
    const leave = (agent: Agent) => {
      if (pathname.split("/").includes(agent.id)) void navigate("/");
    };
    return {
      patch,
      rename: (agent, name) => void patch(agent, { name }, { name }),
      mark: (agent, unread) => void patch(agent, { unread }, { unread }),
      archive: (agent) => {
        void setArchived(agent, true);
        showToast({ message: `Archived “${agent.name || "Untitled chat"}”`, action: { label: "Undo", run: () => void setArchived(agent, false) } });
        leave(agent);
      },
      unarchive: (agent) => void setArchived(agent, false),
      remove: (agent) => {
        deleteWithUndo({ id: agent.id, name: agent.name || "Untitled chat" }, async (options) => {
          await deleteAgent(agent.id, options);
          removeAgent(client, agent.id);
        });
        leave(agent);
      },
      showLimits: (agent) => openDialog.set({ name: "chat-limits", agentId: agent.id }),
      showWorkspace: (agent) => openDialog.set({ name: "workspace", agentId: agent.id }),
      showTerminalCommand: (agent) => {
        if (agent.terminalCommand) openDialog.set({ name: "terminal", command: agent.terminalCommand });
      },
    };
  }, [client, navigate, pathname]);
}
