// How far something is, as a thin bar; without a value it only says that work is going on.
"use client";
import { Progress as Radix } from "radix-ui";
import { cn } from "../../_lib/cn.ts";

type ProgressProps = { label: string; value: number | null; max?: number; className?: string };

export function Progress({ label, value, max = 100, className }: ProgressProps) {
  const share = value === null || max <= 0 ? null : Math.min(1, Math.max(0, value / max));
  return (
    <Radix.Root
      aria-label={label}
      value={share === null ? null : share * max}
      max={max > 0 ? max : 1}
      className={cn("h-1.5 w-full overflow-hidden rounded-full bg-sunken", className)}
    >
      <Radix.Indicator
        className={cn("block h-full rounded-full bg-accent transition-[width]", share === null && "animate-pulse")}
        style={{ width: `${(share ?? 1) * 100}%` }}
      />
    </Radix.Root>
  );
}
