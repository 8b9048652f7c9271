// Which key press sends what was typed.
import type { KeyboardEvent } from "react";

/** Safari ends a composition before its keydown event, and marks that event only by this key code. */
const COMPOSING = 229;

/** Enter alone. While an input method is composing (Chinese, Japanese), Enter picks a candidate and must not send. */
export function isSendKey(event: KeyboardEvent): boolean {
  return event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing && event.keyCode !== COMPOSING;
}
