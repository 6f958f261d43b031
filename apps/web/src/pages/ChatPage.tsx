import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useNavigate, useParams } from "react-router";

import { ApiError, errorMessage } from "../api/client";
import { agentQuery, runsQuery } from "../api/queries";
import type { Agent } from "../api/types";
import { isLive } from "../api/types";
import { ChatComposer } from "../components/chat/ChatComposer";
import { ChatHeader } from "../components/chat/ChatHeader";
import { Transcript } from "../components/chat/Transcript";
import { useAgentActions } from "../components/chat/use-agent-actions";
import { useMarkRead } from "../components/chat/use-mark-read";
import { useSend } from "../components/chat/use-send";
import { useAllowance } from "../components/limits/use-allowance";
import { NewChatLink } from "../components/NewChatLink";
import { PageMessage } from "../components/PageMessage";
import { type StepActions, StepActionsContext } from "../components/steps/actions";
import { openDialog } from "../stores/layout";
import { useConversation } from "../streams/use-conversation";
import { Button } from "../ui/Button";

const ALLOWED = "That is allowed now. Go on.";
const GO_ON = "Go on where you stopped.";

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
  const agentActions = useAgentActions();
  const [conversation, state] = useConversation(agent.id);
  const runs = useQuery(runsQuery(agent.id)).data?.items;
  const sending = useSend(agent, conversation);
  const [allowing, allowAsMuchAgain] = useAllowance(agent.id);
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

  const { start } = sending;
  const lastPrompt = state.steps.findLast((step) => step.type === "user_message")?.text;
  const actions: StepActions = {
    agentId: agent.id,
    directory: agent.workspace.path,
    driver: agent.driver,
    model: agent.model?.id,
    latestRunId: latestRun?.id,
    busy: live || allowing || state.sending !== undefined,
    allowAndGoOn: (allow) => void start(ALLOWED, { allow }),
    allowEverythingAndGoOn: async () => {
      if (await agentActions.patch(agent, { permission: "everything" }, { permission: "everything" })) await start(ALLOWED);
    },
    goOn: () => void start(GO_ON),
    allowAsMuchAgainAndGoOn: async () => {
      if (await allowAsMuchAgain()) await start(GO_ON);
    },
    showLimits: () => agentActions.showLimits(agent),
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
        <ChatComposer agent={agent} actions={agentActions} sending={sending} busy={state.sending !== undefined} />
      </div>
    </StepActionsContext>
  );
}

function sumRuns(runs: { durationMs?: number; status: string; usage?: { totalTokens: number } }[]): { ms: number; tokens: number } {
  return runs.reduce((sum, run) => ({ ms: sum.ms + (run.durationMs ?? 0), tokens: sum.tokens + (run.usage?.totalTokens ?? 0) }), { ms: 0, tokens: 0 });
}
