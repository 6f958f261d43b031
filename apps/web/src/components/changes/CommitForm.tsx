import { useState } from "react";

import { Button } from "../../ui/Button";

interface CommitFormProps {
  placeholder: string;
  busy: boolean;
  onCancel(): void;
  onCommit(message: string): Promise<unknown>;
}

/** The message of a commit. Empty: it is called as the chat is. */
export function CommitForm({ placeholder, busy, onCancel, onCommit }: CommitFormProps) {
  const [message, setMessage] = useState("");
  return (
    <form
      aria-label="Commit"
      className="flex flex-wrap items-end gap-2 pb-1"
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) void onCommit(message);
      }}
    >
      <textarea
        autoFocus
        rows={2}
        value={message}
        aria-label="Commit message"
        placeholder={placeholder}
        onChange={(event) => setMessage(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.currentTarget.form?.requestSubmit();
          if (event.key === "Escape") onCancel();
        }}
        className="min-w-52 flex-1 resize-y rounded-md border border-line-strong bg-canvas px-2.5 py-1.5 text-sm placeholder:text-faint"
      />
      <span className="flex gap-1.5">
        <Button variant="quiet" onClick={onCancel}>
          Cancel
        </Button>
        <Button type="submit" variant="primary" disabled={busy} title="Ctrl/⌘ Enter">
          {busy ? "Committing…" : "Commit all"}
        </Button>
      </span>
    </form>
  );
}
