import { type ReactNode, useEffect, useLayoutEffect, useRef } from "react";

import { Button } from "../../ui/Button";

interface PromptEditorProps {
  text: string;
  onChange(text: string): void;
  onSave(): void;
  onCancel(): void;
  save?: string;
  /** What is to be known before it is saved. */
  children?: ReactNode;
}

/** Edits a waiting prompt in its place: Enter keeps it, Shift+Enter breaks the line, Escape leaves it. */
export function PromptEditor({ text, onChange, onSave, onCancel, save = "Save", children }: PromptEditorProps) {
  const area = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    const element = area.current;
    if (!element) return;
    element.style.height = "auto";
    element.style.height = `${Math.min(element.scrollHeight + 2, 160)}px`;
  }, [text]);
  useEffect(() => {
    // A menu that opened this field gives the focus back when it has closed.
    const frame = requestAnimationFrame(() => {
      area.current?.focus();
      area.current?.setSelectionRange(area.current.value.length, area.current.value.length);
    });
    return () => cancelAnimationFrame(frame);
  }, []);
  return (
    <form
      aria-label="Edit the prompt"
      className="min-w-0 flex-1 space-y-1.5 py-1"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim()) onSave();
      }}
    >
      {children}
      <textarea
        ref={area}
        value={text}
        rows={1}
        aria-label="Prompt"
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") {
            event.stopPropagation();
            onCancel();
          }
          if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing || matchMedia("(pointer: coarse)").matches) return;
          event.preventDefault();
          if (text.trim()) onSave();
        }}
        className="block w-full resize-none rounded-md border border-line-strong bg-canvas px-2 py-1.5 text-sm"
      />
      <div className="flex justify-end gap-1.5">
        <Button variant="quiet" onClick={onCancel}>
          Cancel
        </Button>
        <Button type="submit" disabled={text.trim() === ""}>
          {save}
        </Button>
      </div>
    </form>
  );
}
