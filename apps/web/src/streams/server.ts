import type { HubOptions } from "./hub";

/** The hub's two ways to the server, below the base address of the page. */
export function serverAt(base: string): HubOptions {
  return {
    open: (parameters) => new EventSource(new URL(`v1/events?${parameters}`, base), { withCredentials: true }),
    signedIn: async () => (await fetch(new URL("v1/session", base), { credentials: "same-origin" })).status !== 401,
  };
}
