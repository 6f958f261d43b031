import { useEffect } from "react";
import { useNavigate } from "react-router";

import { openDialog, sheetOpen } from "../stores/layout";

/** The keys that work anywhere on the page. */
export function useShortcuts(wide: boolean): void {
  const navigate = useNavigate();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        if (!wide) sheetOpen.set(true);
        // The sheet has to be there before its field can take the focus.
        setTimeout(() => document.getElementById("chat-search")?.focus(), wide ? 0 : 60);
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector("[role=dialog],[role=menu]")) return;
      if (event.key === "n") {
        event.preventDefault();
        void navigate("/");
      } else if (event.key === "?") {
        event.preventDefault();
        openDialog.set({ name: "shortcuts" });
      }
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [navigate, wide]);
}

/** Whether a letter is text, and no shortcut. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName));
}
