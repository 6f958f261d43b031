import { memo } from "react";

import type { ToolCallStep } from "../../api/types";
import { Disclosure } from "../../ui/Disclosure";
import { Icon } from "../../ui/icons";
import { Spinner } from "../../ui/Spinner";
import { useStepActions } from "./actions";
import { Refused } from "./Refused";
import { summarize } from "./tool-summary";
import { hasDetails, ToolDetails } from "./ToolDetails";

/** One tool call: a line that says what happened, and folded behind it all there is to see. */
export const ToolCard = memo(function ToolCard({ step }: { step: ToolCallStep }) {
  const { directory } = useStepActions();
  const { icon, verb, target, code, meta } = summarize(step, directory);
  const { outcome, view } = step;
  const refused = outcome.type === "refused";
  const failed = outcome.type === "failure" || outcome.type === "error";
  const summary = (
    <>
      <Icon name={refused ? "blocked" : icon} size={14} className={refused ? "text-warn" : failed ? "text-danger" : "text-faint"} />
      <span className="shrink-0 text-dim">{verb}</span>
      <span className={`min-w-0 flex-1 truncate ${code ? "font-mono text-xs" : ""}`}>{target}</span>
      {view.kind === "edit" && !refused && <LineCounts added={view.linesAdded} removed={view.linesRemoved} />}
      {meta && !refused && <span className={`shrink-0 text-xs ${failed ? "text-danger" : "text-faint"}`}>{meta}</span>}
      <OutcomeMark step={step} />
    </>
  );
  return (
    <div data-tool={step.name} data-outcome={outcome.type}>
      <Disclosure
        card
        tone={refused ? "warn" : undefined}
        defaultOpen={refused || view.kind === "todos" || view.kind === "question" || view.kind === "plan" || (view.kind === "workspace" && outcome.type !== "success")}
        disabled={!refused && !hasDetails(step)}
        summary={summary}
      >
        {() => (
          <>
            {outcome.type === "refused" && <Refused step={step} reason={outcome.reason} allow={outcome.allow} />}
            {outcome.type === "error" && !saysItself(step) && <p className="whitespace-pre-wrap break-words px-3 py-2 font-mono text-xs text-danger">{outcome.message}</p>}
            {!refused && <ToolDetails step={step} />}
          </>
        )}
      </Disclosure>
    </div>
  );
});

/** Whether what failed is told beside what it failed at. */
function saysItself({ view }: ToolCallStep): boolean {
  return view.kind === "workspace" && view.items.some(({ status, detail }) => status === "failed" && detail);
}

function LineCounts({ added, removed }: { added?: number; removed?: number }) {
  if (!added && !removed) return null;
  return (
    <span className="shrink-0 font-mono text-xs">
      {added ? <span className="text-ok">+{added}</span> : null}
      {added && removed ? " " : ""}
      {removed ? <span className="text-danger">−{removed}</span> : null}
    </span>
  );
}

function OutcomeMark({ step }: { step: ToolCallStep }) {
  switch (step.outcome.type) {
    case "running":
      return (
        <>
          <Spinner size={12} className="text-accent-ink" />
          <span className="sr-only">running</span>
        </>
      );
    case "refused":
      return <span className="shrink-0 text-xs font-medium text-warn">Refused</span>;
    case "failure":
    case "error":
      return <span className="shrink-0 text-xs font-medium text-danger">Failed</span>;
    case "interrupted":
      return <span className="shrink-0 text-xs text-faint">Interrupted</span>;
    default:
      return null;
  }
}
