/** What each limit is called, in the order in which they are shown. */
import type { BUDGETS, RUN_LIMITS } from "../../api/limit-types";

export interface LimitName<T extends string> {
  field: T;
  label: string;
  unit: string;
}

export const runLimits: readonly LimitName<(typeof RUN_LIMITS)[number]>[] = [
  { field: "minutes", label: "Time", unit: "minutes" },
  { field: "silenceMinutes", label: "Time without a word", unit: "minutes" },
  { field: "outputMegabytes", label: "Output", unit: "MB" },
  { field: "toolCalls", label: "Tool calls", unit: "calls" },
  { field: "tokens", label: "Tokens", unit: "tokens" },
  { field: "repeatedFailures", label: "Same command failing", unit: "in a row" },
];

export const budgets: readonly LimitName<(typeof BUDGETS)[number]>[] = [
  { field: "minutes", label: "Time", unit: "minutes" },
  { field: "toolCalls", label: "Tool calls", unit: "calls" },
  { field: "tokens", label: "Tokens", unit: "tokens" },
];
