import { openDialog } from "../../stores/layout";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/icons";

export function NotSignedIn() {
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-2 rounded-lg border border-line bg-warn-soft px-3 py-2.5 text-sm">
      <Icon name="alert" className="text-warn" />
      <p className="min-w-40 flex-1">The Cursor CLI is not signed in, so a chat cannot start.</p>
      <Button onClick={() => openDialog.set({ name: "cursor-login" })}>Sign in to Cursor</Button>
    </div>
  );
}
