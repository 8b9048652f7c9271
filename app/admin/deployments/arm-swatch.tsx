// How an arm looks in the bar: what is live plain, what is tried striped, each its own way, so that it reads without colour.
import type { CSSProperties } from "react";
import { cn } from "../../_lib/cn.ts";

const stripes = (angle: number, width: number): CSSProperties => ({
  background: `repeating-linear-gradient(${angle}deg, var(--candidate) 0 ${width}px, color-mix(in oklab, var(--candidate) 60%, var(--surface)) ${width}px ${2 * width}px)`,
});

const TRIED: readonly CSSProperties[] = [stripes(45, 4), stripes(90, 3), stripes(135, 6), stripes(0, 3)];

export function patternOf(
  { isDefault }: { isDefault: boolean },
  order: number,
): { fill: string; style?: CSSProperties } {
  return isDefault ? { fill: "bg-live/80" } : { fill: "", style: TRIED[order % TRIED.length] };
}

export function ArmSwatch({ arm, order }: { arm: { isDefault: boolean }; order: number }) {
  const { fill, style } = patternOf(arm, order);
  return (
    <span aria-hidden className={cn("size-3 shrink-0 rounded-sm [print-color-adjust:exact]", fill)} style={style} />
  );
}
