import { Button, IconButton } from "./Button";
import { InlineCode } from "./InlineCode";

interface ToastsProps {
  items: readonly { id: number; message: string; tone: "plain" | "error"; action?: { label: string; run(): void } }[];
  onDismiss(id: number): void;
}

export function Toasts({ items, onDismiss }: ToastsProps) {
  return (
    <div role="status" aria-live="polite" className="pointer-events-none fixed inset-x-3 bottom-3 z-60 flex flex-col items-center gap-2 sm:bottom-14 sm:inset-x-auto sm:left-4 sm:items-start">
      {items.map(({ id, message, tone, action }) => (
        <div key={id} className="pointer-events-auto flex w-full max-w-96 animate-rise items-center gap-2 rounded-lg bg-raised py-1.5 pl-3.5 pr-1.5 shadow-pop sm:w-auto sm:min-w-72">
          <span className={`min-w-0 flex-1 break-words text-sm ${tone === "error" ? "text-danger" : ""}`}>
            <InlineCode text={message} />
          </span>
          {action && (
            <Button
              variant="quiet"
              className="text-accent-ink"
              onClick={() => {
                action.run();
                onDismiss(id);
              }}
            >
              {action.label}
            </Button>
          )}
          <IconButton icon="close" label="Dismiss" size={12} onClick={() => onDismiss(id)} />
        </div>
      ))}
    </div>
  );
}
