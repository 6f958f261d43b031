import { useState } from "react";

import type { Permission } from "../../api/types";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { permissions } from "../chat/settings";

interface AskPermissionProps {
  /** The directory asked about; undefined while nothing is asked. */
  path: string | undefined;
  onCancel(): void;
  onChoose(permission: Permission): void;
}

/** Asked once for each directory: what the agent may do there without asking. */
export function AskPermission({ path, onCancel, onChoose }: AskPermissionProps) {
  const [chosen, setChosen] = useState<Permission>("rules");
  return (
    <Dialog
      open={path !== undefined}
      onClose={onCancel}
      title="What may the agent do here?"
      description={
        <>
          It works in <code className="break-all font-mono text-xs text-ink">{path}</code> by itself and cannot stop to ask. Your choice is remembered for this directory; each chat can change it.
        </>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onChoose(chosen);
        }}
      >
        <fieldset className="space-y-2 pt-2">
          <legend className="sr-only">Permission</legend>
          {permissions.map(({ value, label, description }) => (
            <label key={value} className="flex cursor-pointer items-start gap-3 rounded-lg border border-line p-3 has-checked:border-accent-ink has-checked:bg-accent-soft">
              <input type="radio" name="permission" value={value} checked={chosen === value} onChange={() => setChosen(value)} className="mt-0.5 size-4 shrink-0 accent-accent" />
              <span className="min-w-0">
                <span className="block text-sm font-medium">{label}</span>
                <span className="block text-sm text-dim">{description}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <div className="mt-4 flex justify-end gap-2">
          <Button variant="quiet" onClick={onCancel}>
            Cancel
          </Button>
          <Button type="submit" variant="primary">
            Start the chat
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
