/** Limits as they are written in a field. */
import type { Limit } from "../../api/limit-types";

export function writtenLimit(limit: Limit | undefined): string {
  return limit === null || limit === undefined ? "" : limit.toLocaleString("en");
}

/** Undefined where it is neither empty nor a whole number from 1; groups of digits may be set apart. */
export function parseLimit(text: string): Limit | undefined {
  const digits = text.replace(/[\s,_’']/g, "");
  if (digits === "") return null;
  const number = Number(digits);
  return /^\d+$/.test(digits) && number >= 1 && Number.isSafeInteger(number) ? number : undefined;
}
