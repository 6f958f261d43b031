import type { Todo } from "../../api/types";
import { Icon } from "../../ui/icons";
import { InlineCode } from "../../ui/InlineCode";

const words: Record<Todo["status"], string> = { pending: "to do", inProgress: "in progress", completed: "done", cancelled: "cancelled" };

export function TodoList({ items }: { items: Todo[] }) {
  return (
    <ul className="space-y-1 px-3 py-2.5 text-sm">
      {items.map(({ id, content, status }) => (
        <li key={id} className="flex items-start gap-2">
          <span
            className={`mt-0.5 flex size-3.5 shrink-0 items-center justify-center rounded-full border ${
              status === "completed" ? "border-ok bg-ok text-canvas" : status === "inProgress" ? "border-accent-ink" : "border-line-strong"
            }`}
          >
            {status === "completed" && <Icon name="check" size={10} />}
            {status === "inProgress" && <span className="size-1.5 rounded-full bg-accent-ink" />}
          </span>
          <span className={`min-w-0 [overflow-wrap:anywhere] ${status === "completed" || status === "cancelled" ? "text-dim line-through" : ""}`}>
            <InlineCode text={content} />
          </span>
          <span className="sr-only">({words[status]})</span>
        </li>
      ))}
    </ul>
  );
}
