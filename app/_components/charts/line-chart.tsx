// A small line chart over steps: title, what it found, the lines with a live readout, downloads, and its numbers as a table.
"use client";
import { useTranslations } from "next-intl";
import { type ReactNode, useMemo, useState } from "react";
import { shortNumber } from "./axis.ts";
import { ChartMenu } from "./chart-menu.tsx";
import { ChartTable } from "./chart-table.tsx";
import { type MetricRow, toColumns } from "./columns.ts";
import { toCsv } from "./csv.ts";
import { LineLegend } from "./line-legend.tsx";
import { PlotCanvas } from "./plot-canvas.tsx";
import type { Series } from "./series.ts";
import { chartSvg } from "./svg.ts";
import { useColours } from "./use-colours.ts";

type LineChartProps = {
  title: string;
  /** Words beside the title: a help button, a unit. */
  aside?: ReactNode;
  unit: string;
  rows: readonly MetricRow[];
  /** Keep it the same array from render to render. At most six. */
  series: readonly Series[];
  logarithmic?: boolean;
  smoothing?: number;
  syncKey: string;
  fileName: string;
  height?: number;
};

export function LineChart(props: LineChartProps) {
  const { title, unit, rows, series, logarithmic = false, smoothing = 0, syncKey, height = 150 } = props;
  const t = useTranslations("admin.charts");
  const colours = useColours();
  const [index, setIndex] = useState<number | null>(null);
  const columns = useMemo(
    () =>
      toColumns(
        rows,
        series.map(({ name }) => name),
      ),
    [rows, series],
  );
  const look = useMemo(
    () => ({ series, colours, logarithmic, smoothing, syncKey, height }),
    [series, colours, logarithmic, smoothing, syncKey, height],
  );
  const names = series.map(({ name }) => name);
  const step = index === null ? null : columns.x[index];

  return (
    <figure aria-label={title} className="min-w-0 break-inside-avoid">
      <figcaption className="mb-1 flex items-center gap-1">
        <span className="font-medium text-sm">{title}</span>
        {unit && <span className="text-faint text-xs">{unit}</span>}
        {props.aside}
        <span className="ml-auto text-faint text-xs tabular-nums" aria-hidden>
          {typeof step === "number" ? t("atStep", { step }) : ""}
        </span>
        <ChartMenu
          title={title}
          fileName={props.fileName}
          csv={() => toCsv(rows, names)}
          svg={() => chartSvg({ title, unit, xLabel: t("step"), series, columns, logarithmic })}
        />
      </figcaption>
      <LineLegend series={series} columns={columns} index={index} />
      <div role="img" aria-label={`${title}. ${describe(t, series, columns.series)}`}>
        {columns.x.length === 0 ? (
          <p className="flex items-center justify-center text-faint text-sm" style={{ height }}>
            {t("noPoints")}
          </p>
        ) : (
          <PlotCanvas look={look} columns={columns} onCursor={setIndex} />
        )}
      </div>
      <ChartTable title={title} xLabel={t("step")} series={series} columns={columns} />
    </figure>
  );
}

/** One sentence per line: where it began, where it stands. */
function describe(
  t: ReturnType<typeof useTranslations<"admin.charts">>,
  series: readonly Series[],
  values: readonly (readonly (number | null)[])[],
): string {
  return series
    .map(({ label }, i) => {
      const known = (values[i] ?? []).filter((value) => value !== null);
      const first = known[0];
      const last = known.at(-1);
      if (first === undefined || last === undefined) return t("lineEmpty", { label });
      return t("lineSummary", { label, first: shortNumber(first), last: shortNumber(last) });
    })
    .join(" ");
}
