import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";

/** The demo asks before it works anywhere but in its sample project. */
export function ConfirmDemo({ path, onCancel, onConfirm }: { path: string | undefined; onCancel(): void; onConfirm(): void }) {
  return (
    <Dialog open={path !== undefined} onClose={onCancel} title="Run the demo in this directory?" description="The demo is a script without AI. It does not read your prompt for meaning, but it really edits files and runs commands.">
      <p className="rounded-lg border border-line bg-sunken px-3 py-2 font-mono text-xs break-all">{path}</p>
      <div className="mt-4 flex justify-end gap-2">
        <Button variant="quiet" onClick={onCancel}>
          Cancel
        </Button>
        <Button variant="primary" onClick={onConfirm}>
          Run the demo here
        </Button>
      </div>
    </Dialog>
  );
}
