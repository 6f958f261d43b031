import { useState } from "react";

import type { Repository } from "../../api/workspace-types";
import { Button } from "../../ui/Button";
import { plural } from "../../ui/numbers";

interface ConflictsProps {
  repository: Repository;
  busy: boolean;
  /** Why nothing can be done just now. */
  held: string | undefined;
  onAsk(prompt: string): Promise<boolean>;
  onAbort(): void;
}

/** An unfinished merge: what stands against it, and who may finish it. */
export function Conflicts({ repository: { path, base, conflicts }, busy, held, onAsk, onAbort }: ConflictsProps) {
  const [asking, setAsking] = useState(false);
  const ask = async () => {
    setAsking(true);
    await onAsk(resolvePrompt(path, base?.ref, conflicts));
    setAsking(false);
  };
  return (
    <div className="rounded-lg border border-line bg-warn-soft px-3 py-2 text-sm">
      <p>{conflicts.length > 0 ? `${plural(conflicts.length, "file")} changed on both sides:` : "The conflicts are resolved. A commit finishes the merge."}</p>
      {conflicts.length > 0 && (
        <ul className="mt-1 max-h-32 overflow-y-auto font-mono text-xs">
          {conflicts.map((file) => (
            <li key={file} className="break-all">
              {file}
            </li>
          ))}
        </ul>
      )}
      <div className="mt-2 flex flex-wrap gap-2">
        {conflicts.length > 0 && (
          <Button variant="primary" disabled={busy || asking} title={held} onClick={() => void ask()}>
            Let the agent resolve them
          </Button>
        )}
        <Button disabled={busy} title={held} onClick={onAbort}>
          Undo the merge
        </Button>
      </div>
    </div>
  );
}

export function resolvePrompt(path: string, base: string | undefined, conflicts: readonly string[]): string {
  return `The merge of ${base ? `\`${base}\`` : "the base branch"}${path ? ` in \`${path}\`` : ""} has conflicts. Resolve them so that both sides’ intentions are kept, make sure that it still works, and then commit the merge:\n${conflicts.map((file) => `- ${file}`).join("\n")}`;
}
