// Names the lines of a chart beside a sample of each, with the value under the cursor or, without one, the latest.
"use client";
import { shortNumber } from "./axis.ts";
import type { Columns } from "./columns.ts";
import { COLOUR_VARIABLES, DASHES, type Series } from "./series.ts";

type LineLegendProps = { series: readonly Series[]; columns: Columns; index: number | null };

export function LineLegend({ series, columns, index }: LineLegendProps) {
  return (
    <ul className="flex min-h-5 flex-wrap gap-x-4 gap-y-0.5 text-xs" aria-hidden>
      {series.map(({ name, label, meaning, stroke }, i) => {
        const values = columns.series[i] ?? [];
        const value = index === null ? values.findLast((known) => known !== null) : values[index];
        return (
          <li key={name} className="flex items-center gap-1.5">
            <svg width="18" height="6" aria-hidden>
              <line
                x1="0"
                x2="18"
                y1="3"
                y2="3"
                strokeWidth="2"
                stroke={`var(${COLOUR_VARIABLES[meaning]})`}
                strokeDasharray={DASHES[stroke].join(" ")}
              />
            </svg>
            <span className="text-quiet">{label}</span>
            <span className="font-medium tabular-nums">{typeof value === "number" ? shortNumber(value) : "–"}</span>
          </li>
        );
      })}
    </ul>
  );
}
