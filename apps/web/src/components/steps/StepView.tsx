import { memo } from "react";

import type { Step, TextStep } from "../../api/types";
import { Disclosure } from "../../ui/Disclosure";
import { Icon } from "../../ui/icons";
import { duration } from "../../ui/time";
import { Markdown } from "../markdown/Markdown";
import { ErrorCard } from "./ErrorCard";
import { NoticeView } from "./NoticeView";
import { ToolCard } from "./ToolCard";
import { WholeStep } from "./WholeStep";

/** One step of a conversation. `data-step` lets tests compare what two tabs show. */
export const StepView = memo(function StepView({ step }: { step: Step }) {
  switch (step.type) {
    case "user_message":
      return <UserMessage text={step.text} />;
    case "assistant_message":
      return (
        <>
          <Markdown text={step.text} />
          {step.truncated && <WholeStep step={step} />}
        </>
      );
    case "thinking":
      return <Thinking step={step} />;
    case "tool_call":
      return <ToolCard step={step} />;
    case "notice":
      return <NoticeView step={step} />;
    case "error":
      return <ErrorCard runId={step.runId} code={step.code} message={step.message} hint={step.hint} />;
  }
});

/** A long prompt is cut until it is asked for. */
const LONG_PROMPT = 2_400;

export function UserMessage({ text, pending = false }: { text: string; pending?: boolean }) {
  const long = text.length > LONG_PROMPT;
  const bubble = "max-w-[88%] whitespace-pre-wrap break-words rounded-2xl rounded-br-md bg-hover px-3.5 py-2 text-prose";
  return (
    <div className="flex flex-col items-end">
      <h2 className="sr-only">You</h2>
      <div className={`${bubble} ${pending ? "opacity-60" : ""}`}>{long ? `${text.slice(0, LONG_PROMPT)}…` : text}</div>
      {long && (
        <div className="mt-1 w-[88%]">
          <Disclosure summary="The whole message">
            <div className="whitespace-pre-wrap break-words text-prose">{text}</div>
          </Disclosure>
        </div>
      )}
    </div>
  );
}

function Thinking({ step }: { step: TextStep }) {
  const open = step.endedAt === undefined;
  const took = step.endedAt ? Date.parse(step.endedAt) - Date.parse(step.createdAt) : 0;
  return (
    <Disclosure
      summary={
        <>
          <Icon name="spark" size={14} className={open ? "animate-breathe text-accent-ink" : "text-faint"} />
          <span>{open ? "Thinking…" : took >= 1_000 ? `Thought for ${duration(took)}` : "Thought"}</span>
        </>
      }
    >
      {() => (
        <div className="ml-[7px] border-l border-line pl-4 pt-1">
          <Markdown text={step.text} dim />
          {step.truncated && <WholeStep step={step} />}
        </div>
      )}
    </Disclosure>
  );
}
