import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { plural } from "../../ui/numbers";

/** Asked before every waiting prompt is deleted, which cannot be undone. */
export function ClearQueue({ total, open, onCancel, onConfirm }: { total: number; open: boolean; onCancel(): void; onConfirm(): void }) {
  return (
    <Dialog open={open} onClose={onCancel} title={`Delete ${plural(total, "waiting prompt")}?`} description="They are not sent. This cannot be undone.">
      <div className="mt-3 flex justify-end gap-2">
        <Button variant="quiet" onClick={onCancel}>
          Cancel
        </Button>
        <Button variant="danger" onClick={onConfirm}>
          Delete all
        </Button>
      </div>
    </Dialog>
  );
}
