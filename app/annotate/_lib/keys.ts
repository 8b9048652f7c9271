// The annotators' keyboard: what each key means, and the listener that obeys it.
"use client";
import { useEffect, useEffectEvent } from "react";
import type { Mode } from "./kept.ts";

export type Key =
  | { act: "reply"; index: number }
  | { act: "place"; place: number }
  | { act: "step"; by: 1 | -1 }
  | { act: "left" | "right" | "tie" | "back" | "allBad" | "submit" | "skip" | "undo" }
  | { act: "mode" | "rewrite" | "guidelines" | "help" };

/** How each key is written, in the order of the help. Letters of replies end at I, so the acts take others. */
export const KEYS = {
  all: [
    ["reply", ["A", "B", "…"]],
    ["place", ["1", "2", "…"]],
    ["step", ["←", "→"]],
    ["clear", ["⌫"]],
  ],
  pairs: [
    ["sides", ["1", "2"]],
    ["tie", ["T"]],
    ["takeBack", ["⌫"]],
  ],
  both: [
    ["allBad", ["0"]],
    ["rewrite", ["R"]],
    ["submit", ["Enter"]],
    ["skip", ["S"]],
    ["undo", ["U"]],
    ["mode", ["P"]],
    ["guidelines", ["O"]],
    ["help", ["?"]],
  ],
} as const;

type Press = Pick<KeyboardEvent, "key" | "metaKey" | "ctrlKey" | "altKey">;

const ACTS: Readonly<Record<string, Key>> = {
  "0": { act: "allBad" },
  Enter: { act: "submit" },
  Backspace: { act: "back" },
  Delete: { act: "back" },
  s: { act: "skip" },
  u: { act: "undo" },
  p: { act: "mode" },
  r: { act: "rewrite" },
  o: { act: "guidelines" },
  "?": { act: "help" },
};

/** What a key means; null for keys that mean nothing here. `asking`: two replies are on screen, not all. */
export function keyOf(press: Press, replies: number, asking: boolean): Key | null {
  if (press.metaKey || press.ctrlKey || press.altKey) return null;
  const key = press.key.length === 1 ? press.key.toLowerCase() : press.key;
  if (asking) {
    if (key === "1" || key === "ArrowLeft") return { act: "left" };
    if (key === "2" || key === "ArrowRight") return { act: "right" };
    if (key === "t" || key === "=") return { act: "tie" };
    return ACTS[key] ?? null;
  }
  const place = /^[1-9]$/.test(key) ? Number(key) : 0;
  if (place > 0) return place <= replies ? { act: "place", place } : null;
  if (key === "ArrowLeft" || key === "ArrowRight") return { act: "step", by: key === "ArrowLeft" ? -1 : 1 };
  const index = /^[a-i]$/.test(key) ? key.charCodeAt(0) - "a".charCodeAt(0) : replies;
  return index < replies ? { act: "reply", index } : (ACTS[key] ?? null);
}

/** The letter of a reply by its place on screen. */
export const letterOf = (index: number) => String.fromCharCode("A".charCodeAt(0) + index);

const EDITABLE = "input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable=true]";
const OVERLAY = "[role=dialog], [role=alertdialog], [role=menu], [role=listbox]";
const PRESSABLE = "a[href], button, summary, [role=button]";
const SCROLLABLE = "pre, [role=region]";

/**
 * Whether a key press on `target` belongs to what has the focus: characters to a text field, everything to a dialog, Enter
 * to a button, arrows to a box that scrolls sideways.
 */
export function isTaken(press: Press, target: Element | null): boolean {
  if (!target) return false;
  if (target.closest(EDITABLE) || target.closest(OVERLAY)) return true;
  if (press.key === "Enter") return target.closest(PRESSABLE) !== null;
  return press.key.startsWith("Arrow") && target.closest(SCROLLABLE) !== null;
}

type KeysProps = { replies: number; mode: Mode; onKey: (key: Key) => void };

export function useKeys({ replies, mode, onKey }: KeysProps): void {
  const onKeyDown = useEffectEvent((event: KeyboardEvent) => {
    const target = event.target instanceof Element ? event.target : null;
    if (event.defaultPrevented || event.isComposing || isTaken(event, target)) return;
    const key = keyOf(event, replies, mode === "pairs");
    // A held key repeats: harmless for a step, not for an answer or an undo.
    if (!key || (event.repeat && key.act !== "step")) return;
    event.preventDefault();
    onKey(key);
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKeyDown(event);
    window.addEventListener("keydown", listener);
    return () => window.removeEventListener("keydown", listener);
  }, []);
}
