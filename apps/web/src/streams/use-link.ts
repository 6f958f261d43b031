import { useSyncExternalStore } from "react";

import type { LinkState } from "./events";
import { link } from "./link";

export function useLinkState(): LinkState {
  return useSyncExternalStore(link.onLink, () => link.state);
}
