import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "react-router";

import { errorMessage } from "../../api/client";
import type { Agent } from "../../api/types";
import { workspaceSettingsQuery } from "../../api/workspace-queries";
import { archiveAddress, getPatch } from "../../api/workspaces";
import { openDialog } from "../../stores/layout";
import { showToast } from "../../stores/toasts";
import { IconButton } from "../../ui/Button";
import { writeClipboard } from "../../ui/Copy";
import { Menu, MenuItem, MenuSeparator } from "../../ui/Menu";
import { editorLinks } from "./editor-links";

/** The ways out of a workspace, and what is known of it. */
export function WorkspaceMenu({ agent }: { agent: Agent }) {
  const settings = useQuery(workspaceSettingsQuery).data;
  // Of what is looked at: the whole chat, a run, or a part of it.
  const [search] = useSearchParams();
  const range = { runId: search.get("run") ?? undefined, from: search.get("from") ?? undefined, to: search.get("to") ?? undefined };
  const { path, state } = agent.workspace;
  const there = state !== "pending" && state !== "given_up";
  const copyPatch = async () => {
    try {
      await writeClipboard(await getPatch(agent.id, range));
      showToast({ message: "The patch is copied. `git apply` takes it." });
    } catch (error) {
      showToast({ message: errorMessage(error), tone: "error" });
    }
  };
  return (
    <Menu align="end" trigger={<IconButton icon="more" label="Workspace menu" />}>
      {there &&
        editorLinks(path, location.hostname, settings?.editorUrl).map(({ name, href }) => (
          <MenuItem key={name} icon="external" onSelect={() => window.open(href, "_self")}>
            Open in {name}
          </MenuItem>
        ))}
      {there && <MenuSeparator />}
      {state !== "pending" && (
        <>
          <MenuItem icon="copy" onSelect={() => void copyPatch()}>
            Copy patch
          </MenuItem>
          <MenuItem icon="download" onSelect={() => window.open(archiveAddress(agent.id), "_self")}>
            Download as an archive
          </MenuItem>
          <MenuItem icon="undo" onSelect={() => openDialog.set({ name: "checkpoints", agentId: agent.id })}>
            Restore a checkpoint…
          </MenuItem>
        </>
      )}
      <MenuItem icon="info" onSelect={() => openDialog.set({ name: "workspace", agentId: agent.id })}>
        About this workspace
      </MenuItem>
    </Menu>
  );
}
