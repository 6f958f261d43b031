import { lazy, Suspense, useRef, useState } from "react";

import { ApiError, errorMessage } from "../../api/client";
import { cancelRun } from "../../api/agents";
import type { Agent } from "../../api/types";
import { isLive } from "../../api/types";
import { showToast } from "../../stores/toasts";
import { Button } from "../../ui/Button";
import { BudgetUsedUp } from "./BudgetUsedUp";
import { Composer } from "./Composer";
import { SettingChips } from "./SettingChips";
import type { AgentActions } from "./use-agent-actions";
import type { Sending } from "./use-send";

const QueuePanel = lazy(() => import("../queue/QueuePanel"));

interface ChatComposerProps {
  agent: Agent;
  actions: AgentActions;
  sending: Sending;
  /** A prompt is on its way. */
  busy: boolean;
}

/** Where a chat goes on: what waits, and below it what is written next. */
export function ChatComposer({ agent, actions, sending, busy }: ChatComposerProps) {
  const form = useRef<HTMLFormElement>(null);
  const [stopping, setStopping] = useState<string>();
  const { latestRun } = agent;
  const live = isLive(latestRun);
  const waits = (agent.queue?.total ?? 0) > 0;
  // It stays when its last prompt has gone: that may be the one that is being edited.
  const [queueShown, setQueueShown] = useState(waits);
  if (waits && !queueShown) setQueueShown(true);
  const { refusal, send, forgetRefusal } = sending;

  const stop = () => {
    if (!latestRun) return;
    setStopping(latestRun.id);
    cancelRun(agent.id, latestRun.id).catch((error: unknown) => {
      setStopping(undefined);
      // It ended by itself in the meantime.
      if (!(error instanceof ApiError && error.code === "run_not_cancellable")) showToast({ message: errorMessage(error), tone: "error" });
    });
  };
  return (
    <div className="mx-auto w-full max-w-190 shrink-0 px-3 pb-[max(0.75rem,env(safe-area-inset-bottom))] sm:px-6 sm:pb-4">
      {queueShown && (
        <Suspense>
          <QueuePanel agent={agent} />
        </Suspense>
      )}
      {refusal && <BudgetUsedUp agentId={agent.id} message={refusal.message} onDismiss={forgetRefusal} onAllowed={() => (refusal.again ? void refusal.again() : form.current?.requestSubmit())} />}
      {agent.status === "ARCHIVED" ? (
        <div className="flex items-center justify-between gap-3 rounded-xl border border-line bg-sunken px-4 py-3 text-sm text-dim">
          This chat is archived.
          <Button onClick={() => actions.unarchive(agent)}>Bring it back</Button>
        </div>
      ) : (
        <Composer
          formRef={form}
          draftKey={agent.id}
          label="Message"
          placeholder={live || waits ? "Write what comes next" : "Ask for a follow-up"}
          running={live}
          queueing={live || waits}
          sending={busy}
          stopping={live && stopping === latestRun?.id}
          autoFocus
          onSend={send}
          onStop={stop}
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
