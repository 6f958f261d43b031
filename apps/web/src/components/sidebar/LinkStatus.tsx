import { useEffect, useState } from "react";

import { link } from "../../streams/link";
import { useLinkState } from "../../streams/use-link";
import { Spinner } from "../../ui/Spinner";

/** Says so when the page is cut off from the server, and nothing otherwise. */
export function LinkStatus() {
  const state = useLinkState();
  const offline = state === "reconnecting";
  const [shown, setShown] = useState(false);
  useEffect(() => {
    // A blink of the line is not worth a word.
    const timer = setTimeout(() => setShown(offline), offline ? 1_200 : 0);
    return () => clearTimeout(timer);
  }, [offline]);
  return (
    <div role="status">
      {shown && (
        <p className="mb-1 flex items-center gap-2 rounded-md bg-warn-soft px-2 py-1.5 text-xs text-warn">
          <Spinner size={12} />
          <span className="min-w-0 flex-1">{navigator.onLine ? "Reconnecting to the server…" : "You are offline."}</span>
          <button type="button" className="rounded px-1 font-medium underline underline-offset-2" onClick={() => link.retry()}>
            Try now
          </button>
        </p>
      )}
    </div>
  );
}
