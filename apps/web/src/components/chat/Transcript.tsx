/**
 * The conversation, virtualised: of thousands of steps only those in sight are in the document.
 * It stays at its end while text comes in, unless the reader has scrolled up; older pages are
 * fetched as the reader nears the beginning, without moving what is being read.
 */
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";

import type { Run } from "../../api/types";
import type { Conversation, ConversationState } from "../../streams/conversation";
import { Button } from "../../ui/Button";
import { Spinner } from "../../ui/Spinner";
import { duration, useNow } from "../../ui/time";
import { Boundary } from "../Boundary";
import { RunEnd } from "../steps/RunEnd";
import { StepView, UserMessage } from "../steps/StepView";
import { buildRows, gapAbove, type Row } from "./rows";
import { WaitingRun } from "./WaitingRun";

interface TranscriptProps {
  conversation: Conversation;
  state: ConversationState;
  runs: ReadonlyMap<string, Run>;
  latestRun?: Run;
}

/** As near to the end as counts as being there. */
const NEAR_END = 48;
/** As near to the beginning as asks for the page before. */
const NEAR_START = 1_200;

export function Transcript({ conversation, state, runs, latestRun }: TranscriptProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => buildRows(state.steps, runs, latestRun, state.sending, state.finishing), [state.steps, runs, latestRun, state.sending, state.finishing]);
  const [atEnd, setAtEnd] = useState(true);

  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    getItemKey: (index) => rows[index]!.key,
    estimateSize: (index) => estimate(rows[index]!),
    overscan: 6,
    paddingStart: 20,
    paddingEnd: 24,
    // Keeps what is read in its place when an older page comes in above.
    anchorTo: "end",
  });

  // A chat opens at its end and stays there, whatever grows or is measured anew, until the
  // reader scrolls up.
  const stuck = useRef(true);
  const lastTop = useRef(0);
  const stickToEnd = () => {
    stuck.current = true;
    setAtEnd(true);
    if (scroller.current) scroller.current.scrollTop = scroller.current.scrollHeight;
  };
  const totalSize = virtualizer.getTotalSize();
  useLayoutEffect(() => {
    if (stuck.current && scroller.current) scroller.current.scrollTop = scroller.current.scrollHeight;
  }, [totalSize]);

  // What stands below (a queue, a long prompt) takes its room from the conversation's end.
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const observer = new ResizeObserver(() => {
      if (stuck.current) element.scrollTop = element.scrollHeight;
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  // Who sends a message wants to see it, wherever they were reading.
  const { sending } = state;
  useLayoutEffect(() => {
    if (sending !== undefined) stickToEnd();
  }, [sending]);

  const { hasOlder, loadingOlder } = state;
  const onScroll = () => {
    const element = scroller.current;
    if (!element) return;
    const near = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END;
    if (near) stuck.current = true;
    else if (element.scrollTop < lastTop.current) stuck.current = false;
    lastTop.current = element.scrollTop;
    setAtEnd(near || stuck.current);
    if (hasOlder && !loadingOlder && element.scrollTop < NEAR_START) void conversation.loadOlder();
  };
  useEffect(() => {
    const element = scroller.current;
    // A first page that does not fill the screen has nothing to scroll.
    if (element && hasOlder && !loadingOlder && element.scrollHeight <= element.clientHeight) void conversation.loadOlder();
  }, [conversation, hasOlder, loadingOlder, rows.length]);

  return (
    <div className="relative min-h-0 flex-1">
      <div ref={scroller} onScroll={onScroll} role="log" aria-label="Conversation" aria-live="off" tabIndex={0} className="h-full overflow-y-auto overflow-x-hidden outline-offset-[-2px] [overflow-anchor:none]">
        {loadingOlder && (
          <p className="absolute inset-x-0 top-2 z-10 flex justify-center">
            <span className="flex items-center gap-2 rounded-full bg-raised px-3 py-1 text-xs text-dim shadow-pop">
              <Spinner size={12} /> Loading earlier messages
            </span>
          </p>
        )}
        <div className="relative mx-auto w-full max-w-190" style={{ height: totalSize }}>
          {virtualizer.getVirtualItems().map((item) => {
            const row = rows[item.index]!;
            return (
              <div
                key={item.key}
                data-index={item.index}
                ref={virtualizer.measureElement}
                className="absolute inset-x-0 top-0 px-4 sm:px-6"
                style={{ transform: `translateY(${item.start}px)`, paddingTop: gapAbove(row, rows[item.index - 1]) }}
              >
                <RowView row={row} />
              </div>
            );
          })}
        </div>
      </div>
      {!atEnd && (
        <div className="pointer-events-none absolute inset-x-0 bottom-3 flex justify-center">
          <Button icon="arrowDown" className="pointer-events-auto animate-rise rounded-full shadow-pop" onClick={stickToEnd}>
            Jump to latest
          </Button>
        </div>
      )}
    </div>
  );
}

function RowView({ row }: { row: Row }) {
  switch (row.type) {
    case "step":
      return (
        <article data-step={row.step.id} data-type={row.step.type}>
          <Boundary fallback={() => <pre className="overflow-x-auto whitespace-pre-wrap break-words rounded-lg bg-sunken p-3 font-mono text-xs">{JSON.stringify(row.step, null, 2)}</pre>}>
            <StepView step={row.step} />
          </Boundary>
        </article>
      );
    case "run-end":
      return <RunEnd run={row.run} />;
    case "sending":
      return <UserMessage text={row.text} pending />;
    case "working":
      return <Working since={row.since} finishing={row.finishing} />;
    case "waiting":
      return <WaitingRun run={row.run} />;
    case "continued":
      return <Continued />;
  }
}

/** Where what the CLI's own chat held ends, and this one begins. */
function Continued() {
  return (
    <div className="flex items-center gap-3 py-1 text-xs text-faint">
      <hr className="flex-1 border-line" />
      <p>Continued here from the CLI’s chat</p>
      <hr className="flex-1 border-line" />
    </div>
  );
}

function Working({ since, finishing }: { since: string; finishing: boolean }) {
  const now = useNow(1_000);
  return (
    <p className="flex items-center gap-2 text-xs text-dim">
      <span className="size-2 animate-breathe rounded-full bg-accent-ink" />
      {finishing ? (
        "Finishing …"
      ) : (
        <>
          Working · <span className="tabular-nums">{duration(Math.max(0, now - Date.parse(since)))}</span>
        </>
      )}
    </p>
  );
}

function estimate(row: Row): number {
  if (row.type !== "step") return 34;
  switch (row.step.type) {
    case "tool_call":
      return 40;
    case "thinking":
      return 34;
    case "assistant_message":
    case "user_message":
      return 40 + Math.ceil(row.step.text.length / 90) * 24;
    default:
      return 60;
  }
}
