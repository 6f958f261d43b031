import { useQuery } from "@tanstack/react-query";

import { modelsQuery } from "../../api/queries";
import type { Driver, Mode, Permission } from "../../api/types";
import { Chip } from "../../ui/Chip";
import { ChoiceMenu } from "../../ui/Menu";
import { labelOf, modes, permissions } from "./settings";

const AUTO = "auto";

export interface ChatSettings {
  permission: Permission | undefined;
  mode: Mode;
  /** Absent: the CLI's own choice. */
  model: string | undefined;
}

interface SettingChipsProps {
  driver: Driver;
  settings: ChatSettings;
  onChange(change: { permission?: Permission; mode?: Mode; model?: string | null }): void;
  side?: "top" | "bottom";
}

/** The chips that set how the agent works: model, mode, permission. */
export function SettingChips({ driver, settings, onChange, side = "top" }: SettingChipsProps) {
  const models = useQuery(modelsQuery(driver));
  const known = models.data?.items ?? [];
  const current = settings.model ?? AUTO;
  const choices = known.map(({ id, displayName }) => ({ value: id, label: displayName || id }));
  if (!choices.some(({ value }) => value === AUTO)) choices.unshift({ value: AUTO, label: "Auto" });
  if (!choices.some(({ value }) => value === current)) choices.push({ value: current, label: current });
  return (
    <>
      <ChoiceMenu
        label="Model"
        side={side}
        value={current}
        choices={choices}
        onChange={(value) => onChange({ model: value === AUTO ? null : value })}
        trigger={
          <Chip icon="cube" label="Model">
            {labelOf(choices, current)}
          </Chip>
        }
        footer={known.length === 0 && !models.isPending ? "The CLI has not told which models there are." : undefined}
      />
      <ChoiceMenu
        label="Mode"
        side={side}
        value={settings.mode}
        choices={modes}
        onChange={(mode) => onChange({ mode })}
        trigger={
          <Chip icon="list" label="Mode">
            {labelOf(modes, settings.mode)}
          </Chip>
        }
      />
      <ChoiceMenu
        label="Permission"
        side={side}
        value={settings.permission ?? ("" as Permission)}
        choices={permissions}
        onChange={(permission) => onChange({ permission })}
        trigger={
          <Chip icon="shield" label="Permission">
            {settings.permission ? labelOf(permissions, settings.permission) : "Asks first"}
          </Chip>
        }
      />
    </>
  );
}
