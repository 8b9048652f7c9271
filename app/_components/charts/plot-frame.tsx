// The frame of a small picture: level lines with their numbers at the left, the picture, and names under it.
import type { ReactNode } from "react";
import { cn } from "../../_lib/cn.ts";

type PlotFrameProps = {
  /** What the picture shows, in a sentence; its numbers stand in a table beside it. */
  label: string;
  scale: readonly [number, number];
  ticks: readonly { value: number; label: string }[];
  /** Dashed, to read the rest by: chance, or a threshold. */
  mark?: number;
  /** SVG on a box of 100 % by 100 %. */
  children: ReactNode;
  /** Names under the picture, at shares of its width. */
  names: readonly { at: number; text: string }[];
  className?: string;
};

/** Where a figure stands on a scale, from the top, as a percentage. */
export const fromTop = (figure: number, [low, high]: readonly [number, number]): string =>
  `${(100 * (1 - Math.min(1, Math.max(0, (figure - low) / (high - low || 1))))).toFixed(2)}%`;

export function PlotFrame({ label, scale, ticks, mark, children, names, className }: PlotFrameProps) {
  return (
    <div role="img" aria-label={label} className={cn("[print-color-adjust:exact]", className)}>
      <div aria-hidden className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-2">
        <div className="relative w-10 text-faint text-xs tabular-nums">
          {ticks.map(({ value, label: name }) => (
            <span key={value} className="absolute right-0 -translate-y-1/2" style={{ top: fromTop(value, scale) }}>
              {name}
            </span>
          ))}
        </div>
        <svg aria-hidden="true" className="h-40 w-full overflow-visible">
          {ticks.map(({ value }) => (
            <line
              key={value}
              x1="0"
              x2="100%"
              y1={fromTop(value, scale)}
              y2={fromTop(value, scale)}
              className="stroke-line"
            />
          ))}
          {mark !== undefined && (
            <line
              x1="0"
              x2="100%"
              y1={fromTop(mark, scale)}
              y2={fromTop(mark, scale)}
              strokeDasharray="4 3"
              className="stroke-quiet"
            />
          )}
          {children}
        </svg>
        <span />
        <div className="relative mt-2 h-4 text-faint text-xs">
          {names.map(({ at, text }) => (
            <span
              key={`${at} ${text}`}
              className={cn(
                "absolute whitespace-nowrap",
                at <= 0 ? "" : at >= 1 ? "-translate-x-full" : "-translate-x-1/2",
              )}
              style={{ left: `${at * 100}%` }}
            >
              {text}
            </span>
          ))}
        </div>
      </div>
    </div>
  );
}
