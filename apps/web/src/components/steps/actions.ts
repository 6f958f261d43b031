import { createContext, use } from "react";

import type { Driver } from "../../api/types";

/** What steps can start in the chat that shows them. */
export interface StepActions {
  agentId: string;
  /** The chat's directory: paths inside are shown short. */
  directory: string;
  driver: Driver;
  /** The chat's model; absent: the CLI's own choice. */
  model?: string;
  latestRunId?: string;
  /** A run is live, or one is being started: nothing else can be. */
  busy: boolean;
  allowAndGoOn(rules: string[]): void;
  allowEverythingAndGoOn(): void;
  /** Lets the agent go on where it was stopped. */
  goOn(): void;
  /** Allows the chat as much again of what it has used up, and goes on. */
  allowAsMuchAgainAndGoOn(): void;
  showLimits(): void;
  retry(): void;
  /** Gives the chat another model (null: the CLI's own choice) and sends the last prompt again. */
  retryWithModel(model: string | null): void;
  startAfresh(): void;
  signInToCursor(): void;
  useDemo(): void;
}

export const StepActionsContext = createContext<StepActions | undefined>(undefined);

export function useStepActions(): StepActions {
  const actions = use(StepActionsContext);
  if (!actions) throw new Error("a step stands outside of its chat");
  return actions;
}
