/** The prompts that wait in a chat, above where the next is written. Of thousands only those in sight are in the document. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useLayoutEffect, useRef, useState } from "react";

import type { Agent, QueuedPrompt } from "../../api/types";
import { isLive } from "../../api/types";
import { Badge } from "../../ui/Badge";
import { Button, IconButton } from "../../ui/Button";
import { Icon } from "../../ui/icons";
import { ordinal, plural } from "../../ui/numbers";
import { ClearQueue } from "./ClearQueue";
import { PausedNote } from "./PausedNote";
import { PromptEditor } from "./PromptEditor";
import { QueueRow } from "./QueueRow";
import { useDragOrder } from "./use-drag-order";
import { useQueue } from "./use-queue";

const ROW_HEIGHT = 34;

export default function QueuePanel({ agent }: { agent: Agent }) {
  const queue = useQueue(agent.id);
  const { items, total, paused, actions } = queue;
  const [open, setOpen] = useState(true);
  const [clearing, setClearing] = useState(false);
  const [editing, setEditing] = useState<{ id: string; text: string }>();
  const [said, setSaid] = useState("");
  const live = isLive(agent.latestRun);

  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    getItemKey: (index) => items[index]!.id,
    estimateSize: () => ROW_HEIGHT,
    overscan: 6,
  });

  // A row that moves in the document loses the focus, and the row of a prompt that is gone takes it along.
  const focus = useRef<{ id: string; part: "handle" | "text" } | undefined>(undefined);
  useLayoutEffect(() => {
    if (!focus.current) return;
    const { id, part } = focus.current;
    focus.current = undefined;
    scroller.current?.querySelector<HTMLElement>(`[data-queued="${id}"] [data-queue-${part}]`)?.focus();
  });

  const move = (id: string, position: number) => {
    if (position < items.length) focus.current = { id, part: "handle" };
    setSaid(`Now ${ordinal(position + 1)} of ${total}.`);
    actions.move(id, position);
  };
  const remove = (item: QueuedPrompt, index: number) => {
    const next = items[index + 1] ?? items[index - 1];
    // A menu that is closing would take the focus back.
    if (next) requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-queued="${next.id}"] [data-queue-text]`)?.focus());
    setSaid("Deleted.");
    actions.remove(item, index);
  };
  const { drag, start, stop } = useDragOrder(scroller, move);
  // The list moved on under the pointer: where the row would land is no longer what was seen.
  useEffect(() => {
    if (drag && items[drag.from]?.id !== drag.id) stop();
  });

  const begun = editing && !items.some(({ id }) => id === editing.id) ? editing : undefined;
  const stopEditing = () => {
    if (editing) focus.current = { id: editing.id, part: "text" };
    setEditing(undefined);
  };
  const saveEdit = async () => {
    if (!editing) return;
    const { id, text } = editing;
    stopEditing();
    const saved = begun ? await actions.add(text.trim()) : await actions.edit(id, text.trim());
    // What was written is not lost with the prompt that has begun meanwhile.
    if (!saved) setEditing((newer) => newer ?? { id, text });
  };

  if (total === 0 && !begun) return null;
  const more = total - items.length;
  return (
    <section aria-label="Queue" className="mb-2 overflow-hidden rounded-xl border border-line bg-panel">
      <header className="flex items-center gap-1 py-0.5 pl-1 pr-1">
        <h2 className="min-w-0 flex-1">
          <button type="button" aria-expanded={open} onClick={() => setOpen(!open)} className="flex h-8 min-w-0 items-center gap-2 rounded-md px-2 text-sm font-medium hover:bg-hover touch:h-10">
            <Icon name="chevronRight" size={12} className={`text-faint transition-transform ${open ? "rotate-90" : ""}`} />
            <span className="truncate">{plural(total, "prompt waits", "prompts wait")}</span>
            {paused && <Badge tone="warn">Paused</Badge>}
          </button>
        </h2>
        {!paused && total > 0 && (
          <Button variant="quiet" icon="pause" onClick={actions.pause} title="Starts none of these until you say so">
            Pause
          </Button>
        )}
        <IconButton icon="trash" label="Delete all" size={14} onClick={() => setClearing(true)} />
      </header>
      {paused && total > 0 && <PausedNote agent={agent} paused={paused} onResume={actions.resume} />}
      {begun && (
        <div className="border-t border-line px-3 py-1">
          <PromptEditor text={begun.text} save="Add to the queue" onChange={(text) => setEditing({ ...begun, text })} onSave={() => void saveEdit()} onCancel={stopEditing}>
            <p role="alert" className="text-sm text-dim">
              This prompt is no longer waiting. What you wrote can wait as a new one.
            </p>
          </PromptEditor>
        </div>
      )}
      {open && total > 0 && (
        <div ref={scroller} className="relative max-h-[min(34dvh,20rem)] overflow-y-auto border-t border-line py-1 [overflow-anchor:none]">
          <ol className="relative" style={{ height: virtualizer.getTotalSize() }}>
            {virtualizer.getVirtualItems().map(({ index, key, start: top }) => {
              const item = items[index]!;
              const dragged = drag?.id === item.id;
              const line = drag && drag.from !== drag.to && index === drag.to ? (drag.to < drag.from ? "before:top-0" : "before:bottom-0") : undefined;
              return (
                <li
                  key={key}
                  data-index={index}
                  data-queued={item.id}
                  aria-posinset={index + 1}
                  aria-setsize={total}
                  ref={virtualizer.measureElement}
                  style={{ transform: `translateY(${top + (dragged ? drag.distance : 0)}px)` }}
                  className={`absolute inset-x-0 top-0 flex items-start gap-0.5 px-1.5 ${dragged ? "z-10 rounded-md bg-raised shadow-pop" : ""} ${line ? `before:absolute before:inset-x-2 before:h-0.5 before:rounded before:bg-accent ${line}` : ""}`}
                >
                  {editing?.id === item.id ? (
                    <PromptEditor text={editing.text} onChange={(text) => setEditing({ id: item.id, text })} onSave={() => void saveEdit()} onCancel={stopEditing} />
                  ) : (
                    <QueueRow
                      item={item}
                      index={index}
                      total={total}
                      live={live}
                      onEdit={() => setEditing({ id: item.id, text: item.prompt.text })}
                      onMove={(position) => move(item.id, position)}
                      onRemove={() => remove(item, index)}
                      onSend={() => actions.send(item.id)}
                      onGrab={(event) => start(event, item.id, index)}
                    />
                  )}
                </li>
              );
            })}
          </ol>
          {more > 0 && (
            <p className="flex items-center gap-2 px-3 py-0.5 text-sm text-dim">
              … and {more.toLocaleString()} more
              {queue.hasMore && (
                <Button variant="quiet" disabled={queue.loadingMore} onClick={queue.loadMore}>
                  {queue.loadingMore ? "Loading…" : "Show more"}
                </Button>
              )}
            </p>
          )}
        </div>
      )}
      <p id="queue-move-keys" hidden>
        Arrow keys move it, Home and End to the front and the end.
      </p>
      <p role="status" className="sr-only">
        {said}
      </p>
      <ClearQueue total={total} open={clearing} onCancel={() => setClearing(false)} onConfirm={() => (setClearing(false), actions.clear())} />
    </section>
  );
}
