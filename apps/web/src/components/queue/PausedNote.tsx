import { useQuery } from "@tanstack/react-query";

import { agentLimitsQuery } from "../../api/queries";
import type { Agent, Paused } from "../../api/types";
import { Button } from "../../ui/Button";
import { InlineCode } from "../../ui/InlineCode";
import { spentUp } from "../limits/allowance";
import { useAllowance } from "../limits/use-allowance";
import { stoppedByGuard } from "../steps/guards";

/** Why the queue does not go on, and the one click with which it does. */
export function PausedNote({ agent, paused, onResume }: { agent: Agent; paused: Paused; onResume(): void }) {
  const limits = useQuery({ ...agentLimitsQuery(agent.id), enabled: paused.reason === "limit_reached" }).data;
  const [allowing, allow] = useAllowance(agent.id);
  // A limit of the run alone is behind us; that of the chat would stop the next prompt as well.
  const chatIsSpent = paused.reason === "limit_reached" && limits !== undefined && spentUp(limits).length > 0;
  // The run that was stopped offers to go on itself, which is what most people want first.
  const variant = stoppedByGuard(agent.latestRun) ? "plain" : "primary";
  return (
    <div role="status" className={`flex flex-wrap items-center gap-x-3 gap-y-1.5 border-t border-line px-3 py-2 text-sm ${paused.reason === "by_user" ? "" : "bg-warn-soft"}`}>
      <p className="min-w-44 flex-1 break-words">
        <InlineCode text={paused.message} />
      </p>
      {chatIsSpent ? (
        <Button variant={variant} disabled={allowing} onClick={async () => (await allow()) && onResume()}>
          Allow as much again and go on
        </Button>
      ) : (
        <Button variant={variant} icon="play" onClick={onResume}>
          Go on
        </Button>
      )}
    </div>
  );
}
