import { Link } from "react-router";

import { IconButton } from "../../ui/Button";
import { ErrorNote } from "../../ui/ErrorNote";
import { InlineCode } from "../../ui/InlineCode";
import type { Refusal } from "./use-repository-actions";

/** What the settings of git can help. */
const IN_SETTINGS = new Set(["no_git_identity", "repository_access", "host_key_unknown"]);

/** Why something was not done, in the server's and git's own words. */
export function RefusalNote({ refusal: { code, message, conflicts }, onDismiss }: { refusal: Refusal; onDismiss(): void }) {
  return (
    <ErrorNote action={<IconButton icon="close" size={12} label="Dismiss" onClick={onDismiss} className="-my-1" />}>
      <p className="whitespace-pre-wrap">
        <InlineCode text={message} />
      </p>
      {conflicts.length > 0 && (
        <ul className="mt-1 max-h-32 overflow-y-auto font-mono text-xs">
          {conflicts.map((path) => (
            <li key={path} className="break-all">
              {path}
            </li>
          ))}
        </ul>
      )}
      {IN_SETTINGS.has(code) && (
        <Link to="/settings#git" className="mt-1 inline-block text-accent-ink underline underline-offset-2">
          Settings → Git
        </Link>
      )}
    </ErrorNote>
  );
}
