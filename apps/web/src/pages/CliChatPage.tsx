import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useParams, useSearchParams } from "react-router";

import { errorMessage } from "../api/client";
import { cliChatQuery, directoriesQuery } from "../api/queries";
import type { Permission } from "../api/types";
import { Composer } from "../components/chat/Composer";
import { type ChatSettings, SettingChips } from "../components/chat/SettingChips";
import { Markdown } from "../components/markdown/Markdown";
import { AskPermission } from "../components/new-chat/AskPermission";
import { useStartChat } from "../components/new-chat/use-start-chat";
import { PageHeader } from "../components/PageHeader";
import { PageMessage } from "../components/PageMessage";
import { UserMessage } from "../components/steps/StepView";
import { Badge } from "../ui/Badge";

/** A chat of the CLI's own: read here, and continued as one of ours. */
export default function CliChatPage() {
  const { chatId = "" } = useParams();
  const [search] = useSearchParams();
  const directory = search.get("directory") ?? "";
  const chat = useQuery(cliChatQuery(chatId, directory));
  const place = useQuery(directoriesQuery(directory || undefined));
  const startChat = useStartChat();
  const [settings, setSettings] = useState<ChatSettings>({ permission: undefined, mode: "agent", model: undefined });
  const [sending, setSending] = useState(false);
  const [asking, setAsking] = useState<(permission: Permission | undefined) => void>();
  const permission = settings.permission ?? (place.isPlaceholderData ? undefined : place.data?.permission);

  const send = async (text: string): Promise<boolean> => {
    const allowed = permission ?? (await new Promise<Permission | undefined>((resolve) => setAsking(() => resolve)));
    setAsking(undefined);
    if (!allowed) return false;
    setSending(true);
    const started = await startChat({
      prompt: { text },
      workspace: { type: "local", path: directory },
      permission: allowed,
      mode: settings.mode,
      cliChat: { id: chatId, directory },
      ...(settings.model ? { model: { id: settings.model } } : {}),
    });
    setSending(false);
    return started;
  };

  if (chat.error) return <PageMessage title="The chat could not be opened" detail={errorMessage(chat.error)} />;
  return (
    <div className="flex h-full flex-col">
      <PageHeader title={chat.data?.chat.title || "CLI chat"}>
        <Badge>From the terminal</Badge>
      </PageHeader>
      {!chat.data ? (
        <PageMessage title="" loading="Opening the chat" />
      ) : (
        <div role="log" aria-label="Conversation" aria-live="off" tabIndex={0} className="flex min-h-0 flex-1 flex-col-reverse overflow-y-auto outline-offset-[-2px]">
          {/* Reversed, so that the browser opens it at its end. */}
          <div className="mx-auto mb-auto w-full max-w-190 space-y-4 px-4 py-5 sm:px-6">
            {chat.data.items.map(({ role, text }, index) => (role === "user" ? <UserMessage key={index} text={text} /> : <Markdown key={index} text={text} />))}
          </div>
        </div>
      )}
      <div className="mx-auto w-full max-w-190 shrink-0 px-3 pb-[max(0.75rem,env(safe-area-inset-bottom))] sm:px-6 sm:pb-4">
        <Composer draftKey={`cli-${chatId}`} label="Message" placeholder="Continue this chat here" autoFocus sending={sending} disabled={!chat.data} onSend={send}>
          <SettingChips driver="cursor" settings={{ ...settings, permission }} onChange={(change) => setSettings({ ...settings, ...change, model: change.model === undefined ? settings.model : (change.model ?? undefined) })} />
        </Composer>
      </div>
      <AskPermission path={asking ? directory : undefined} onCancel={() => asking?.(undefined)} onChoose={(value) => asking?.(value)} />
    </div>
  );
}
