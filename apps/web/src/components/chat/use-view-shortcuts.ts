import { useEffect } from "react";
import { useNavigate } from "react-router";

/** As in an editor, where G is for what was changed, and E for the files. */
const views: Record<string, "changes" | "files"> = { g: "changes", e: "files" };

/** Ctrl/⌘ Shift G and E go to a chat's changes and files, and back. */
export function useViewShortcuts(agentId: string, view: "changes" | "files" | undefined): void {
  const navigate = useNavigate();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const wanted = (event.ctrlKey || event.metaKey) && event.shiftKey && !event.altKey ? views[event.key.toLowerCase()] : undefined;
      if (!wanted) return;
      event.preventDefault();
      void navigate(wanted === view ? `/agents/${agentId}` : `/agents/${agentId}/${wanted}`);
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [navigate, agentId, view]);
}
