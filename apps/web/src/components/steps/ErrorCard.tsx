import { Link } from "react-router";

import { Button, buttonLook } from "../../ui/Button";
import { Icon } from "../../ui/icons";
import { InlineCode } from "../../ui/InlineCode";
import { ModelMenu } from "../chat/ModelMenu";
import { useStepActions } from "./actions";
import { GuardCard } from "./GuardCard";
import { guardTitles } from "./guards";
import { workspaceFailures } from "./workspace-failures";

/** What each kind of failure is called. */
const titles: Record<string, string> = {
  not_logged_in: "The Cursor CLI is not signed in",
  invalid_api_key: "Cursor did not take the API key",
  invalid_model: "This model is not available",
  usage_limit: "Cursor’s usage limit is reached",
  not_trusted: "The directory is not trusted",
  invalid_session: "The CLI could not open this chat",
  connection_failed: "Cursor could not be reached",
  agent_not_found: "The Cursor CLI was not found",
  disk_full: "The disk is full",
  supervisor_lost: "The run was lost",
  host_restarted: "The machine restarted during the run",
};

const NEEDS_SIGN_IN = new Set(["not_logged_in", "invalid_api_key"]);
const OFFERS_DEMO = new Set(["not_logged_in", "invalid_api_key", "agent_not_found", "usage_limit"]);

interface ErrorCardProps {
  runId: string;
  code: string;
  /** The program's own words. */
  message: string;
  hint?: string;
}

/** Why a run failed, and what can be done. */
export function ErrorCard(props: ErrorCardProps) {
  return props.code in guardTitles ? <GuardCard {...props} /> : <FailureCard {...props} />;
}

function FailureCard({ runId, code, message, hint }: ErrorCardProps) {
  const actions = useStepActions();
  const latest = runId === actions.latestRunId;
  const failure = workspaceFailures[code];
  const advice = hint ?? failure?.remedy;
  return (
    <section aria-label="The run failed" className="overflow-hidden rounded-lg border border-danger/40">
      <div className="flex items-start gap-2.5 bg-danger-soft px-3 py-2.5">
        <Icon name="alert" className="mt-0.5 text-danger" />
        <div className="min-w-0 flex-1 text-sm">
          <p className="font-semibold">{failure?.title ?? titles[code] ?? "The run failed"}</p>
          {advice && (
            <p className="mt-0.5 break-words text-dim">
              <InlineCode text={advice} />
            </p>
          )}
        </div>
      </div>
      {message && (
        <pre tabIndex={0} role="group" aria-label="What the program said" className="max-h-60 overflow-auto whitespace-pre-wrap break-words px-3 py-2.5 font-mono text-xs leading-[1.6]">
          {message}
        </pre>
      )}
      {latest && (
        <div className="flex flex-wrap gap-2 border-t border-line px-3 py-2.5">
          {failure?.settings && (
            <Link to="/settings#git" className={buttonLook("primary")}>
              Settings → Git
            </Link>
          )}
          {NEEDS_SIGN_IN.has(code) && (
            <Button variant="primary" onClick={actions.signInToCursor}>
              Sign in to Cursor
            </Button>
          )}
          {code === "invalid_session" && (
            <Button disabled={actions.busy} onClick={actions.startAfresh}>
              Start afresh with this conversation as context
            </Button>
          )}
          {code === "invalid_model" && (
            <ModelMenu
              driver={actions.driver}
              model={actions.model}
              onChange={actions.retryWithModel}
              trigger={
                <Button variant="primary" disabled={actions.busy}>
                  Choose another model
                </Button>
              }
            />
          )}
          <Button disabled={actions.busy} onClick={actions.retry}>
            Retry
          </Button>
          {OFFERS_DEMO.has(code) && <Button onClick={actions.useDemo}>Use the demo</Button>}
        </div>
      )}
    </section>
  );
}
