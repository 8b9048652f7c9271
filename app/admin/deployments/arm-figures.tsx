// How each arm does: one row per figure, one column per arm, intervals drawn on one scale per row.
"use client";
import { MessageSquare } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { shortNumber } from "../../_components/charts/axis.ts";
import { IntervalBar } from "../../_components/charts/interval-bar.tsx";
import { Card } from "../../_components/ui/card.tsx";
import { EmptyState } from "../../_components/ui/empty-state.tsx";
import { Cell, HeaderCell, Table, TableBody, TableHead, TableRow } from "../../_components/ui/table.tsx";
import { Help } from "../_components/help.tsx";
import { LiveBadge, ReleaseName } from "../_components/release-name.tsx";
import type { Interval } from "../_lib/certainty.ts";
import { barOrder } from "../_lib/shares.ts";
import { ArmSwatch } from "./arm-swatch.tsx";
import type { ArmData } from "./use-traffic.ts";

type Figures = ArmData["figures"];

const INTERVALS = [
  { key: "thumbsUp", kind: "share", of: (figures: Figures) => figures.up + figures.down },
  { key: "sideBySide", kind: "share", of: (figures: Figures) => figures.sideBySide?.comparisons ?? 0 },
  { key: "regenerated", kind: "share", of: (figures: Figures) => figures.replies },
  { key: "failed", kind: "share", of: (figures: Figures) => figures.replies },
  { key: "tokens", kind: "number", of: (figures: Figures) => figures.replies },
] as const;

export function ArmFigures({ arms }: { arms: readonly ArmData[] }) {
  const t = useTranslations("traffic.deployments");
  const format = useFormatter();
  const ordered = barOrder(arms);
  if (ordered.every(({ figures }) => figures.replies === 0)) {
    return (
      <Card title={t("figures")}>
        <EmptyState icon={MessageSquare} title={t("figuresNone")} description={t("figuresNoneText")} />
      </Card>
    );
  }
  const row = (key: Metric, cell: (figures: Figures) => ReactNode) => (
    <TableRow key={key}>
      <Cell className="whitespace-nowrap">
        <MetricName metric={key} />
      </Cell>
      {ordered.map((arm) => (
        <Cell key={arm.deploymentId}>{cell(arm.figures)}</Cell>
      ))}
    </TableRow>
  );
  return (
    <Card title={t("figures")} description={t("figuresText")}>
      <Table label={t("figures")}>
        <TableHead>
          <tr>
            <HeaderCell>{t("figure")}</HeaderCell>
            {ordered.map((arm, i) => (
              <HeaderCell key={arm.deploymentId} className="min-w-44">
                <span className="flex items-center gap-2 text-ink">
                  <ArmSwatch arm={arm} order={i} />
                  <ReleaseName number={arm.number} adapterSha256={arm.adapterSha256} />
                  {arm.isDefault && ordered.length > 1 && <LiveBadge />}
                </span>
              </HeaderCell>
            ))}
          </tr>
        </TableHead>
        <TableBody>
          {row("replies", ({ replies }) => format.number(replies))}
          {row("conversations", ({ conversations }) => format.number(conversations))}
          {row("judged", ({ judged }) =>
            judged === null ? "–" : format.number(judged, { style: "percent", maximumFractionDigits: 1 }),
          )}
          {INTERVALS.filter(({ key }) => key !== "sideBySide" || ordered.length > 1).map(({ key, kind, of }) => {
            const scale = scaleOf(ordered.flatMap(({ figures }) => figures[key] ?? []));
            return row(key, (figures) => (
              <IntervalCell
                interval={figures[key]}
                of={of(figures)}
                kind={kind}
                scale={scale}
                half={key === "sideBySide"}
              />
            ));
          })}
          {row("firstToken", ({ firstTokenMs }) => (
            <Times times={firstTokenMs} />
          ))}
          {row("reply", ({ replyMs }) => (
            <Times times={replyMs} />
          ))}
        </TableBody>
      </Table>
    </Card>
  );
}

const HELPED = ["thumbsUp", "judged", "regenerated", "sideBySide", "failed", "tokens", "firstToken", "reply"] as const;
type Metric = "replies" | "conversations" | (typeof HELPED)[number];

function useMetricName(metric: Metric) {
  const t = useTranslations("traffic.deployments");
  const helped = HELPED.find((key) => key === metric);
  return { name: t(`metric.${metric}`), help: helped && t(`metricHelp.${helped}`) };
}

function MetricName({ metric }: { metric: Metric }) {
  const { name, help } = useMetricName(metric);
  return (
    <span className="flex items-center gap-1">
      {name}
      {help && <Help about={name}>{help}</Help>}
    </span>
  );
}

/** From the least to the most of all arms, and something where they are one. */
function scaleOf(intervals: readonly Interval[]): [number, number] {
  const low = Math.min(...intervals.map((one) => one.low));
  const high = Math.max(...intervals.map((one) => one.high));
  return high > low ? [low, high] : [Math.min(low, 0), high || 1];
}

type IntervalCellProps = {
  interval: Interval | null;
  of: number;
  kind: "share" | "number";
  scale: [number, number];
  /** Draws a line at one half. */
  half: boolean;
};

function IntervalCell({ interval, of, kind, scale, half }: IntervalCellProps) {
  const t = useTranslations("traffic.deployments");
  const format = useFormatter();
  if (!interval) return <span className="text-quiet">–</span>;
  const words = (value: number) =>
    kind === "share" ? format.number(value, { style: "percent", maximumFractionDigits: 1 }) : shortNumber(value);
  const { value, low, high } = interval;
  return (
    <span className="block">
      <span className="tabular-nums">
        {`${words(value)} [${words(low)}, ${words(high)}]`}{" "}
        <span className="text-faint text-xs">{t("ofCount", { count: format.number(of) })}</span>
      </span>
      <IntervalBar value={value} low={low} high={high} scale={scale} marks={half ? [0.5] : []} className="max-w-48" />
    </span>
  );
}

function Times({ times }: { times: { p50: number; p95: number } | null }) {
  const t = useTranslations("traffic.deployments");
  const format = useFormatter();
  if (!times) return <span className="text-quiet">–</span>;
  const seconds = (ms: number) =>
    format.number(ms / 1000, { style: "unit", unit: "second", unitDisplay: "short", maximumFractionDigits: 2 });
  return <span className="tabular-nums">{t("times", { p50: seconds(times.p50), p95: seconds(times.p95) })}</span>;
}
