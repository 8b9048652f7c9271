// The win rate of each release against what was live when it was measured: a dot with its interval, beside one half.
"use client";
import { Trophy } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { linearTicks } from "../../_components/charts/axis.ts";
import { fromTop, PlotFrame } from "../../_components/charts/plot-frame.tsx";
import { TableForReaders } from "../../_components/charts/table-for-readers.tsx";
import { Card } from "../../_components/ui/card.tsx";
import { EmptyState } from "../../_components/ui/empty-state.tsx";
import { releaseName } from "../_lib/format.ts";
import { releasesFinding, shareScale } from "../_lib/overview-charts.ts";
import type { FiguresData } from "./live-sentence.tsx";

export function ReleaseChart({ releases }: { releases: FiguresData["releases"] }) {
  const t = useTranslations("traffic.overview");
  const format = useFormatter();
  const percent = (share: number) => format.number(share, { style: "percent", maximumFractionDigits: 0 });
  const better = releasesFinding(releases);
  if (better === null) {
    return (
      <Card title={t("releases")}>
        <EmptyState icon={Trophy} title={t("releasesNone")} description={t("releasesNoneText")} />
      </Card>
    );
  }
  const scale = shareScale(releases.flatMap(({ winRate }) => winRate ?? []));
  const at = (i: number) => (i + 0.5) / releases.length;
  return (
    <Card title={t("releasesFinding", { count: better })} description={t("releasesText")}>
      <figure>
        <PlotFrame
          label={t("releases")}
          scale={scale}
          ticks={linearTicks(scale[0], scale[1], 4).map((value) => ({ value, label: percent(value) }))}
          mark={0.5}
          names={releases.map(({ number }, i) => ({ at: at(i), text: `r${number}` }))}
        >
          {releases.map((release, i) => (
            <Point key={release.number} release={release} x={`${(at(i) * 100).toFixed(2)}%`} scale={scale} />
          ))}
        </PlotFrame>
        <TableForReaders
          caption={t("releases")}
          head={[t("releases"), t("winRate"), t("low"), t("high")]}
          rows={releases.map((release) => ({
            name: releaseName(release),
            cells: release.winRate
              ? [release.winRate.value, release.winRate.low, release.winRate.high].map(percent)
              : [release.again ? t("again") : t("noGate"), "–", "–"],
          }))}
        />
      </figure>
    </Card>
  );
}

type PointProps = { release: FiguresData["releases"][number]; x: string; scale: readonly [number, number] };

/** Weights that are back, and what was never measured, stand on the line of one half: a hollow ring, without an interval. */
function Point({ release, x, scale }: PointProps) {
  const t = useTranslations("traffic.overview");
  const format = useFormatter();
  const percent = (share: number) => format.number(share, { style: "percent", maximumFractionDigits: 0 });
  const name = releaseName(release);
  const { winRate, again } = release;
  if (!winRate) {
    return (
      <g>
        <title>{t(again ? "releaseAgain" : "releaseUnmeasured", { release: name })}</title>
        <circle cx={x} cy={fromTop(0.5, scale)} r="4" strokeWidth="1.5" className="fill-surface stroke-quiet" />
      </g>
    );
  }
  return (
    <g>
      <title>{`${name} · ${percent(winRate.value)} [${percent(winRate.low)}, ${percent(winRate.high)}]`}</title>
      <line
        x1={x}
        x2={x}
        y1={fromTop(winRate.low, scale)}
        y2={fromTop(winRate.high, scale)}
        strokeWidth="5"
        strokeLinecap="round"
        className="stroke-accent/35"
      />
      <circle cx={x} cy={fromTop(winRate.value, scale)} r="4" className="fill-accent" />
    </g>
  );
}
