// The chat's keyboard: which keys do what, and the listener that obeys them.
"use client";
import { useEffect, useEffectEvent } from "react";

/** Which draft a key picks, by its place. */
const PICKS = ["pick1", "pick2", "pick3", "pick4"] as const;

export type ShortcutName =
  | "newConversation"
  | "search"
  | "stop"
  | "regenerate"
  | (typeof PICKS)[number]
  | "tie"
  | "bothBad"
  | "help";

/** How each shortcut is written in tooltips and in the help; "mod" is ⌘ on Apple machines, else Ctrl. */
export const SHORTCUTS = {
  newConversation: ["mod", "Shift", "O"],
  search: ["mod", "K"],
  stop: ["Esc"],
  regenerate: ["Alt", "R"],
  pick1: ["Alt", "1"],
  pick2: ["Alt", "2"],
  pick3: ["Alt", "3"],
  pick4: ["Alt", "4"],
  tie: ["Alt", "T"],
  bothBad: ["Alt", "B"],
  help: ["?"],
} as const satisfies Record<ShortcutName, readonly string[]>;

/** With Alt, since the words being typed must stay words: the composer has the focus while replies come. */
const WITH_ALT: Partial<Record<string, ShortcutName>> = {
  KeyR: "regenerate",
  KeyT: "tie",
  KeyB: "bothBad",
  ...Object.fromEntries(PICKS.map((name, place) => [`Digit${place + 1}`, name])),
};

type KeyPress = Pick<KeyboardEvent, "code" | "key" | "metaKey" | "ctrlKey" | "altKey" | "shiftKey">;

/**
 * The shortcut that a key press means. `typing` is true inside a text field, where "?" is a character.
 * Letters go by their place (`code`), since Alt changes the character on some keyboards.
 */
export function shortcutOf(press: KeyPress, typing: boolean): ShortcutName | null {
  const mod = press.metaKey !== press.ctrlKey;
  if (mod && !press.altKey && press.shiftKey && press.code === "KeyO") return "newConversation";
  if (mod && !press.altKey && !press.shiftKey && press.code === "KeyK") return "search";
  if (!mod && press.altKey && !press.shiftKey) return WITH_ALT[press.code] ?? null;
  if (mod || press.altKey) return null;
  if (press.key === "Escape") return "stop";
  return press.key === "?" && !typing ? "help" : null;
}

const EDITABLE = "input, textarea, select, [contenteditable=true]";
const OVERLAY = "[role=dialog], [role=alertdialog], [role=menu], [role=listbox]";

/** True for a plain character typed while no field has the focus: it is meant for the composer. */
export function isMeantForComposer(press: KeyPress & { isComposing?: boolean }, target: Element | null): boolean {
  if (press.metaKey || press.ctrlKey || press.altKey || press.isComposing) return false;
  if (press.key.length !== 1 || target?.closest(EDITABLE)) return false;
  // Space presses a focused button or link, and scrolls the page.
  return press.key !== " ";
}

type Handlers = Partial<Record<ShortcutName, () => void>> & { typed?: () => void };

export function useShortcuts(handlers: Handlers): void {
  const onKeyDown = useEffectEvent((event: KeyboardEvent) => {
    const target = event.target instanceof Element ? event.target : null;
    // Inside a menu or dialog the keys belong to it.
    if (event.defaultPrevented || target?.closest(OVERLAY)) return;
    const name = shortcutOf(event, target?.closest(EDITABLE) != null);
    const act = name && handlers[name];
    if (act) {
      event.preventDefault();
      act();
    } else if (!name && isMeantForComposer(event, target)) handlers.typed?.();
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKeyDown(event);
    window.addEventListener("keydown", listener);
    return () => window.removeEventListener("keydown", listener);
  }, []);
}
