// A station's state as a shape that reads without colour: a dot is fine, a ring is at work, a diamond needs someone.
import type { StationState } from "../_lib/loop.ts";

export function StateDot({ state }: { state: StationState }) {
  return (
    <svg aria-hidden="true" viewBox="0 0 10 10" className="size-2.5 shrink-0">
      {state === "fine" && <circle cx="5" cy="5" r="3" className="fill-faint" />}
      {state === "working" && (
        <circle cx="5" cy="5" r="3.25" strokeWidth="2" className="animate-pulse fill-none stroke-accent" />
      )}
      {state === "attention" && <path d="M5 0.5 9.5 5 5 9.5 0.5 5Z" className="fill-rejected" />}
    </svg>
  );
}
