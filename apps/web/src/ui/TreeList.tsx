import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type ReactNode, useCallback, useEffect, useId, useRef, useState } from "react";

export interface TreeItem {
  key: string;
  depth: number;
  /** Undefined for what has nothing inside. */
  expanded?: boolean;
}

interface TreeListProps<T extends TreeItem> {
  label: string;
  items: readonly T[];
  selected: string | undefined;
  busy?: boolean;
  children(item: T): ReactNode;
  onSelect(item: T): void;
  onToggle(item: T): void;
}

const HEIGHT = matchMedia("(pointer: coarse)").matches ? 40 : 28;

/** A tree of which only what is in sight is in the document. Arrow keys go through it. */
export function TreeList<T extends TreeItem>({ label, items, selected, busy, children, onSelect, onToggle }: TreeListProps<T>) {
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState<string>();
  const activeIndex = Math.max(0, items.findIndex(({ key }) => key === (active ?? selected)));
  const getItemKey = useCallback((index: number) => items[index]!.key, [items]);
  const virtualizer = useVirtualizer({ count: items.length, getScrollElement: () => scroller.current, getItemKey, estimateSize: () => HEIGHT, overscan: 10, paddingStart: 4, paddingEnd: 8 });

  // What is chosen elsewhere is brought into sight.
  useEffect(() => {
    const index = selected === undefined ? -1 : items.findIndex(({ key }) => key === selected);
    if (index >= 0) virtualizer.scrollToIndex(index, { align: "auto" });
    // oxlint-disable-next-line react/exhaustive-deps -- not when rows are added, only when another is chosen
  }, [selected]);

  const move = (index: number) => {
    const next = items[Math.min(items.length - 1, Math.max(0, index))];
    if (!next) return;
    setActive(next.key);
    virtualizer.scrollToIndex(items.indexOf(next), { align: "auto" });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const item = items[activeIndex];
    if (!item || event.ctrlKey || event.metaKey || event.altKey) return;
    const keys: Record<string, () => void> = {
      ArrowDown: () => move(activeIndex + 1),
      ArrowUp: () => move(activeIndex - 1),
      Home: () => move(0),
      End: () => move(items.length - 1),
      ArrowRight: () => (item.expanded === false ? onToggle(item) : move(activeIndex + 1)),
      ArrowLeft: () => (item.expanded ? onToggle(item) : move(items.findLastIndex((other, index) => index < activeIndex && other.depth < item.depth))),
      Enter: () => (item.expanded === undefined ? onSelect(item) : onToggle(item)),
      " ": () => (item.expanded === undefined ? onSelect(item) : onToggle(item)),
    };
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]!();
  };
  const rowId = (key: string) => `${id}-${key}`;
  const shown = virtualizer.getVirtualItems();
  const activeShown = shown.some(({ index }) => index === activeIndex);
  return (
    <div ref={scroller} className="h-full overflow-y-auto overflow-x-hidden">
      <div
        role="tree"
        aria-label={label}
        aria-busy={busy}
        tabIndex={0}
        aria-activedescendant={activeShown && items[activeIndex] ? rowId(items[activeIndex].key) : undefined}
        onKeyDown={onKeyDown}
        // The tree itself keeps the focus, whatever comes into sight and goes.
        onMouseDown={(event) => event.preventDefault()}
        onClick={(event) => {
          const index = (event.target as Element).closest("[data-tree-item]")?.getAttribute("data-tree-item");
          const item = items[Number(index ?? -1)];
          if (!item) return;
          event.currentTarget.focus({ preventScroll: true });
          setActive(item.key);
          if (item.expanded === undefined) onSelect(item);
          else onToggle(item);
        }}
        className="group/tree relative min-h-full outline-none"
        style={{ height: virtualizer.getTotalSize() }}
      >
        {shown.map(({ index, start }) => {
          const item = items[index]!;
          return (
            <div
              key={item.key}
              id={rowId(item.key)}
              role="treeitem"
              aria-level={item.depth + 1}
              aria-expanded={item.expanded}
              aria-selected={item.key === selected}
              tabIndex={-1}
              data-tree-item={index}
              className={`absolute inset-x-1 top-0 flex cursor-pointer select-none items-center gap-1.5 rounded-md pr-1.5 text-sm ${item.key === selected ? "bg-hover font-medium" : "hover:bg-hover"} ${index === activeIndex ? "group-focus-visible/tree:outline-2 group-focus-visible/tree:-outline-offset-2 group-focus-visible/tree:outline-accent-ink" : ""}`}
              style={{ height: HEIGHT, transform: `translateY(${start}px)`, paddingLeft: 6 + item.depth * 12 }}
            >
              {children(item)}
            </div>
          );
        })}
      </div>
    </div>
  );
}
