// How long somebody has looked at a task: seconds that pass while the page is in sight.
"use client";
import { type RefObject, useEffect, useState } from "react";

/** Counts on in `seconds`, once a second; returns the whole seconds for showing. */
export function useClock(seconds: RefObject<number>): number {
  const [shown, setShown] = useState(() => Math.floor(seconds.current));
  useEffect(() => {
    let last = performance.now();
    const timer = setInterval(() => {
      const now = performance.now();
      // A hidden page's timers are slowed down, so what passed meanwhile is left out rather than counted late.
      if (document.visibilityState === "visible") seconds.current += Math.min(2, (now - last) / 1000);
      last = now;
      setShown(Math.floor(seconds.current));
    }, 1000);
    return () => clearInterval(timer);
  }, [seconds]);
  return shown;
}
