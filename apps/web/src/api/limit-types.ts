/** Limits, after docs/api.md: whole numbers from 1; null stands for no limit. */

export type Limit = number | null;

export const RUN_LIMITS = ["minutes", "silenceMinutes", "outputMegabytes", "toolCalls", "tokens", "repeatedFailures"] as const;
export const BUDGETS = ["minutes", "toolCalls", "tokens"] as const;

export type RunLimits = Record<(typeof RUN_LIMITS)[number], Limit>;
export type Budget = Record<(typeof BUDGETS)[number], Limit>;
export type Spent = Record<(typeof BUDGETS)[number], number>;

export interface Limits {
  concurrentRuns: Limit;
  run: RunLimits;
  chat: Budget;
  day: Budget;
  today: Spent;
}

export interface PatchLimits {
  concurrentRuns?: Limit;
  run?: Partial<RunLimits>;
  chat?: Partial<Budget>;
  day?: Partial<Budget>;
}

/** What counts in one chat, what of it is the chat's own, and what all its runs came to. */
export interface AgentLimits {
  run: RunLimits;
  chat: Budget;
  overrides: { run?: Partial<RunLimits>; chat?: Partial<Budget> };
  spent: Spent;
}

/** null goes back to the limits of all chats. */
export interface PatchAgentLimits {
  run?: Partial<RunLimits>;
  chat?: Partial<Budget>;
}
