import { type ReactNode, type Ref, useEffect, useLayoutEffect, useRef, useState } from "react";

import { readDraft, writeDraft } from "../../stores/drafts";
import { Icon } from "../../ui/icons";

interface ComposerProps {
  /** Where the draft is kept. */
  draftKey: string;
  label: string;
  placeholder: string;
  /** The chips below the text. */
  children: ReactNode;
  running?: boolean;
  /** What is sent waits its turn. */
  queueing?: boolean;
  sending?: boolean;
  disabled?: boolean;
  stopping?: boolean;
  rows?: number;
  autoFocus?: boolean;
  formRef?: Ref<HTMLFormElement>;
  /** Resolves to true when the text was taken. */
  onSend(text: string): Promise<boolean>;
  onStop?(): void;
}

/** Where prompts are written: Enter sends or queues, Shift+Enter breaks the line. */
export function Composer({ draftKey, label, placeholder, children, running, queueing, sending, disabled, stopping, rows = 1, autoFocus, formRef, onSend, onStop }: ComposerProps) {
  const [text, setText] = useState(() => readDraft(draftKey));
  const area = useRef<HTMLTextAreaElement>(null);

  useEffect(() => writeDraft(draftKey, text), [draftKey, text]);
  useLayoutEffect(() => {
    const element = area.current;
    if (!element) return;
    element.style.height = "auto";
    element.style.height = `${Math.min(element.scrollHeight, window.innerHeight * 0.4)}px`;
  }, [text]);
  useEffect(() => {
    // On a touch screen the keyboard would cover what is to be read.
    if (autoFocus && matchMedia("(pointer: fine)").matches) area.current?.focus();
  }, [autoFocus, draftKey]);

  const ready = text.trim() !== "" && !sending && !disabled;
  const send = async () => {
    if (!ready) return;
    setText("");
    if (await onSend(text.trim())) return;
    // What was not taken comes back, before what was written meanwhile.
    const before = (newer: string) => (newer ? `${text}\n${newer}` : text);
    if (area.current) setText(before);
    else writeDraft(draftKey, before(readDraft(draftKey)));
  };

  return (
    <form
      ref={formRef}
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
      className="rounded-xl border border-line-strong bg-raised shadow-card focus-within:border-accent-ink"
    >
      <textarea
        ref={area}
        value={text}
        rows={rows}
        aria-label={label}
        placeholder={placeholder}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          // An input method uses Enter to take its suggestion; a touch keyboard has no Shift+Enter.
          if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing || matchMedia("(pointer: coarse)").matches) return;
          event.preventDefault();
          void send();
        }}
        className="block max-h-[40dvh] w-full resize-none bg-transparent px-3.5 pb-1 pt-3 text-prose text-ink outline-none placeholder:text-faint"
      />
      <div className="flex items-center gap-1 px-1.5 pb-1.5">
        <div className="flex min-w-0 flex-1 flex-wrap items-center gap-0.5">{children}</div>
        {running && onStop && (
          <button type="button" onClick={onStop} disabled={stopping} className="inline-flex h-8 shrink-0 items-center gap-1.5 rounded-lg bg-ink px-3 text-sm font-medium text-canvas hover:opacity-90 disabled:opacity-60 touch:h-10">
            <Icon name="stop" size={14} /> {stopping ? "Stopping…" : "Stop"}
          </button>
        )}
        <button
          type="submit"
          aria-label={queueing ? "Add to the queue" : "Send"}
          title={queueing ? "Add to the queue (Enter)" : "Send (Enter)"}
          disabled={!ready}
          className="inline-flex size-8 shrink-0 items-center justify-center rounded-lg bg-accent text-white hover:bg-accent-hover disabled:bg-selected disabled:text-faint touch:size-10"
        >
          <Icon name={queueing ? "queue" : "arrowUp"} />
        </button>
      </div>
    </form>
  );
}
