import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useNavigate, useParams } from "react-router";

import { cancelRun, createRun } from "../api/agents";
import { ApiError, errorMessage } from "../api/client";
import { applyRun } from "../api/live";
import { agentQuery, runsQuery } from "../api/queries";
import type { Agent, CreateRun } from "../api/types";
import { isLive } from "../api/types";
import { ChatHeader } from "../components/chat/ChatHeader";
import { Composer } from "../components/chat/Composer";
import { SettingChips } from "../components/chat/SettingChips";
import { Transcript } from "../components/chat/Transcript";
import { type AgentActions, useAgentActions } from "../components/chat/use-agent-actions";
import { useMarkRead } from "../components/chat/use-mark-read";
import { NewChatLink } from "../components/NewChatLink";
import { PageMessage } from "../components/PageMessage";
import { type StepActions, StepActionsContext } from "../components/steps/actions";
import { openDialog } from "../stores/layout";
import { showToast } from "../stores/toasts";
import { useConversation } from "../streams/use-conversation";
import { Button } from "../ui/Button";

const GO_ON = "That is allowed now. Go on.";

export default function ChatPage() {
  const { agentId = "" } = useParams();
  const agent = useQuery(agentQuery(agentId));
  if (agent.data) return <Chat key={agentId} agent={agent.data} />;
  if (agent.error) {
    const gone = agent.error instanceof ApiError && agent.error.status === 404;
    return (
      <PageMessage title={gone ? "This chat is not here" : "The chat could not be opened"} detail={gone ? "It may have been deleted." : errorMessage(agent.error)}>
        {gone ? <NewChatLink /> : <Button onClick={() => void agent.refetch()}>Try again</Button>}
      </PageMessage>
    );
  }
  return <PageMessage title="" loading="Opening the chat" />;
}

function Chat({ agent }: { agent: Agent }) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const agentActions = useAgentActions();
  const [conversation, state] = useConversation(agent.id);
  const runs = useQuery(runsQuery(agent.id)).data?.items;
  const [stopping, setStopping] = useState<string>();
  useMarkRead(agent);

  const latestRun = agent.latestRun;
  const live = isLive(latestRun);
  // A run goes on for a moment after its answer, while its program ends.
  const finishing = live && state.liveRunId === latestRun?.id && state.finishing === true;
  const runsById = useMemo(() => {
    const known = new Map((runs ?? []).map((run) => [run.id, run]));
    if (latestRun) known.set(latestRun.id, latestRun);
    return known;
  }, [runs, latestRun]);
  const totals = useMemo(() => sumRuns([...runsById.values()]), [runsById]);

  const start = async (text: string, more: Omit<CreateRun, "prompt"> = {}): Promise<boolean> => {
    conversation.sending(text);
    try {
      const { run } = await createRun(agent.id, { prompt: { text }, ...more });
      applyRun(client, run);
      conversation.began(run, text);
      return true;
    } catch (error) {
      conversation.sending(undefined);
      showToast({ message: errorMessage(error), tone: "error" });
      return false;
    }
  };
  const stop = () => {
    if (!latestRun) return;
    setStopping(latestRun.id);
    cancelRun(agent.id, latestRun.id).catch((error: unknown) => {
      setStopping(undefined);
      // It ended by itself in the meantime.
      if (!(error instanceof ApiError && error.code === "run_not_cancellable")) showToast({ message: errorMessage(error), tone: "error" });
    });
  };
  const lastPrompt = state.steps.findLast((step) => step.type === "user_message")?.text;
  const actions: StepActions = {
    agentId: agent.id,
    directory: agent.workspace.path,
    driver: agent.driver,
    model: agent.model?.id,
    latestRunId: latestRun?.id,
    busy: live || state.sending !== undefined,
    allowAndGoOn: (allow) => void start(GO_ON, { allow }),
    allowEverythingAndGoOn: async () => {
      if (await agentActions.patch(agent, { permission: "everything" }, { permission: "everything" })) await start(GO_ON);
    },
    retry: () => void start(lastPrompt ?? "Go on."),
    retryWithModel: async (model) => {
      if (await agentActions.patch(agent, { model: model === null ? null : { id: model } }, { model: model === null ? undefined : { id: model } })) await start(lastPrompt ?? "Go on.");
    },
    startAfresh: () => void start(lastPrompt ?? "Go on.", { session: "fresh" }),
    signInToCursor: () => openDialog.set({ name: "cursor-login" }),
    useDemo: () => void navigate("/?demo"),
  };

  return (
    <StepActionsContext value={actions}>
      <div className="flex h-full min-w-0 flex-col">
        <ChatHeader agent={agent} actions={agentActions} finishing={finishing} totalMs={totals.ms} totalTokens={Math.max(agent.totalUsage?.totalTokens ?? 0, totals.tokens)} />
        {state.phase === "failed" ? (
          <PageMessage title="The conversation could not be loaded" detail={errorMessage(state.error)}>
            <Button onClick={() => void conversation.load()}>Try again</Button>
          </PageMessage>
        ) : state.phase === "loading" ? (
          <PageMessage title="" loading="Loading the conversation" />
        ) : (
          <Transcript conversation={conversation} state={state} runs={runsById} latestRun={latestRun} />
        )}
        <ChatComposer agent={agent} actions={agentActions} live={live} finishing={finishing} sending={state.sending !== undefined} stopping={live && stopping === latestRun?.id} onSend={start} onStop={stop} />
      </div>
    </StepActionsContext>
  );
}

interface ChatComposerProps {
  agent: Agent;
  actions: AgentActions;
  live: boolean;
  finishing: boolean;
  sending: boolean;
  stopping: boolean;
  onSend(text: string): Promise<boolean>;
  onStop(): void;
}

function ChatComposer({ agent, actions, live, finishing, sending, stopping, onSend, onStop }: ChatComposerProps) {
  const archived = agent.status === "ARCHIVED";
  return (
    <div className="mx-auto w-full max-w-190 shrink-0 px-3 pb-[max(0.75rem,env(safe-area-inset-bottom))] sm:px-6 sm:pb-4">
      {archived ? (
        <div className="flex items-center justify-between gap-3 rounded-xl border border-line bg-sunken px-4 py-3 text-sm text-dim">
          This chat is archived.
          <Button onClick={() => actions.unarchive(agent)}>Bring it back</Button>
        </div>
      ) : (
        <Composer
          draftKey={agent.id}
          label="Message"
          placeholder={finishing ? "Finishing … You can write while you wait." : live ? "The agent is working. You can write while you wait." : "Ask for a follow-up"}
          running={live}
          sending={sending}
          stopping={stopping}
          autoFocus
          onSend={onSend}
          onStop={onStop}
        >
          <SettingChips
            driver={agent.driver}
            settings={{ permission: agent.permission, mode: agent.mode, model: agent.model?.id }}
            onChange={({ permission, mode, model }) => {
              if (permission) void actions.patch(agent, { permission }, { permission });
              if (mode) void actions.patch(agent, { mode }, { mode });
              if (model !== undefined) void actions.patch(agent, { model: model === null ? null : { id: model } }, { model: model === null ? undefined : { id: model } });
            }}
          />
        </Composer>
      )}
    </div>
  );
}

function sumRuns(runs: { durationMs?: number; status: string; usage?: { totalTokens: number } }[]): { ms: number; tokens: number } {
  return runs.reduce((sum, run) => ({ ms: sum.ms + (run.durationMs ?? 0), tokens: sum.tokens + (run.usage?.totalTokens ?? 0) }), { ms: 0, tokens: 0 });
}
