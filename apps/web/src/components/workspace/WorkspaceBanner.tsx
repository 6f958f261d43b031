import { useQueries } from "@tanstack/react-query";
import { Link } from "react-router";

import { agentQuery } from "../../api/queries";
import type { Workspace } from "../../api/workspace-types";
import { Icon } from "../../ui/icons";

/** What is to be known of a workspace before one goes on in it. */
export default function WorkspaceBanner({ workspace: { state, sharedWith = [] } }: { workspace: Workspace }) {
  const others = useQueries({ queries: sharedWith.map((id) => agentQuery(id)) });
  return (
    <>
      {sharedWith.length > 0 && (
        <div role="status" className="flex shrink-0 items-start gap-2.5 border-b border-line bg-warn-soft px-4 py-2 text-sm">
          <Icon name="alert" size={14} className="mt-0.5 text-warn" />
          <p className="min-w-0">
            {sharedWith.length === 1 ? "Another chat is working in the same directory: " : "Other chats are working in the same directory: "}
            {sharedWith.map((id, index) => (
              <span key={id}>
                {index > 0 && ", "}
                <Link to={`/agents/${id}`} className="text-accent-ink underline underline-offset-2">
                  {others[index]?.data?.name || "a chat"}
                </Link>
              </span>
            ))}
            . Each may overwrite what the other does.
          </p>
        </div>
      )}
      {state === "given_up" && (
        <p role="status" className="flex shrink-0 items-start gap-2.5 border-b border-line bg-sunken px-4 py-2 text-sm text-dim">
          <Icon name="archive" size={14} className="mt-0.5" />
          The files of this chat were put away to save space. Nothing is lost: they come back by themselves when you go on, or look at them.
        </p>
      )}
    </>
  );
}
