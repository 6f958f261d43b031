import { useEffect, useState } from "react";

import { Button, IconButton } from "./Button";

/** Copies a text; says so in place for a moment. */
export function useCopy(): [copied: boolean, copy: (text: string) => void] {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1_600);
    return () => clearTimeout(timer);
  }, [copied]);
  return [copied, (text) => void writeClipboard(text).then(() => setCopied(true))];
}

export async function writeClipboard(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Over plain HTTP from another machine there is no clipboard API.
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

export function CopyButton({ text, label = "Copy", className = "" }: { text: string; label?: string; className?: string }) {
  const [copied, copy] = useCopy();
  return <IconButton icon={copied ? "check" : "copy"} label={copied ? "Copied" : label} size={14} className={className} onClick={() => copy(text)} />;
}

/** A shell command, shown whole on as many lines as it takes, with its button. */
export function CommandLine({ command, label = "Copy command" }: { command: string; label?: string }) {
  const [copied, copy] = useCopy();
  return (
    <div className="flex items-center gap-2 rounded-lg border border-line bg-sunken p-1.5 pl-3">
      <code className="min-w-0 flex-1 whitespace-pre-wrap font-mono text-xs text-ink [overflow-wrap:anywhere]">
        {/* Between its words where that is possible: a line must not end in the hyphen of an option. */}
        {command.split(/(\s+)/).map((part, index) =>
          index % 2 === 0 ? (
            <span key={index} className="inline-block max-w-full">
              {part}
            </span>
          ) : (
            part
          ),
        )}
      </code>
      <Button icon={copied ? "check" : "copy"} onClick={() => copy(command)} aria-label={label}>
        {copied ? "Copied" : "Copy"}
      </Button>
    </div>
  );
}
