import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import type { Run } from "../../api/types";
import type { Diff, DiffRange } from "../../api/workspace-types";
import { checkpointsQuery } from "../../api/workspace-queries";
import { IconButton } from "../../ui/Button";
import { Chip } from "../../ui/Chip";
import { ChoiceMenu } from "../../ui/Menu";
import { plural } from "../../ui/numbers";
import { useNow } from "../../ui/time";
import { LineTotals } from "./FileMark";
import { rangeChoices, rangeValue } from "./ranges";

interface ChangesToolbarProps {
  agentId: string;
  runs: readonly Run[];
  range: DiffRange;
  diff: Diff | undefined;
  split: boolean;
  tree: boolean;
  onRange(range: DiffRange): void;
  onSplit(split: boolean): void;
  onTree(shown: boolean): void;
}

const layouts = [
  { split: false, label: "Unified" },
  { split: true, label: "Side by side" },
];

/** Of what the changes are, how many, and how they are laid out. */
export function ChangesToolbar({ agentId, runs, range, diff, split, tree, onRange, onSplit, onTree }: ChangesToolbarProps) {
  const pages = useInfiniteQuery(checkpointsQuery(agentId)).data;
  const now = useNow(60_000);
  const choices = useMemo(() => rangeChoices(runs, pages?.pages.flatMap(({ items }) => items) ?? [], now), [runs, pages, now]);
  // What was done by hand goes from one checkpoint to another, too.
  const value = choices.find((choice) => rangeValue(choice.range) === rangeValue(range))?.value ?? rangeValue(range);
  return (
    <div className="flex min-h-10 shrink-0 flex-wrap items-center gap-x-2 gap-y-1 border-b border-line px-2 py-1">
      <IconButton icon="list" label={tree ? "Hide the tree of files" : "Show the tree of files"} aria-pressed={tree} onClick={() => onTree(!tree)} />
      <ChoiceMenu
        label="Changes of"
        side="bottom"
        value={value}
        choices={choices}
        onChange={(next) => onRange(choices.find((choice) => choice.value === next)?.range ?? {})}
        trigger={
          <Chip label="Changes of" className="border border-line-strong">
            {choices.find((choice) => choice.value === value)?.label ?? "A part of the chat"}
          </Chip>
        }
      />
      {diff && (
        <span className="flex items-center gap-2 text-xs text-dim" role="status">
          {plural(diff.totalFiles, "file")}
          <LineTotals additions={diff.additions} deletions={diff.deletions} />
        </span>
      )}
      <fieldset className="ml-auto flex rounded-md border border-line-strong p-0.5 max-sm:hidden">
        <legend className="sr-only">Layout of the changes</legend>
        {layouts.map((layout) => (
          <label key={layout.label} className="flex h-6 cursor-pointer items-center rounded px-2 text-xs text-dim has-checked:bg-selected has-checked:text-ink has-focus-visible:outline-2 has-focus-visible:outline-accent-ink touch:h-9">
            <input type="radio" name="diff-layout" className="sr-only" checked={split === layout.split} onChange={() => onSplit(layout.split)} />
            {layout.label}
          </label>
        ))}
      </fieldset>
    </div>
  );
}
