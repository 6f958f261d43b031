import { Chip } from "../../ui/Chip";
import { ChoiceMenu } from "../../ui/Menu";
import type { LocalSource } from "./source";

const choices = [
  { value: "place", label: "In place", description: "Works in your directory itself. You see each change at once." },
  { value: "copy", label: "A copy of its own", description: "A clone on a new branch, so that agents work side by side. Your directory stays as it is." },
] as const;

/** For a directory that is a git repository: whether the agent works in it, or in a copy. */
export function CopyChip({ source, onChange }: { source: LocalSource; onChange(source: LocalSource): void }) {
  return (
    <>
      <ChoiceMenu<"place" | "copy">
        label="Where in the repository"
        side="bottom"
        value={source.copy ? "copy" : "place"}
        choices={choices}
        onChange={(value) => onChange({ ...source, copy: value === "copy" })}
        trigger={
          <Chip icon="copy" label="Works" className="border border-line-strong bg-raised text-ink">
            {source.copy ? "A copy of its own" : "In place"}
          </Chip>
        }
      />
      {source.copy && (
        <label className="flex h-7 items-center gap-2 px-1 text-xs text-dim touch:h-10">
          <input type="checkbox" checked={source.uncommittedChanges ?? true} onChange={(event) => onChange({ ...source, uncommittedChanges: event.target.checked })} className="size-4 accent-accent" />
          With uncommitted changes
        </label>
      )}
    </>
  );
}
