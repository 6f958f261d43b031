import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useSearchParams } from "react-router";

import { directoriesQuery, doctorQuery } from "../api/queries";
import type { Driver, Permission } from "../api/types";
import { Composer } from "../components/chat/Composer";
import { type ChatSettings, SettingChips } from "../components/chat/SettingChips";
import { CliMissing } from "../components/machine/CliMissing";
import { NotSignedIn } from "../components/machine/NotSignedIn";
import { AskPermission } from "../components/new-chat/AskPermission";
import { ConfirmDemo } from "../components/new-chat/ConfirmDemo";
import { CopyChip } from "../components/new-chat/CopyChip";
import { isOwn, type Source, sourceFields } from "../components/new-chat/source";
import { SourceChip } from "../components/new-chat/SourceChip";
import { useStartChat } from "../components/new-chat/use-start-chat";
import { PageMessage } from "../components/PageMessage";
import { PageHeader } from "../components/PageHeader";
import { Badge } from "../ui/Badge";
import { Chip } from "../ui/Chip";
import { ChoiceMenu } from "../ui/Menu";

const drivers = [
  { value: "cursor", label: "Cursor", description: "The Cursor CLI on this machine." },
  { value: "demo", label: "Demo", description: "A script without AI that shows what a chat looks like." },
] as const;

export default function NewChatPage() {
  const doctor = useQuery(doctorQuery);
  const [search] = useSearchParams();
  const wantsDemo = search.has("demo");
  if (doctor.isPending) return <PageMessage title="" loading="Loading" />;
  // When the doctor cannot be asked, the chat says by itself what is wrong.
  const missing = doctor.data !== undefined && doctor.data.cursor.path === undefined;
  if (missing && !wantsDemo) return <CliMissing doctor={doctor.data} />;
  return <NewChat key={String(wantsDemo)} wantsDemo={wantsDemo} missing={missing} demoPath={doctor.data?.demo.projectPath} loggedIn={doctor.data?.cursor.login.loggedIn ?? true} />;
}

interface NewChatProps {
  wantsDemo: boolean;
  missing: boolean;
  demoPath: string | undefined;
  loggedIn: boolean;
}

function NewChat({ wantsDemo, missing, demoPath, loggedIn }: NewChatProps) {
  const startChat = useStartChat();
  const [driver, setDriver] = useState<Driver>(wantsDemo ? "demo" : "cursor");
  // Each agent has its own: what was chosen for the one must not be worked on by the other unasked.
  const [chosenSources, setChosenSources] = useState<Partial<Record<Driver, Source>>>({});
  const [settings, setSettings] = useState<ChatSettings>({ permission: undefined, mode: "agent", model: undefined });
  const [sending, setSending] = useState(false);
  const [asking, setAsking] = useState<{ about: "permission" | "demo"; path: string; answer(permission?: Permission): void }>();

  const home = useQuery(directoriesQuery(undefined)).data;
  const sample: Source | undefined = driver === "demo" && demoPath ? { type: "local", path: demoPath } : undefined;
  const source = chosenSources[driver] ?? sample ?? lastUsed(home?.recent, demoPath);
  const path = source?.type === "local" ? source.path : undefined;
  const inSample = driver === "demo" && path !== undefined && path === demoPath;
  const directory = useQuery({ ...directoriesQuery(path), enabled: path !== undefined, placeholderData: undefined });
  // In a workspace of its own there is nothing to protect from the agent.
  const remembered = isOwn(source) || inSample ? "everything" : directory.data?.permission;
  const permission = settings.permission ?? remembered;

  const choose = (next: Source) => setChosenSources({ ...chosenSources, [driver]: next });

  const ask = (about: "permission" | "demo", where: string) =>
    new Promise<Permission | true | undefined>((resolve) => {
      const answer = (value?: Permission | true) => {
        setAsking(undefined);
        resolve(value);
      };
      setAsking({ about, path: where, answer: (value) => answer(about === "demo" ? (value ? true : undefined) : value) });
    });

  const send = async (text: string): Promise<boolean> => {
    if (!source) return false;
    if (driver === "demo" && !isOwn(source) && path !== undefined && !inSample && !(await ask("demo", path))) return false;
    let allowed = permission;
    if (!allowed && path !== undefined) {
      allowed = (await ask("permission", path)) as Permission | undefined;
      if (!allowed) return false;
    }
    setSending(true);
    const started = await startChat({
      prompt: { text },
      ...sourceFields(source),
      driver,
      mode: settings.mode,
      permission: allowed ?? "everything",
      ...(settings.model ? { model: { id: settings.model } } : {}),
    });
    setSending(false);
    return started;
  };

  return (
    <div className="flex h-full flex-col">
      <PageHeader title="New chat" />
      <div className="flex min-h-0 flex-1 flex-col overflow-y-auto">
        <div className="mx-auto flex w-full max-w-170 flex-col gap-4 px-4 pb-8 pt-[max(1.5rem,14vh)] sm:px-6">
          <h2 className="flex items-center gap-2 text-[22px] font-semibold tracking-tight">
            What should be done?
            {driver === "demo" && <Badge tone="warn">Demo</Badge>}
          </h2>
          {driver === "cursor" && !missing && !loggedIn && <NotSignedIn />}
          {driver === "demo" && <p className="text-sm text-dim">The demo is a script without AI: whatever you write, it reads, edits and runs something, so that you see how a chat works{inSample ? ", in a sample project of its own" : ""}.</p>}
          <div className="flex min-w-0 flex-wrap items-center gap-2">
            <SourceChip source={source} samplePath={demoPath} offersSample={driver === "demo"} onChange={choose} />
            {source?.type === "local" && !inSample && (directory.data?.isGit || source.copy) && <CopyChip source={source} onChange={choose} />}
            <ChoiceMenu
              label="Agent"
              side="bottom"
              value={driver}
              choices={missing ? drivers.slice(1) : drivers}
              onChange={(next) => {
                setDriver(next);
                // The demo begins in its sample project each time it is chosen.
                if (next === "demo") setChosenSources({ ...chosenSources, demo: undefined });
                setSettings({ ...settings, permission: undefined, model: undefined });
              }}
              trigger={
                <Chip icon="spark" label="Agent" className="border border-line-strong bg-raised text-ink">
                  {driver === "demo" ? "Demo" : "Cursor"}
                </Chip>
              }
            />
          </div>
          <Composer draftKey="new" label="Prompt" placeholder={source ? "Describe a task or ask a question" : "Choose where to work first, then describe a task"} rows={3} autoFocus sending={sending} disabled={!source} onSend={send}>
            <SettingChips driver={driver} settings={{ ...settings, permission }} onChange={(change) => setSettings({ ...settings, ...change, model: change.model === undefined ? settings.model : (change.model ?? undefined) })} />
          </Composer>
        </div>
      </div>
      <AskPermission path={asking?.about === "permission" ? asking.path : undefined} onCancel={() => asking?.answer()} onChoose={(value) => asking?.answer(value)} />
      <ConfirmDemo path={asking?.about === "demo" ? asking.path : undefined} onCancel={() => asking?.answer()} onConfirm={() => asking?.answer("everything")} />
    </div>
  );
}

/** Most people go on where they were; the demo's own project is not such a place. */
function lastUsed(recent: { path: string }[] | undefined, demoPath: string | undefined): Source | undefined {
  const path = recent?.find((entry) => entry.path !== demoPath)?.path;
  return path === undefined ? undefined : { type: "local", path };
}
