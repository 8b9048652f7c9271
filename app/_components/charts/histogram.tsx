// How often values fall where: bars side by side over a measured axis, and the same as a table.
"use client";
import { useFormatter, useTranslations } from "next-intl";
import { shortNumber } from "./axis.ts";
import type { Meaning } from "./series.ts";

export interface Bins {
  /** Bin i holds values from edges[i] up to edges[i + 1]. */
  edges: readonly number[];
  counts: readonly number[];
}

type HistogramProps = {
  title: string;
  /** What is measured, and in which unit: "characters". */
  unit: string;
  bins: Bins;
  meaning?: Meaning;
  /** Draws a line at this value: where two sides meet. */
  mark?: number;
};

const FILL: Record<Meaning, string> = {
  chosen: "fill-chosen/75",
  rejected: "fill-rejected/75",
  live: "fill-ink/60",
  candidate: "fill-candidate/75",
  accent: "fill-accent/75",
  quiet: "fill-quiet/60",
};

const WIDTH = 320;
const HEIGHT = 96;
const FOOT = 18;
const HEAD = 12;

export function Histogram({ title, unit, bins, meaning = "quiet", mark }: HistogramProps) {
  const t = useTranslations("data.statistics");
  const format = useFormatter();
  const { edges, counts } = bins;
  const most = Math.max(1, ...counts);
  const [low, high] = [edges[0] ?? 0, edges.at(-1) ?? 1];
  const at = (value: number) => ((value - low) / (high - low || 1)) * WIDTH;
  const tall = (count: number) => (count / most) * HEIGHT;
  const range = (i: number) => `${shortNumber(edges[i]!)} – ${shortNumber(edges[i + 1]!)}`;
  return (
    <figure className="min-w-0">
      <figcaption className="mb-1 flex items-baseline justify-between gap-2">
        <span className="font-medium text-sm">{title}</span>
        <span className="text-faint text-xs">{unit}</span>
      </figcaption>
      <svg
        aria-hidden="true"
        viewBox={`0 0 ${WIDTH} ${HEAD + HEIGHT + FOOT}`}
        className="w-full [print-color-adjust:exact]"
        fontSize="10"
      >
        <text x={0} y={8} className="fill-faint">
          {format.number(most)}
        </text>
        <g transform={`translate(0 ${HEAD})`}>
          <line x1={0} x2={WIDTH} y1={0} y2={0} className="stroke-line" strokeDasharray="2 3" />
          {counts.map((count, i) => (
            <rect
              key={edges[i]}
              x={at(edges[i]!) + 0.5}
              width={Math.max(1, at(edges[i + 1]!) - at(edges[i]!) - 1)}
              y={HEIGHT - tall(count)}
              height={tall(count)}
              rx={1}
              className={FILL[meaning]}
            >
              <title>{`${range(i)}: ${format.number(count)}`}</title>
            </rect>
          ))}
          <line x1={0} x2={WIDTH} y1={HEIGHT} y2={HEIGHT} className="stroke-line-strong" />
          {mark !== undefined && mark > low && mark < high && (
            <line x1={at(mark)} x2={at(mark)} y1={-4} y2={HEIGHT} strokeDasharray="4 3" className="stroke-ink" />
          )}
          <text x={0} y={HEIGHT + 13} className="fill-faint">
            {shortNumber(low)}
          </text>
          {mark !== undefined && mark > low && mark < high && (
            <text x={at(mark)} y={HEIGHT + 13} textAnchor="middle" className="fill-faint">
              {shortNumber(mark)}
            </text>
          )}
          <text x={WIDTH} y={HEIGHT + 13} textAnchor="end" className="fill-faint">
            {shortNumber(high)}
          </text>
        </g>
      </svg>
      {/* A table does not shrink below its rows, so a box hides it. */}
      <div className="sr-only">
        <table>
          <caption>{title}</caption>
          <thead>
            <tr>
              <th scope="col">{unit}</th>
              <th scope="col">{t("examples")}</th>
            </tr>
          </thead>
          <tbody>
            {counts.map(
              (count, i) =>
                count > 0 && (
                  <tr key={edges[i]}>
                    <th scope="row">{range(i)}</th>
                    <td>{count}</td>
                  </tr>
                ),
            )}
          </tbody>
        </table>
      </div>
    </figure>
  );
}
