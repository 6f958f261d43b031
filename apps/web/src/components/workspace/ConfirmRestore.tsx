import type { Checkpoint } from "../../api/workspace-types";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { ErrorNote } from "../../ui/ErrorNote";
import { fullTime } from "../../ui/time";

interface ConfirmRestoreProps {
  checkpoint: Checkpoint;
  name: string;
  /** A run works in the workspace. */
  busy: boolean;
  restoring: boolean;
  error: string | undefined;
  onClose(): void;
  onBack(): void;
  onConfirm(): void;
}

/** Says what a restore does before it is done. */
export function ConfirmRestore({ checkpoint, name, busy, restoring, error, onClose, onBack, onConfirm }: ConfirmRestoreProps) {
  return (
    <Dialog open onClose={onClose} title="Put the files back?" description={`As they were when ${name.startsWith("run ") ? name : `they were recorded ${name}`}, ${fullTime(checkpoint.createdAt)}.`}>
      <ul className="list-disc space-y-1 pl-5 pt-1 text-sm">
        <li>Files that were changed since are written as they were; files that are new since are removed.</li>
        <li>How it is now is recorded first, so that you can undo this.</li>
        <li>Ignored files and those too large to be recorded are left alone; so are branches and commits.</li>
      </ul>
      {busy && <p className="mt-3 text-sm text-warn">A run works here. Wait until it has ended, or stop it.</p>}
      {error && (
        <div className="mt-3">
          <ErrorNote>{error}</ErrorNote>
        </div>
      )}
      <div className="mt-4 flex justify-end gap-2">
        <Button variant="quiet" onClick={onBack}>
          Back
        </Button>
        <Button variant="primary" disabled={busy || restoring} onClick={onConfirm}>
          {restoring ? "Putting back…" : "Put the files back"}
        </Button>
      </div>
    </Dialog>
  );
}
