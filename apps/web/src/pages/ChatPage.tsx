import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useMemo } from "react";
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
import { useViewShortcuts } from "../components/chat/use-view-shortcuts";
import { useAllowance } from "../components/limits/use-allowance";
import { NewChatLink } from "../components/NewChatLink";
import { PageMessage } from "../components/PageMessage";
import { type StepActions, StepActionsContext } from "../components/steps/actions";
import { useMedia } from "../components/use-media";
import { useStore } from "../stores/external";
import { chatBeside, openDialog } from "../stores/layout";
import { useConversation } from "../streams/use-conversation";
import { Button } from "../ui/Button";

const WorkspacePane = lazy(() => import("../components/workspace/WorkspacePane"));
const WorkspaceBanner = lazy(() => import("../components/workspace/WorkspaceBanner"));

const ALLOWED = "That is allowed now. Go on.";
const GO_ON = "Go on where you stopped.";

export default function ChatPage() {
  const { agentId = "", view } = useParams();
  const agent = useQuery(agentQuery(agentId));
  if (agent.data) return <Chat key={agentId} agent={agent.data} view={view === "changes" || view === "files" ? view : undefined} />;
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

function Chat({ agent, view }: { agent: Agent; view: "changes" | "files" | undefined }) {
  const navigate = useNavigate();
  const agentActions = useAgentActions();
  const [conversation, state] = useConversation(agent.id);
  const runs = useQuery(runsQuery(agent.id)).data?.items;
  const sending = useSend(agent, conversation);
  const [allowing, allowAsMuchAgain] = useAllowance(agent.id);
  useMarkRead(agent);
  useViewShortcuts(agent.id, view);
  // Where there is room, the chat and its workspace stand side by side.
  const wide = useMedia("(min-width: 1180px)");
  const beside = useStore(chatBeside);
  const showsChat = view === undefined || (wide && beside);

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
  const endedCalls = useMemo(() => state.steps.reduce((count, step) => count + (step.type === "tool_call" && step.status === "completed" ? 1 : 0), 0), [state.steps]);
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
      <div className="flex h-full min-w-0">
        {showsChat && (
          <div className={`flex h-full min-w-0 flex-col ${view ? "w-[38%] shrink-0" : "flex-1"}`}>
            <ChatHeader agent={agent} actions={agentActions} view={view} finishing={finishing} totalMs={totals.ms} totalTokens={Math.max(agent.totalUsage?.totalTokens ?? 0, totals.tokens)} />
            {(agent.workspace.state === "given_up" || (agent.workspace.sharedWith ?? []).length > 0) && (
              <Suspense>
                <WorkspaceBanner workspace={agent.workspace} />
              </Suspense>
            )}
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
        )}
        {view && (
          <Suspense>
            <WorkspacePane agent={agent} view={view} wide={wide} endedCalls={endedCalls} onAsk={sending.send} />
          </Suspense>
        )}
      </div>
    </StepActionsContext>
  );
}

function sumRuns(runs: { durationMs?: number; status: string; usage?: { totalTokens: number } }[]): { ms: number; tokens: number } {
  return runs.reduce((sum, run) => ({ ms: sum.ms + (run.durationMs ?? 0), tokens: sum.tokens + (run.usage?.totalTokens ?? 0) }), { ms: 0, tokens: 0 });
}
