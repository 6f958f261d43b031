import type { ToolCallStep } from "../../api/types";
import { Button } from "../../ui/Button";
import { InlineCode } from "../../ui/InlineCode";
import { useStepActions } from "./actions";

/** The CLI says this of its own refusals too, though no user was asked. */
const SAYS_NOTHING = /^(user[\s_-]?)?rejected( by (the )?user)?[.!]?$/i;
/** A command longer than the card's line must be readable as a whole before it is allowed. */
const LONG_COMMAND = 60;

/** That a call was refused, and the one action that allows it and goes on. */
export function Refused({ step, reason, allow }: { step: ToolCallStep; reason: string; allow: string[] }) {
  const actions = useStepActions();
  const latest = step.runId === actions.latestRunId;
  const rules = allow.join(", ");
  const said = reason.trim();
  const more = SAYS_NOTHING.test(said) ? "" : said;
  const command = step.view.kind === "shell" && (step.view.command.length > LONG_COMMAND || step.view.command.includes("\n")) ? step.view.command : undefined;
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2 bg-warn-soft px-3 py-2.5 text-sm">
      {command && <pre className="max-h-60 w-full overflow-y-auto whitespace-pre-wrap break-words font-mono text-xs leading-[1.6]">{command}</pre>}
      <p className="min-w-48 flex-1 break-words">
        Refused: not allowed in this chat
        {more && (
          <span className="block text-dim">
            <InlineCode text={more} />
          </span>
        )}
        {allow.length === 0 && latest && <span className="block text-dim">No single rule allows it. Only the permission “Everything” does.</span>}
      </p>
      {latest &&
        (allow.length > 0 ? (
          <Button disabled={actions.busy} onClick={() => actions.allowAndGoOn(allow)} title={actions.busy ? "When this run has ended" : undefined}>
            Allow <code className="max-w-52 truncate font-mono text-xs">{rules}</code> and go on
          </Button>
        ) : (
          <Button disabled={actions.busy} onClick={() => actions.allowEverythingAndGoOn()}>
            Allow everything in this chat and go on
          </Button>
        ))}
    </div>
  );
}
