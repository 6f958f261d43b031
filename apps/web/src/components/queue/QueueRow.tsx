import type { KeyboardEvent, PointerEvent } from "react";

import type { QueuedPrompt } from "../../api/types";
import { IconButton } from "../../ui/Button";
import { Icon } from "../../ui/icons";
import { Menu, MenuItem, MenuSeparator } from "../../ui/Menu";
import { labelOf, modes, permissions } from "../chat/settings";

interface QueueRowProps {
  item: QueuedPrompt;
  index: number;
  total: number;
  /** A run works, which has to be stopped before this can be sent. */
  live: boolean;
  onEdit(): void;
  onMove(position: number): void;
  onRemove(): void;
  onSend(): void;
  onGrab(event: PointerEvent<HTMLElement>): void;
}

/** One waiting prompt: a handle to move it, its words, and what can be done with it. */
export function QueueRow({ item, index, total, live, onEdit, onMove, onRemove, onSend, onGrab }: QueueRowProps) {
  const send = live ? "Stop and send now" : "Send now";
  const onKey = (event: KeyboardEvent) => {
    const position = { ArrowUp: index - 1, ArrowDown: index + 1, Home: 0, End: total - 1 }[event.key];
    if (position === undefined) return;
    event.preventDefault();
    if (position >= 0 && position < total && position !== index) onMove(position);
  };
  return (
    <>
      <button
        type="button"
        data-queue-handle
        aria-label={`Move prompt ${index + 1}`}
        aria-describedby="queue-move-keys"
        title="Drag, or use the arrow keys"
        onKeyDown={onKey}
        onPointerDown={onGrab}
        className="flex h-8 w-6 shrink-0 cursor-grab touch-none items-center justify-center rounded text-faint hover:bg-hover hover:text-ink active:cursor-grabbing touch:h-10 touch:w-9"
      >
        <Icon name="grip" size={14} />
      </button>
      <button type="button" title="Edit" data-queue-text onClick={onEdit} className="min-w-0 flex-1 self-stretch rounded px-1 py-1.5 text-left text-sm touch:min-h-10">
        <span className="line-clamp-2 break-words whitespace-pre-line">{item.prompt.text}</span>
        {settingsOf(item) && <span className="block text-2xs text-faint">{settingsOf(item)}</span>}
      </button>
      <span className="flex shrink-0 items-center">
        <IconButton icon="forward" label={send} size={14} className="max-sm:hidden" onClick={onSend} />
        <IconButton icon="trash" label="Delete" size={14} className="max-sm:hidden" onClick={onRemove} />
        <Menu align="end" trigger={<IconButton icon="more" label={`Menu of prompt ${index + 1}`} size={14} />}>
          <MenuItem icon="forward" onSelect={onSend}>
            {send}
          </MenuItem>
          <MenuItem icon="pencil" onSelect={onEdit}>
            Edit
          </MenuItem>
          {total > 1 && <MenuSeparator />}
          {index > 0 && <MenuItem icon="arrowUp" onSelect={() => onMove(index - 1)}>Move up</MenuItem>}
          {index < total - 1 && <MenuItem icon="arrowDown" onSelect={() => onMove(index + 1)}>Move down</MenuItem>}
          {index > 1 && <MenuItem icon="toTop" onSelect={() => onMove(0)}>Move to the front</MenuItem>}
          {index < total - 2 && <MenuItem icon="toEnd" onSelect={() => onMove(total - 1)}>Move to the end</MenuItem>}
          <MenuSeparator />
          <MenuItem icon="trash" tone="danger" onSelect={onRemove}>
            Delete
          </MenuItem>
        </Menu>
      </span>
    </>
  );
}

/** What this prompt brings along, where it differs from what the chat has by then. */
function settingsOf({ mode, model, permission, session }: QueuedPrompt): string {
  return [mode && labelOf(modes, mode), model?.id, permission && labelOf(permissions, permission), session === "fresh" && "Fresh session"].filter(Boolean).join(" · ");
}
