import type { NoticeStep } from "../../api/types";
import { Button } from "../../ui/Button";
import { Disclosure } from "../../ui/Disclosure";
import { Icon } from "../../ui/icons";
import { InlineCode } from "../../ui/InlineCode";
import { useStepActions } from "./actions";

export function NoticeView({ step }: { step: NoticeStep }) {
  const { busy, latestRunId, startAfresh } = useStepActions();
  if (step.code === "session_missing") {
    return (
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 rounded-lg border border-line bg-warn-soft px-3 py-2.5 text-sm">
        <p className="min-w-48 flex-1">
          <InlineCode text={step.message} />
        </p>
        {step.runId === latestRunId && (
          <Button disabled={busy} onClick={startAfresh}>
            Start afresh with this conversation as context
          </Button>
        )}
      </div>
    );
  }
  const line = (
    <>
      <Icon name="info" size={14} className="text-faint" />
      <span className="min-w-0 break-words">
        <InlineCode text={step.message} />
      </span>
    </>
  );
  if (!step.detail) return <p className="flex items-start gap-2 py-1 text-sm text-dim [&>svg]:mt-0.5">{line}</p>;
  return (
    <Disclosure summary={line}>
      <pre tabIndex={0} role="group" aria-label="Details" className="max-h-72 overflow-auto whitespace-pre-wrap break-words rounded-lg bg-sunken p-3 font-mono text-xs text-dim">
        {step.detail}
      </pre>
    </Disclosure>
  );
}
