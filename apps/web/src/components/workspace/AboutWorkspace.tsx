import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { errorMessage } from "../../api/client";
import { agentQuery } from "../../api/queries";
import type { Workspace } from "../../api/workspace-types";
import { workspaceQuery } from "../../api/workspace-queries";
import { CommandLine, CopyButton } from "../../ui/Copy";
import { Dialog } from "../../ui/Dialog";
import { ErrorNote } from "../../ui/ErrorNote";
import { bytes } from "../../ui/numbers";
import { shownUrl } from "../new-chat/git-url";
import { fetchCommands } from "./fetch-commands";

const states: Record<NonNullable<Workspace["state"]>, string> = {
  pending: "Not prepared yet: the first run does that.",
  ready: "Ready",
  given_up: "Its files were put away to save space, with the work kept. They come back by themselves when something needs them.",
};

/** Where a chat works, what that takes, and how to get at it with git. */
export default function AboutWorkspace({ agentId, onClose }: { agentId: string; onClose(): void }) {
  const agent = useQuery(agentQuery(agentId)).data;
  const details = useQuery(workspaceQuery(agentId));
  const workspace = details.data ?? agent?.workspace;
  const repositories = details.data?.repositories ?? [];
  return (
    <Dialog open onClose={onClose} title="Workspace of this chat" wide>
      {details.error && <ErrorNote>{errorMessage(details.error)}</ErrorNote>}
      {workspace && (
        <dl className="divide-y divide-line text-sm">
          <Fact name="Directory">
            <Path path={workspace.path} />
          </Fact>
          {workspace.copyOf && (
            <Fact name="A copy of">
              <Path path={workspace.copyOf} />
            </Fact>
          )}
          <Fact name="State">{states[workspace.state ?? "ready"]}</Fact>
          {repositories.map(({ path, url, branch, base }) => (
            <Fact key={path} name={path || "Repository"}>
              {url && <span className="block break-all font-mono text-xs">{shownUrl(url)}</span>}
              {branch && (
                <span className="block">
                  On <code className="font-mono text-xs">{branch}</code>
                  {base && (
                    <>
                      , from <code className="font-mono text-xs">{base.ref}</code> at <code className="font-mono text-xs">{base.commit.slice(0, 8)}</code>
                    </>
                  )}
                </span>
              )}
            </Fact>
          ))}
          {repositories.length === 0 &&
            agent?.repos?.map(({ url, startingRef }) => (
              <Fact key={url} name="Repository">
                <span className="break-all font-mono text-xs">{shownUrl(url)}</span>
                {startingRef && ` at ${startingRef}`}
              </Fact>
            ))}
          {details.data?.sizeBytes !== undefined && <Fact name="On disk">{bytes(details.data.sizeBytes)}</Fact>}
          {workspace.ports && (
            <Fact name="Ports">
              {workspace.ports.first}–{workspace.ports.last}, free for what the agent starts: <code className="font-mono text-xs">CURSOR_SELFHOST_PORT</code> to <code className="font-mono text-xs">CURSOR_SELFHOST_PORT_END</code>
            </Fact>
          )}
        </dl>
      )}
      {workspace?.gitUrl && (
        <section className="mt-4 space-y-2">
          <h3 className="text-sm font-semibold">With git</h3>
          <p className="text-sm text-dim">
            Git asks for a password: that is a key, from <code className="font-mono text-xs">cursor-selfhost keys create</code>.
          </p>
          {fetchCommands(workspace.gitUrl, repositories[0]?.branch).map(({ label, command }) => (
            <CommandLine key={label} command={command} label={label} />
          ))}
        </section>
      )}
    </Dialog>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex flex-col gap-x-4 py-2 sm:flex-row">
      <dt className="w-28 shrink-0 truncate text-dim">{name}</dt>
      <dd className="min-w-0 flex-1 break-words">{children}</dd>
    </div>
  );
}

function Path({ path }: { path: string }) {
  return (
    <span className="flex items-start gap-1">
      <code className="min-w-0 flex-1 break-all font-mono text-xs leading-5">{path}</code>
      <CopyButton text={path} label="Copy the path" className="-my-1.5" />
    </span>
  );
}
