import { useQuery } from "@tanstack/react-query";
import { useEffect, useId, useState } from "react";

import { errorMessage } from "../../api/client";
import { fileSearchQuery } from "../../api/workspace-queries";
import { Dialog } from "../../ui/Dialog";
import { bytes } from "../../ui/numbers";

interface FileFinderProps {
  agentId: string;
  onClose(): void;
  onOpen(path: string): void;
}

const SETTLED_MS = 120;

/** Finds a file by some letters of its path, as in an editor. */
export function FileFinder({ agentId, onClose, onOpen }: FileFinderProps) {
  const id = useId();
  const [typed, setTyped] = useState("");
  const [query, setQuery] = useState("");
  const [active, setActive] = useState(0);
  useEffect(() => {
    const timer = setTimeout(() => setQuery(typed.trim()), SETTLED_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  const found = useQuery({ ...fileSearchQuery(agentId, query), enabled: query !== "" });
  const items = query === "" ? [] : (found.data?.items ?? []);
  const chosen = Math.min(active, items.length - 1);
  return (
    <Dialog open onClose={onClose} title="Go to a file">
      <input
        autoFocus
        value={typed}
        role="combobox"
        aria-label="Name of the file"
        aria-expanded={items.length > 0}
        aria-controls={`${id}-list`}
        aria-activedescendant={chosen >= 0 ? `${id}-${chosen}` : undefined}
        autoComplete="off"
        spellCheck={false}
        placeholder="Some letters of its path"
        onChange={(event) => {
          setTyped(event.target.value);
          setActive(0);
        }}
        onKeyDown={(event) => {
          if (event.key === "ArrowDown") setActive(Math.min(items.length - 1, chosen + 1));
          else if (event.key === "ArrowUp") setActive(Math.max(0, chosen - 1));
          else if (event.key === "Enter" && items[chosen]) onOpen(items[chosen].path);
          else return;
          event.preventDefault();
        }}
        className="h-9 w-full shrink-0 rounded-md border border-line-strong bg-canvas px-2.5 text-sm placeholder:text-faint touch:h-10"
      />
      <div id={`${id}-list`} role="listbox" aria-label="Files" className="mt-2 h-72 overflow-y-auto">
        {items.map(({ path, size }, index) => (
          <button
            key={path}
            type="button"
            id={`${id}-${index}`}
            ref={(element) => {
              if (index === chosen) element?.scrollIntoView({ block: "nearest" });
            }}
            role="option"
            aria-selected={index === chosen}
            tabIndex={-1}
            onMouseMove={() => setActive(index)}
            onClick={() => onOpen(path)}
            className={`flex min-h-8 w-full items-center gap-2 rounded-md px-2 touch:min-h-10 ${index === chosen ? "bg-hover" : ""}`}
          >
            <span className="min-w-0 flex-1 truncate font-mono text-xs [direction:rtl] text-left">
              <bdi>{path}</bdi>
            </span>
            {size !== undefined && <span className="shrink-0 text-2xs text-faint">{bytes(size)}</span>}
          </button>
        ))}
      </div>
      <p role="status" className="mt-1 min-h-4.5 text-xs text-dim">
        {found.error ? errorMessage(found.error) : query !== "" && found.data && items.length === 0 ? "No file is called like that." : found.data?.truncated && items.length > 0 ? "There are more: type on." : ""}
      </p>
    </Dialog>
  );
}
