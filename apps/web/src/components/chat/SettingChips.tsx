import type { Driver, Mode, Permission } from "../../api/types";
import { Chip } from "../../ui/Chip";
import { ChoiceMenu } from "../../ui/Menu";
import { ModelMenu, useModels } from "./ModelMenu";
import { labelOf, modes, permissions } from "./settings";

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
  const { choices, current } = useModels(driver, settings.model);
  return (
    <>
      <ModelMenu
        driver={driver}
        model={settings.model}
        side={side}
        onChange={(model) => onChange({ model })}
        trigger={
          <Chip icon="cube" label="Model">
            {labelOf(choices, current)}
          </Chip>
        }
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
            {settings.permission ? labelOf(permissions, settings.permission) : "Choose permission"}
          </Chip>
        }
      />
    </>
  );
}
