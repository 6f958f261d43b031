import { useQuery } from "@tanstack/react-query";

import { agentLimitsQuery } from "../../api/queries";
import type { Paused } from "../../api/types";
import { Button } from "../../ui/Button";
import { InlineCode } from "../../ui/InlineCode";
import { spentUp } from "../limits/allowance";
import { useAllowance } from "../limits/use-allowance";

/** Why the queue does not go on, and the one click with which it does. */
export function PausedNote({ agentId, paused, onResume }: { agentId: string; paused: Paused; onResume(): void }) {
  const limits = useQuery({ ...agentLimitsQuery(agentId), enabled: paused.reason === "limit_reached" }).data;
  const [allowing, allow] = useAllowance(agentId);
  // A limit of the run alone is behind us; that of the chat would stop the next prompt as well.
  const chatIsSpent = paused.reason === "limit_reached" && limits !== undefined && spentUp(limits).length > 0;
  return (
    <div role="status" className={`flex flex-wrap items-center gap-x-3 gap-y-1.5 border-t border-line px-3 py-2 text-sm ${paused.reason === "by_user" ? "" : "bg-warn-soft"}`}>
      <p className="min-w-44 flex-1 break-words">
        <InlineCode text={paused.message} />
      </p>
      {chatIsSpent ? (
        <Button variant="primary" disabled={allowing} onClick={async () => (await allow()) && onResume()}>
          Allow as much again and go on
        </Button>
      ) : (
        <Button variant="primary" icon="play" onClick={onResume}>
          Go on
        </Button>
      )}
    </div>
  );
}
