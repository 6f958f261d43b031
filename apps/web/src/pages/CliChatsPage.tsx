import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";

import { errorMessage } from "../api/client";
import { cliChatsQuery, directoriesQuery } from "../api/queries";
import type { CliChat } from "../api/types";
import { PageHeader } from "../components/PageHeader";
import { Badge } from "../ui/Badge";
import { Chip } from "../ui/Chip";
import { ErrorNote } from "../ui/ErrorNote";
import { ChoiceMenu } from "../ui/Menu";
import { plural } from "../ui/numbers";
import { tilde } from "../ui/paths";
import { Age } from "../ui/time";

const ALL = "";

/** The chats made with the CLI in a terminal, by directory. */
export default function CliChatsPage() {
  const [directory, setDirectory] = useState(ALL);
  const chats = useQuery(cliChatsQuery(directory || undefined));
  const home = useQuery(directoriesQuery(undefined)).data?.home;
  const directories = chats.data?.directories ?? [];
  const groups = byDirectory(chats.data?.items ?? []);
  return (
    <div className="flex h-full flex-col">
      <PageHeader title="CLI chats">
        <ChoiceMenu
          label="Directory"
          side="bottom"
          value={directory}
          onChange={setDirectory}
          choices={[{ value: ALL, label: "All directories" }, ...directories.map(({ path, count }) => ({ value: path, label: tilde(path, home), description: plural(count, "chat") }))]}
          trigger={
            <Chip icon="folder" label="Directory" className="border border-line-strong">
              {directory ? tilde(directory, home) : "All directories"}
            </Chip>
          }
        />
      </PageHeader>
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className="mx-auto w-full max-w-190 space-y-6 px-4 py-5 sm:px-6">
          <p className="text-sm text-dim">Chats you had with the Cursor CLI in a terminal on this machine. Continuing one works on a copy; the original stays as it is.</p>
          {chats.error && <ErrorNote>{errorMessage(chats.error)}</ErrorNote>}
          {chats.isPending && <p role="status" className="text-sm text-dim">Loading chats…</p>}
          {chats.data?.items.length === 0 && <p className="rounded-lg border border-line bg-panel px-4 py-6 text-center text-sm text-dim">The CLI has no chats here yet.</p>}
          {[...groups].map(([path, items]) => (
            <section key={path}>
              <h2 className="mb-1.5 truncate font-mono text-xs text-dim" title={path}>
                {tilde(path, home)}
              </h2>
              <ul className="divide-y divide-line overflow-hidden rounded-lg border border-line">
                {items.map((chat) => (
                  <ChatRow key={chat.id} chat={chat} />
                ))}
              </ul>
            </section>
          ))}
        </div>
      </div>
    </div>
  );
}

function byDirectory(chats: CliChat[]): Map<string, CliChat[]> {
  const groups = new Map<string, CliChat[]>();
  for (const chat of chats) groups.set(chat.directory, [...(groups.get(chat.directory) ?? []), chat]);
  return groups;
}

function ChatRow({ chat }: { chat: CliChat }) {
  const to = chat.agentId ? `/agents/${chat.agentId}` : `/cli-chats/${encodeURIComponent(chat.id)}?directory=${encodeURIComponent(chat.directory)}`;
  return (
    <li>
      <Link to={to} className="flex min-h-11 items-center gap-3 px-3 py-2 text-sm outline-offset-[-2px] hover:bg-hover">
        <span className="min-w-0 flex-1 truncate">{chat.title || "Untitled chat"}</span>
        {chat.agentId && <Badge tone="accent">Continued here</Badge>}
        <Age iso={chat.updatedAt} className="shrink-0 text-xs text-faint" />
      </Link>
    </li>
  );
}
