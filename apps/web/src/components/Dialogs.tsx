import { lazy, Suspense } from "react";

import { useStore } from "../stores/external";
import { openDialog } from "../stores/layout";
import { CommandLine } from "../ui/Copy";
import { Dialog } from "../ui/Dialog";

const CursorLogin = lazy(() => import("./machine/CursorLogin"));

const ChatLimits = lazy(() => import("./limits/ChatLimits"));
const AboutWorkspace = lazy(() => import("./workspace/AboutWorkspace"));
const Checkpoints = lazy(() => import("./workspace/Checkpoints"));

const shortcuts: [keys: string[], does: string][] = [
  [["n"], "New chat"],
  [["Ctrl/⌘", "K"], "Search chats"],
  [["↑", "↓"], "Go through the list"],
  [["Shift", "F10"], "Menu of a chat in the list"],
  [["Enter"], "Send; while the agent works, add to the queue"],
  [["Shift", "Enter"], "New line"],
  [["↑", "↓"], "Move a waiting prompt, on its handle"],
  [["Ctrl/⌘", "Shift", "G"], "Changes of the chat, and back"],
  [["Ctrl/⌘", "Shift", "E"], "Files of the chat, and back"],
  [["Ctrl/⌘", "P"], "Go to a file, among the files"],
  [["j", "k"], "Next and previous file, among the changes"],
  [["Esc"], "Close what is open"],
  [["?"], "This sheet"],
];

/** The dialogs that any part of the page may open. */
export function Dialogs() {
  const dialog = useStore(openDialog);
  const close = () => openDialog.set(undefined);
  return (
    <>
      <Dialog open={dialog?.name === "shortcuts"} onClose={close} title="Keyboard shortcuts">
        <dl className="divide-y divide-line text-sm">
          {shortcuts.map(([keys, does]) => (
            <div key={does} className="flex items-center justify-between py-2">
              <dt>{does}</dt>
              <dd className="flex gap-1">
                {keys.map((key) => (
                  <kbd key={key} className="rounded border border-line-strong bg-sunken px-1.5 py-0.5 font-mono text-xs">
                    {key}
                  </kbd>
                ))}
              </dd>
            </div>
          ))}
        </dl>
      </Dialog>
      <Dialog open={dialog?.name === "terminal"} onClose={close} title="Continue in a terminal" description="On the machine where cursor-selfhost runs, this opens the chat in the Cursor CLI.">
        {dialog?.name === "terminal" && (
          <div className="pt-2">
            <CommandLine command={dialog.command} />
          </div>
        )}
      </Dialog>
      {dialog?.name === "cursor-login" && (
        <Suspense>
          <CursorLogin onClose={close} />
        </Suspense>
      )}
      <Suspense>
        {dialog?.name === "chat-limits" && <ChatLimits agentId={dialog.agentId} onClose={close} />}
        {dialog?.name === "workspace" && <AboutWorkspace agentId={dialog.agentId} onClose={close} />}
        {dialog?.name === "checkpoints" && <Checkpoints agentId={dialog.agentId} onClose={close} />}
      </Suspense>
    </>
  );
}
