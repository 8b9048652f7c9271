// Keeps a task ours while somebody works on it, and notices when it no longer is.
"use client";
import { useEffect, useEffectEvent, useRef } from "react";

/** Signs of work are passed on at most this often. */
const RENEW_EVERY_MS = 60_000;
const SIGNS = ["pointerdown", "pointermove", "keydown", "scroll", "touchmove"] as const;

type LeaseProps = { active: boolean; renew: () => Promise<unknown> };

/**
 * Renews on signs of work, so that nothing depends on this machine's clock, and a task left alone goes back to the queue.
 * Coming back to one that has gone meanwhile is a sign of work too: `renew` then fails, which its caller deals with.
 */
export function useLease({ active, renew }: LeaseProps): void {
  const renewed = useRef(performance.now());
  const onSign = useEffectEvent(() => {
    const now = performance.now();
    if (!active || now - renewed.current < RENEW_EVERY_MS) return;
    renewed.current = now;
    void renew();
  });
  useEffect(() => {
    const listener = () => onSign();
    for (const sign of SIGNS) window.addEventListener(sign, listener, { passive: true, capture: true });
    return () => {
      for (const sign of SIGNS) window.removeEventListener(sign, listener, { capture: true });
    };
  }, []);
}
