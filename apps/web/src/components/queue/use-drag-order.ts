import { type PointerEvent, type RefObject, useEffect, useRef, useState } from "react";

import { dropIndex } from "./order";

export interface Drag {
  id: string;
  from: number;
  to: number;
  /** How far the pointer went, in pixels of the list. */
  distance: number;
}

const EDGE = 32;
const SCROLL_STEP = 9;

/** Lets rows (`[data-index]` inside of `scroller`) be dragged by a handle; Escape leaves all as it was. */
export function useDragOrder(scroller: RefObject<HTMLElement | null>, onDrop: (id: string, to: number) => void) {
  const [drag, setDrag] = useState<Drag>();
  const stop = useRef<(() => void) | undefined>(undefined);
  useEffect(() => () => stop.current?.(), []);

  const start = (event: PointerEvent<HTMLElement>, id: string, from: number) => {
    const list = scroller.current;
    if (event.button !== 0 || !list) return;
    const handle = event.currentTarget;
    handle.setPointerCapture(event.pointerId);
    const began = { y: event.clientY, scroll: list.scrollTop };
    let y = event.clientY;
    let latest: Drag | undefined;
    let frame = 0;

    const follow = () => {
      const rows = [...list.querySelectorAll<HTMLElement>("[data-index]")].map((row) => {
        const { top, bottom } = row.getBoundingClientRect();
        return { index: Number(row.dataset.index), top, bottom };
      });
      latest = { id, from, to: dropIndex(rows, from, y), distance: y - began.y + list.scrollTop - began.scroll };
      setDrag(latest);
    };
    // At its edges the list scrolls along.
    const scroll = () => {
      const { top, bottom } = list.getBoundingClientRect();
      const before = list.scrollTop;
      if (y < top + EDGE) list.scrollTop -= SCROLL_STEP;
      else if (y > bottom - EDGE) list.scrollTop += SCROLL_STEP;
      if (list.scrollTop !== before && latest) follow();
      frame = requestAnimationFrame(scroll);
    };
    const move = (moved: globalThis.PointerEvent) => {
      y = moved.clientY;
      if (latest || Math.abs(y - began.y) > 3) follow();
    };
    const end = (dropped: boolean) => {
      stop.current?.();
      if (dropped && latest && latest.to !== from) onDrop(id, latest.to);
    };
    const drop = () => end(true);
    const cancel = () => end(false);
    const key = (pressed: KeyboardEvent) => {
      if (pressed.key !== "Escape") return;
      pressed.stopPropagation();
      cancel();
    };
    handle.addEventListener("pointermove", move);
    handle.addEventListener("pointerup", drop);
    handle.addEventListener("pointercancel", cancel);
    addEventListener("keydown", key, true);
    frame = requestAnimationFrame(scroll);
    stop.current = () => {
      cancelAnimationFrame(frame);
      handle.removeEventListener("pointermove", move);
      handle.removeEventListener("pointerup", drop);
      handle.removeEventListener("pointercancel", cancel);
      removeEventListener("keydown", key, true);
      stop.current = undefined;
      setDrag(undefined);
    };
  };
  return { drag, start, stop: () => stop.current?.() };
}
