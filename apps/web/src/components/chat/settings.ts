/** The settings of a chat, in plain words. */
import type { Mode, Permission } from "../../api/types";
import type { Choice } from "../../ui/Menu";

export const permissions: readonly Choice<Permission>[] = [
  { value: "read-only", label: "Read only", description: "Reads files and answers. Changes nothing, runs nothing." },
  { value: "rules", label: "Edit files", description: "Reads and edits files. Runs only the commands your Cursor rules allow; the rest is refused and shown, so that you can allow it." },
  { value: "everything", label: "Everything", description: "Edits files and runs any command without asking, but for what your Cursor rules forbid." },
];

export const modes: readonly Choice<Mode>[] = [
  { value: "agent", label: "Agent", description: "Does the work." },
  { value: "plan", label: "Plan", description: "Looks around and drafts a plan first. Changes nothing." },
];

export function labelOf<T extends string>(choices: readonly Choice<T>[], value: T): string {
  return choices.find((choice) => choice.value === value)?.label ?? value;
}
