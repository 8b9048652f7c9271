// How long replies are, day by day, with the interval of each mean as a band and releases as dashed lines: drift is seen, and whose it is.
"use client";
import { Ruler } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { linearTicks, padded, shortNumber } from "../../_components/charts/axis.ts";
import { fromTop, PlotFrame } from "../../_components/charts/plot-frame.tsx";
import { TableForReaders } from "../../_components/charts/table-for-readers.tsx";
import { useDayName } from "../../_components/charts/use-day-name.ts";
import { Card } from "../../_components/ui/card.tsx";
import { EmptyState } from "../../_components/ui/empty-state.tsx";
import { lengthFinding, releaseMarks } from "../_lib/overview-charts.ts";
import type { FiguresData } from "./live-sentence.tsx";

type LengthChartProps = { days: FiguresData["lengths"]; releases: FiguresData["releases"] };

export function LengthChart({ days, releases }: LengthChartProps) {
  const t = useTranslations("traffic.overview");
  const charts = useTranslations("admin.charts");
  const format = useFormatter();
  const name = useDayName();
  const known = days.flatMap(({ mean }, i) => (mean ? [{ i, ...mean }] : []));
  if (known.length === 0) {
    return (
      <Card title={t("lengths")}>
        <EmptyState icon={Ruler} title={t("lengthsNone")} description={t("lengthsNoneText")} />
      </Card>
    );
  }
  const scale = padded([Math.min(...known.map(({ low }) => low)), Math.max(...known.map(({ high }) => high))]);
  const at = (i: number) => i / Math.max(1, days.length - 1);
  const x = (i: number) => `${(at(i) * 100).toFixed(2)}%`;
  const finding = lengthFinding(days);
  const share =
    finding && finding.key !== "same"
      ? format.number(finding.share, { style: "percent", maximumFractionDigits: 0 })
      : "";
  return (
    <Card title={finding ? t(`lengthsFinding.${finding.key}`, { share }) : t("lengths")} description={t("lengthsText")}>
      <figure>
        <PlotFrame
          label={t("lengths")}
          scale={scale}
          ticks={linearTicks(scale[0], scale[1], 4).map((value) => ({ value, label: shortNumber(value) }))}
          names={[
            { at: 0, text: name(days[0]!.day) },
            { at: 1, text: name(days.at(-1)!.day) },
          ]}
        >
          {releaseMarks(releases, days).map(({ i, text, row, anchor }) => (
            <g key={i}>
              <line x1={x(i)} x2={x(i)} y1="0" y2="100%" strokeDasharray="2 3" className="stroke-quiet" />
              <text
                x={x(i)}
                y="0"
                dx={anchor === "end" ? -4 : 4}
                dy={10 + 13 * row}
                textAnchor={anchor}
                className="fill-quiet text-xs"
              >
                {text}
              </text>
            </g>
          ))}
          <Band known={known} at={at} scale={scale} />
          {known.map((day, n) => {
            const before = known[n - 1];
            return (
              <g key={day.i}>
                {before && before.i === day.i - 1 && (
                  <line
                    x1={x(before.i)}
                    y1={fromTop(before.value, scale)}
                    x2={x(day.i)}
                    y2={fromTop(day.value, scale)}
                    strokeWidth="1.75"
                    className="stroke-ink"
                  />
                )}
                <circle cx={x(day.i)} cy={fromTop(day.value, scale)} r="2.25" className="fill-ink">
                  <title>{`${name(days[day.i]!.day)} · ${shortNumber(day.value)} [${shortNumber(day.low)}, ${shortNumber(day.high)}]`}</title>
                </circle>
              </g>
            );
          })}
        </PlotFrame>
        <TableForReaders
          caption={t("lengths")}
          head={[charts("day"), t("tokens"), t("low"), t("high"), t("replies")]}
          rows={known.map(({ i, value, low, high }) => ({
            name: name(days[i]!.day),
            cells: [shortNumber(value), shortNumber(low), shortNumber(high), format.number(days[i]!.replies)],
          }))}
        />
      </figure>
    </Card>
  );
}

interface Known {
  i: number;
  low: number;
  high: number;
}

type BandProps = { known: readonly Known[]; at: (i: number) => number; scale: readonly [number, number] };

/** Between two days that both have an interval; a day alone keeps its own as a bar. */
function Band({ known, at, scale: [low, high] }: BandProps) {
  const y = (figure: number) => (100 * (high - figure)) / (high - low);
  return (
    <>
      <svg aria-hidden="true" viewBox="0 0 1 100" preserveAspectRatio="none" width="100%" height="100%">
        {known.map((day, n) => {
          const before = known[n - 1];
          if (!before || before.i !== day.i - 1) return null;
          const [a, b] = [at(before.i), at(day.i)];
          const corners = [
            `${a},${y(before.high)}`,
            `${b},${y(day.high)}`,
            `${b},${y(day.low)}`,
            `${a},${y(before.low)}`,
          ];
          return <polygon key={day.i} points={corners.join(" ")} className="fill-ink/14" />;
        })}
      </svg>
      {known.map(({ i, ...day }) => (
        <line
          key={i}
          x1={`${at(i) * 100}%`}
          x2={`${at(i) * 100}%`}
          y1={`${y(day.low)}%`}
          y2={`${y(day.high)}%`}
          strokeWidth="1.5"
          className="stroke-ink/25"
        />
      ))}
    </>
  );
}
