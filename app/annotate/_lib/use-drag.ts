// Dragging a reply's letter by mouse, pen or finger: pointer events alone, so that all three behave alike.
"use client";
import { type PointerEvent as ReactPointerEvent, useEffect, useEffectEvent, useRef, useState } from "react";

/** Where a letter can be dropped: at a place, alone into the gap before one, or back among those without a place. */
export type Target = { kind: "place" | "gap"; at: number } | { kind: "tray" };

export interface Drag {
  id: string;
  x: number;
  y: number;
  over: Target | null;
}

/** Shorter movements, in pixels, are clicks. */
const THRESHOLD = 4;

/** Written into `data-drop` of whatever can be dropped on. */
export const dropName = (target: Target) => (target.kind === "tray" ? "tray" : `${target.kind}:${target.at}`);

export function parseDrop(name: string | null | undefined): Target | null {
  if (name === "tray") return { kind: "tray" };
  const [, kind, at] = /^(place|gap):(\d+)$/.exec(name ?? "") ?? [];
  return kind && at ? { kind: kind as "place" | "gap", at: Number(at) } : null;
}

function targetAt(x: number, y: number): Target | null {
  return parseDrop(document.elementFromPoint(x, y)?.closest<HTMLElement>("[data-drop]")?.dataset.drop);
}

type DragProps = { onDrop: (id: string, target: Target) => void };

/** `grip(id)` makes an element something to drag by; `drag` is what moves now, for drawing it. */
export function useDrag({ onDrop }: DragProps) {
  const [drag, setDrag] = useState<Drag | null>(null);
  const pressed = useRef<{ id: string; pointer: number; x: number; y: number } | null>(null);
  /** The click that ends a drag is none. */
  const dragged = useRef(false);

  const end = useEffectEvent(() => {
    pressed.current = null;
    setDrag(null);
  });
  const onMove = useEffectEvent((event: PointerEvent) => {
    const from = pressed.current;
    if (from?.pointer !== event.pointerId) return;
    if (!dragged.current && Math.hypot(event.clientX - from.x, event.clientY - from.y) < THRESHOLD) return;
    dragged.current = true;
    setDrag({ id: from.id, x: event.clientX, y: event.clientY, over: targetAt(event.clientX, event.clientY) });
  });
  const onUp = useEffectEvent((event: PointerEvent) => {
    const from = pressed.current;
    if (from?.pointer !== event.pointerId) return;
    const target = dragged.current ? targetAt(event.clientX, event.clientY) : null;
    end();
    if (target) onDrop(from.id, target);
  });
  const onEscape = useEffectEvent((event: KeyboardEvent) => {
    if (event.key !== "Escape" || !pressed.current) return;
    event.preventDefault();
    end();
  });
  useEffect(() => {
    const move = (event: PointerEvent) => onMove(event);
    const up = (event: PointerEvent) => onUp(event);
    const cancel = () => end();
    const key = (event: KeyboardEvent) => onEscape(event);
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", up);
    window.addEventListener("pointercancel", cancel);
    window.addEventListener("keydown", key);
    return () => {
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", up);
      window.removeEventListener("pointercancel", cancel);
      window.removeEventListener("keydown", key);
    };
  }, []);

  const grip = (id: string) => ({
    onPointerDown(event: ReactPointerEvent) {
      if (event.button !== 0) return;
      // A finger's pointer belongs to where it came down, and would hide what is under it now.
      if (event.target instanceof Element && event.target.hasPointerCapture(event.pointerId))
        event.target.releasePointerCapture(event.pointerId);
      pressed.current = { id, pointer: event.pointerId, x: event.clientX, y: event.clientY };
      dragged.current = false;
    },
    onClickCapture(event: { preventDefault(): void; stopPropagation(): void }) {
      if (!dragged.current) return;
      dragged.current = false;
      event.preventDefault();
      event.stopPropagation();
    },
    // A finger on a grip drags; beside it, it scrolls.
    style: { touchAction: "none" } as const,
  });
  return { drag, grip };
}
