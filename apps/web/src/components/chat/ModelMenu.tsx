import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";

import { modelsQuery } from "../../api/queries";
import type { Driver } from "../../api/types";
import { type Choice, ChoiceMenu } from "../../ui/Menu";

const AUTO = "auto";

interface Models {
  current: string;
  choices: Choice<string>[];
  /** The CLI has told of none. */
  none: boolean;
}

/** The models that can be chosen, with Auto and the chosen one always among them. */
export function useModels(driver: Driver, model: string | undefined): Models {
  const models = useQuery(modelsQuery(driver));
  const known = models.data?.items ?? [];
  const current = model ?? AUTO;
  const choices = known.map(({ id, displayName }) => ({ value: id, label: displayName || id }));
  if (!choices.some(({ value }) => value === AUTO)) choices.unshift({ value: AUTO, label: "Auto" });
  if (!choices.some(({ value }) => value === current)) choices.push({ value: current, label: current });
  return { current, choices, none: known.length === 0 && !models.isPending };
}

interface ModelMenuProps {
  driver: Driver;
  /** Absent: the CLI's own choice. */
  model: string | undefined;
  /** null: the CLI's own choice. */
  onChange(model: string | null): void;
  trigger: ReactElement;
  side?: "top" | "bottom";
}

export function ModelMenu({ driver, model, onChange, trigger, side = "top" }: ModelMenuProps) {
  const { current, choices, none } = useModels(driver, model);
  return (
    <ChoiceMenu
      label="Model"
      side={side}
      value={current}
      choices={choices}
      onChange={(value) => onChange(value === AUTO ? null : value)}
      trigger={trigger}
      footer={none ? "The CLI has not told which models there are." : undefined}
    />
  );
}
