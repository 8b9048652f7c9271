// Whether there is room for two replies side by side, conversations in their column included.
"use client";
import { useSyncExternalStore } from "react";

/** Two columns of at least 340 px beside the list of conversations. */
const WIDE = "(min-width: 64rem)";

function subscribe(onChange: () => void) {
  const query = window.matchMedia(WIDE);
  query.addEventListener("change", onChange);
  return () => query.removeEventListener("change", onChange);
}

export const useWide = () =>
  useSyncExternalStore(
    subscribe,
    () => window.matchMedia(WIDE).matches,
    () => true,
  );
