/** How much more a chat may use, when it has used up what it was allowed. */
import { type AgentLimits, type Budget, BUDGETS } from "../../api/limit-types";

type Field = (typeof BUDGETS)[number];

/** The limits of the chat that its runs have reached. */
export function spentUp({ chat, spent }: Pick<AgentLimits, "chat" | "spent">): Field[] {
  return BUDGETS.filter((field) => chat[field] !== null && spent[field] >= chat[field]);
}

/**
 * The chat's budget with as much again, from what is spent on, of what is used up: `usual` is what
 * all chats are allowed. Rounding may hide which one it was; then it is the one nearest to its end.
 */
export function allowedAgain(limits: Pick<AgentLimits, "chat" | "spent">, usual: Budget): Partial<Budget> {
  const { chat, spent } = limits;
  const limited = BUDGETS.filter((field) => chat[field] !== null).toSorted((a, b) => spent[b] / chat[b]! - spent[a] / chat[a]!);
  const reached = spentUp(limits);
  const raised: Partial<Budget> = {};
  for (const field of reached.length > 0 ? reached : limited.slice(0, 1)) {
    raised[field] = Math.max(Math.ceil(spent[field]), chat[field]!) + (usual[field] ?? chat[field]!);
  }
  return raised;
}
