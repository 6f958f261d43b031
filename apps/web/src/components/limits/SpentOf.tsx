import type { Limit } from "../../api/limit-types";

/** How much of a budget is spent: in words, and as a bar where there is a limit. */
export function SpentOf({ spent, limit }: { spent: number; limit: Limit }) {
  const written = spent.toLocaleString("en", { maximumFractionDigits: 1 });
  if (limit === null) return `${written} spent`;
  const part = Math.min(1, spent / limit);
  return (
    <span className="flex items-center gap-2">
      <span aria-hidden="true" className="h-1 w-20 overflow-hidden rounded-full bg-selected">
        <span className={`block h-full rounded-full ${part >= 1 ? "bg-danger" : part >= 0.8 ? "bg-warn" : "bg-accent"}`} style={{ width: `${part * 100}%` }} />
      </span>
      {written} of {limit.toLocaleString("en")} spent
    </span>
  );
}
