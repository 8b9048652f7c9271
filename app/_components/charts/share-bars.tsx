// Named counts as bars under one another, each with its number and its share of the whole.
"use client";
import { useFormatter } from "next-intl";
import { cn } from "../../_lib/cn.ts";
import type { Meaning } from "./series.ts";

export interface Share {
  key: string;
  label: string;
  count: number;
  meaning?: Meaning;
}

type ShareBarsProps = { label: string; shares: readonly Share[]; className?: string };

const FILL: Record<Meaning, string> = {
  chosen: "bg-chosen/75",
  rejected: "bg-rejected/75",
  live: "bg-ink/60",
  candidate: "bg-candidate/75",
  accent: "bg-accent/75",
  quiet: "bg-quiet/55",
};

export function ShareBars({ label, shares, className }: ShareBarsProps) {
  const format = useFormatter();
  const total = shares.reduce((sum, { count }) => sum + count, 0);
  return (
    <ul aria-label={label} className={cn("space-y-2 text-sm", className)}>
      {shares.map(({ key, label: name, count, meaning = "quiet" }) => (
        <li key={key} className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-3 gap-y-1">
          <span className="truncate">{name}</span>
          <span className="tabular-nums">
            {format.number(count)}{" "}
            <span className="inline-block min-w-10 text-right text-faint">
              {format.number(total > 0 ? count / total : 0, { style: "percent", maximumFractionDigits: 1 })}
            </span>
          </span>
          <span aria-hidden className="col-span-2 h-1.5 rounded-full bg-sunken [print-color-adjust:exact]">
            <span
              className={cn("block h-full rounded-full", FILL[meaning])}
              style={{ width: `${total > 0 ? (count / total) * 100 : 0}%` }}
            />
          </span>
        </li>
      ))}
    </ul>
  );
}
