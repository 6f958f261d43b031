import { Button } from "../../ui/Button";
import { Icon } from "../../ui/icons";
import { InlineCode } from "../../ui/InlineCode";
import { useStepActions } from "./actions";
import { guardTitles } from "./guards";

interface GuardCardProps {
  runId: string;
  code: string;
  /** Says how far the run came, and what the limit is. */
  message: string;
  hint?: string;
}

/** Which limit stopped a run, and the one click that goes on. */
export function GuardCard({ runId, code, message, hint }: GuardCardProps) {
  const actions = useStepActions();
  return (
    <section aria-label="The run was stopped" className="overflow-hidden rounded-lg border border-warn/40">
      <div className="flex items-start gap-2.5 bg-warn-soft px-3 py-2.5">
        <Icon name="gauge" className="mt-0.5 text-warn" />
        <div className="min-w-0 flex-1 space-y-0.5 break-words text-sm">
          <p className="font-semibold">{guardTitles[code]}</p>
          {[message, hint].map(
            (words) =>
              words && (
                <p key={words} className="text-dim">
                  <InlineCode text={words} />
                </p>
              ),
          )}
        </div>
      </div>
      {runId === actions.latestRunId && (
        <div className="flex flex-wrap gap-2 border-t border-line px-3 py-2.5">
          {code === "chat_limit_reached" ? (
            <Button variant="primary" disabled={actions.busy} onClick={actions.allowAsMuchAgainAndGoOn}>
              Allow as much again and go on
            </Button>
          ) : (
            <Button variant="primary" icon="play" disabled={actions.busy} onClick={actions.goOn}>
              Go on
            </Button>
          )}
          <Button onClick={actions.showLimits}>Limits of this chat</Button>
          {code !== "chat_limit_reached" && (
            <Button variant="quiet" disabled={actions.busy} onClick={actions.retry}>
              Retry
            </Button>
          )}
        </div>
      )}
    </section>
  );
}
