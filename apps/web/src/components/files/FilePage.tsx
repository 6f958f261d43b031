import { useQuery } from "@tanstack/react-query";

import { errorMessage } from "../../api/client";
import type { FileContent } from "../../api/workspace-types";
import { fileQuery, workspaceSettingsQuery } from "../../api/workspace-queries";
import { rawAddress } from "../../api/workspaces";
import { Button, buttonLook, IconButton } from "../../ui/Button";
import { CopyButton } from "../../ui/Copy";
import { ErrorNote } from "../../ui/ErrorNote";
import { Icon } from "../../ui/icons";
import { Menu, MenuItem } from "../../ui/Menu";
import { bytes } from "../../ui/numbers";
import { Age } from "../../ui/time";
import { editorLinks } from "../workspace/editor-links";
import { CodeLines } from "./CodeLines";

interface FilePageProps {
  agentId: string;
  /** The workspace's own path. */
  root: string;
  path: string;
}

/** One file: its text, its picture, or the way to have it. */
export function FilePage({ agentId, root, path }: FilePageProps) {
  const file = useQuery(fileQuery(agentId, path));
  const settings = useQuery(workspaceSettingsQuery).data;
  const { data, error } = file;
  return (
    <section aria-label={path} className="flex h-full flex-col">
      <header className="flex min-h-10 shrink-0 items-center gap-1 border-b border-line py-0.5 pl-3 pr-1 text-sm">
        <span className="min-w-0 flex-1 truncate [direction:rtl] text-left" title={path}>
          <bdi className="font-mono text-xs">{path}</bdi>
        </span>
        {data?.type === "file" && (
          <span className="shrink-0 px-1 text-xs text-faint max-sm:hidden">
            {bytes(data.size)} · <Age iso={data.modifiedAt} />
          </span>
        )}
        <CopyButton text={path} label="Copy the path" />
        <Menu align="end" trigger={<IconButton icon="external" size={14} label="Open in an editor" />}>
          {editorLinks(`${root.replace(/\/$/, "")}/${path}`, location.hostname, settings?.editorUrl).map(({ name, href }) => (
            <MenuItem key={name} icon="external" onSelect={() => window.open(href, "_self")}>
              Open in {name}
            </MenuItem>
          ))}
        </Menu>
        <a href={rawAddress(agentId, path, true)} download aria-label="Download the file" title="Download the file" className="inline-flex size-8 shrink-0 items-center justify-center rounded-md text-dim hover:bg-hover hover:text-ink touch:size-10">
          <Icon name="download" size={14} />
        </a>
      </header>
      <div className="min-h-0 flex-1">
        {error ? (
          <div className="p-4">
            <ErrorNote action={<Button onClick={() => void file.refetch()}>Try again</Button>}>{errorMessage(error)}</ErrorNote>
          </div>
        ) : data?.type === "file" ? (
          <Content agentId={agentId} file={data} />
        ) : (
          <p role="status" className="p-4 text-sm text-dim">
            {data ? "This is a directory." : "Loading the file…"}
          </p>
        )}
      </div>
    </section>
  );
}

/** Pictures are shown as such; an SVG may hold more than a picture, and is shown as text. */
function Content({ agentId, file }: { agentId: string; file: FileContent }) {
  if (file.mimeType.startsWith("image/") && file.binary) {
    return (
      <div className="flex h-full items-center justify-center overflow-auto p-6">
        <img src={rawAddress(agentId, file.path)} alt={file.path} className="max-h-full min-w-8 max-w-full border border-line bg-sunken object-contain [image-rendering:auto]" />
      </div>
    );
  }
  if (file.text === undefined) {
    return (
      <div className="flex h-full flex-col items-center justify-center gap-3 p-6 text-center text-sm text-dim">
        A binary file of {bytes(file.size)}.
        <a href={rawAddress(agentId, file.path, true)} download className={buttonLook()}>
          Download it
        </a>
      </div>
    );
  }
  return (
    <div className="flex h-full flex-col">
      {file.truncated && <p className="shrink-0 border-b border-line bg-warn-soft px-3 py-1.5 text-sm">This is the first part of {bytes(file.size)}. Download it for the rest.</p>}
      <div className="min-h-0 flex-1">
        <CodeLines text={file.text} path={file.path} />
      </div>
    </div>
  );
}
