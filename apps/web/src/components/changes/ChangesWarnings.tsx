import type { Diff } from "../../api/workspace-types";
import { Disclosure } from "../../ui/Disclosure";
import { Icon } from "../../ui/icons";
import { bytes, plural } from "../../ui/numbers";

/** What these changes may hold too much, and what they lack. */
export function ChangesWarnings({ diff: { mayHoldOthersWork, notCaptured } }: { diff: Diff }) {
  if (!mayHoldOthersWork && notCaptured.length === 0) return null;
  return (
    <div className="shrink-0 border-b border-line bg-warn-soft px-3 py-1 text-sm">
      {mayHoldOthersWork && (
        <p className="flex items-start gap-2 py-1">
          <Icon name="alert" size={14} className="mt-0.5 text-warn" />
          May hold another agent’s work: more than one worked here at a time.
        </p>
      )}
      {notCaptured.length > 0 && (
        <Disclosure summary={`${plural(notCaptured.length, "file")} too large to be recorded`}>
          <ul className="max-h-40 overflow-y-auto pb-1.5 font-mono text-xs">
            {notCaptured.map(({ path, size }) => (
              <li key={path} className="flex gap-3">
                <span className="min-w-0 break-all">{path}</span>
                <span className="shrink-0 text-dim">{bytes(size)}</span>
              </li>
            ))}
          </ul>
        </Disclosure>
      )}
    </div>
  );
}
