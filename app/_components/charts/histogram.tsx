// How often values fall where: bins side by side, equally wide whatever they span, and the same as a table.
"use client";
import { useFormatter, useTranslations } from "next-intl";
import { type Bins, binName, namedEdges, trimmed } from "./bins.ts";
import type { Meaning } from "./series.ts";
import { TableForReaders } from "./table-for-readers.tsx";

type HistogramProps = {
  title: string;
  /** What is measured, and in which unit: "characters". */
  unit: string;
  bins: Bins;
  meaning?: Meaning;
  /** Draws a line at this edge: where two sides meet. */
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
const HEAD = 14;
const FOOT = 18;
/** Keeps the names of the outermost edges on the picture. */
const SIDE = 12;
const MOST_NAMES = 7;

export function Histogram({ title, unit, bins, meaning = "quiet", mark }: HistogramProps) {
  const t = useTranslations("data.statistics");
  const format = useFormatter();
  const shown = trimmed(bins, mark);
  const { edges, counts } = shown;
  const most = Math.max(1, ...counts);
  const wide = (WIDTH - 2 * SIDE) / counts.length;
  const at = (edge: number) => SIDE + edge * wide;
  const marked = mark === undefined ? -1 : edges.indexOf(mark);
  return (
    <figure className="min-w-0">
      <figcaption className="mb-1 flex items-baseline justify-between gap-2">
        <span className="font-medium text-sm">{title}</span>
        <span className="text-faint text-xs">{unit}</span>
      </figcaption>
      <svg
        aria-hidden="true"
        viewBox={`0 0 ${WIDTH} ${HEAD + HEIGHT + FOOT}`}
        className="w-full max-w-md [print-color-adjust:exact]"
        fontSize="10"
      >
        <text x={SIDE} y={9} className="fill-faint">
          {format.number(most)}
        </text>
        <g transform={`translate(0 ${HEAD})`}>
          <line x1={SIDE} x2={WIDTH - SIDE} y1={0} y2={0} className="stroke-line" strokeDasharray="2 3" />
          {counts.map((count, i) => (
            <rect
              key={edges[i]}
              x={at(i) + 0.75}
              width={Math.max(1, wide - 1.5)}
              y={HEIGHT - (count / most) * HEIGHT}
              height={(count / most) * HEIGHT}
              rx={1}
              className={FILL[meaning]}
            >
              <title>{`${binName(shown, i)}: ${format.number(count)}`}</title>
            </rect>
          ))}
          <line x1={SIDE} x2={WIDTH - SIDE} y1={HEIGHT} y2={HEIGHT} className="stroke-line-strong" />
          {marked >= 0 && (
            <line x1={at(marked)} x2={at(marked)} y1={-4} y2={HEIGHT} strokeDasharray="4 3" className="stroke-ink" />
          )}
          {namedEdges(shown, MOST_NAMES).map(({ index, name }) => (
            <text key={index} x={at(index)} y={HEIGHT + 13} textAnchor="middle" className="fill-faint">
              {name}
            </text>
          ))}
        </g>
      </svg>
      <TableForReaders
        caption={title}
        head={[unit, t("examples")]}
        rows={counts.flatMap((count, i) => (count > 0 ? [{ name: binName(shown, i), cells: [count] }] : []))}
      />
    </figure>
  );
}
