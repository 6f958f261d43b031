import { Field } from "../../ui/Field";

interface BranchFieldsProps {
  onCurrentBranch: boolean;
  branchName: string;
  /** What `branchName` would be unless told. */
  onChange(change: { onCurrentBranch?: boolean; branchName?: string }): void;
}

const choice = "flex cursor-pointer items-start gap-3 rounded-lg border border-line p-3 has-checked:border-accent-ink has-checked:bg-accent-soft";

/** On which branch the agent commits: one of its own, or the one it begins at. */
export function BranchFields({ onCurrentBranch, branchName, onChange }: BranchFieldsProps) {
  return (
    <fieldset className="space-y-2">
      <legend className="mb-1 text-sm font-medium">Branch</legend>
      <label className={choice}>
        <input type="radio" name="branch" checked={!onCurrentBranch} onChange={() => onChange({ onCurrentBranch: false })} className="mt-0.5 size-4 shrink-0 accent-accent" />
        <span className="min-w-0">
          <span className="block text-sm font-medium">A new branch</span>
          <span className="block text-sm text-dim">What you begin at stays as it is.</span>
        </span>
      </label>
      {!onCurrentBranch && (
        <Field label="Name of the new branch" hideLabel value={branchName} placeholder="cursor/… after what is to be done" spellCheck={false} autoCapitalize="off" autoCorrect="off" onChange={(event) => onChange({ branchName: event.target.value.trim() })} className="pl-10" />
      )}
      <label className={choice}>
        <input type="radio" name="branch" checked={onCurrentBranch} onChange={() => onChange({ onCurrentBranch: true })} className="mt-0.5 size-4 shrink-0 accent-accent" />
        <span className="min-w-0">
          <span className="block text-sm font-medium">Work on this branch</span>
          <span className="block text-sm text-dim">Commits go on the branch it begins at. Nothing is pushed unless you say so.</span>
        </span>
      </label>
    </fieldset>
  );
}
