import type { Agent } from "../../api/types";
import { isLive } from "../../api/types";
import { MenuItem, MenuSeparator } from "../../ui/Menu";
import type { AgentActions } from "./use-agent-actions";

interface AgentMenuItemsProps {
  agent: Agent;
  actions: AgentActions;
  /** A chat that is being looked at is read, whatever one would have it marked as. */
  open: boolean;
  onRename(): void;
}

/** What can be done to a chat, in its header and in the list. */
export function AgentMenuItems({ agent, actions, open, onRename }: AgentMenuItemsProps) {
  return (
    <>
      <MenuItem icon="pencil" onSelect={onRename}>
        Rename
      </MenuItem>
      {!open && !isLive(agent.latestRun) && (
        <MenuItem icon={agent.unread ? "check" : "bell"} onSelect={() => actions.mark(agent, !agent.unread)}>
          {agent.unread ? "Mark as read" : "Mark as unread"}
        </MenuItem>
      )}
      {agent.status === "ARCHIVED" ? (
        <MenuItem icon="archive" onSelect={() => actions.unarchive(agent)}>
          Bring back from the archive
        </MenuItem>
      ) : (
        <MenuItem icon="archive" onSelect={() => actions.archive(agent)}>
          Archive
        </MenuItem>
      )}
      {agent.terminalCommand && (
        <MenuItem icon="terminal" onSelect={() => actions.showTerminalCommand(agent)}>
          Continue in a terminal
        </MenuItem>
      )}
      <MenuItem icon="folder" onSelect={() => actions.showWorkspace(agent)}>
        Workspace of this chat
      </MenuItem>
      <MenuItem icon="gauge" onSelect={() => actions.showLimits(agent)}>
        Limits of this chat
      </MenuItem>
      <MenuSeparator />
      <MenuItem icon="trash" tone="danger" onSelect={() => actions.remove(agent)}>
        Delete
      </MenuItem>
    </>
  );
}
