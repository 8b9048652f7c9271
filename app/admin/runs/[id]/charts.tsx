// The figures of a run as small charts with one cursor, and the two dials that change how all of them are drawn.
"use client";
import { useFormatter, useTranslations } from "next-intl";
import { useId, useMemo, useState } from "react";
import { shortNumber } from "../../../_components/charts/axis.ts";
import type { MetricRow } from "../../../_components/charts/columns.ts";
import { LineChart } from "../../../_components/charts/line-chart.tsx";
import { Card } from "../../../_components/ui/card.tsx";
import { EmptyState } from "../../../_components/ui/empty-state.tsx";
import { Skeleton } from "../../../_components/ui/skeleton.tsx";
import { Switch } from "../../../_components/ui/switch.tsx";
import { Help } from "../../_components/help.tsx";
import { CHARTS, type ChartPlan, finding, type Method } from "../../_lib/metrics.ts";
import { isOver } from "../../_lib/run-states.ts";
import type { RunDetails } from "./use-run.ts";

type ChartsProps = {
  run: RunDetails;
  rows: readonly MetricRow[];
  /** Rows may still be on their way. */
  arriving: boolean;
};

export function Charts({ run, rows, arriving }: ChartsProps) {
  const t = useTranslations("admin.run");
  const common = useTranslations("common");
  const [logarithmic, setLogarithmic] = useState(false);
  const [smoothing, setSmoothing] = useState(0);
  if (arriving && run.step > 0) {
    return (
      <Card title={t("figures")}>
        <div
          role="status"
          aria-label={common("loading")}
          className="grid gap-x-8 gap-y-6 md:grid-cols-2 xl:grid-cols-3"
        >
          {CHARTS[run.method].map(({ key }) => (
            <Skeleton key={key} className="h-48" />
          ))}
        </div>
      </Card>
    );
  }
  if (rows.length === 0) {
    return (
      <Card title={t("figures")}>
        <EmptyState title={isOver(run.status) ? t("noFigures") : t("noFiguresYet")} className="py-6" />
      </Card>
    );
  }
  return (
    <Card
      title={t("figures")}
      description={<Summary method={run.method} rows={rows} />}
      actions={
        <ChartDials
          logarithmic={logarithmic}
          onLogarithmic={setLogarithmic}
          smoothing={smoothing}
          onSmoothing={setSmoothing}
        />
      }
    >
      <div className="grid gap-x-8 gap-y-6 md:grid-cols-2 xl:grid-cols-3 print:grid-cols-2">
        {CHARTS[run.method].map((plan) => (
          <RunChart
            key={plan.key}
            plan={plan}
            rows={rows}
            runId={run.id}
            logarithmic={logarithmic && plan.positive}
            smoothing={smoothing}
          />
        ))}
      </div>
    </Card>
  );
}

type RunChartProps = {
  plan: ChartPlan;
  rows: readonly MetricRow[];
  runId: string;
  logarithmic: boolean;
  smoothing: number;
};

function RunChart({ plan, rows, runId, logarithmic, smoothing }: RunChartProps) {
  const t = useTranslations("admin.metrics");
  const series = useMemo(
    () =>
      plan.lines.map(({ metric, label, meaning, stroke }) => ({
        name: metric,
        label: t(`line.${label}`),
        meaning,
        stroke,
      })),
    [plan, t],
  );
  const title = t(`title.${plan.key}`);
  return (
    <LineChart
      title={title}
      unit={t(`unit.${plan.unit}`)}
      aside={<Help about={title}>{t(`help.${plan.key}`)}</Help>}
      rows={rows}
      series={series}
      logarithmic={logarithmic}
      smoothing={smoothing}
      syncKey={runId}
      fileName={`run-${runId.slice(-6)}-${plan.key}`}
    />
  );
}

/** What the curves say, in a sentence. */
function Summary({ method, rows }: { method: Method; rows: readonly MetricRow[] }) {
  const t = useTranslations("admin.run");
  const format = useFormatter();
  const loss = finding(rows, "loss");
  const accuracy = finding(rows, "rewards/accuracies");
  const margin = finding(rows, "rewards/margins");
  if (!loss) return t("oneStep");
  if (method === "DPO" && accuracy && margin) {
    return t("summaryDpo", {
      from: shortNumber(loss.from),
      to: shortNumber(loss.to),
      margin: shortNumber(margin.to),
      share: format.number(accuracy.to, { style: "percent", maximumFractionDigits: 0 }),
    });
  }
  return t("summaryLoss", { from: shortNumber(loss.from), to: shortNumber(loss.to) });
}

type ChartDialsProps = {
  logarithmic: boolean;
  onLogarithmic: (on: boolean) => void;
  smoothing: number;
  onSmoothing: (weight: number) => void;
};

function ChartDials({ logarithmic, onLogarithmic, smoothing, onSmoothing }: ChartDialsProps) {
  const t = useTranslations("admin.charts");
  const id = useId();
  return (
    <div className="flex flex-wrap items-center gap-x-5 gap-y-2 text-sm print:hidden">
      <span className="flex items-center gap-2">
        <label htmlFor={`${id}-smoothing`} className="text-quiet">
          {t("smoothing")}
        </label>
        <input
          id={`${id}-smoothing`}
          type="range"
          min={0}
          max={0.95}
          step={0.05}
          value={smoothing}
          onChange={(event) => onSmoothing(event.target.valueAsNumber)}
          className="w-24 accent-accent"
        />
      </span>
      <span className="flex items-center gap-2">
        <label htmlFor={`${id}-log`} className="text-quiet">
          {t("logarithmic")}
        </label>
        <Switch id={`${id}-log`} checked={logarithmic} onCheckedChange={onLogarithmic} />
      </span>
    </div>
  );
}
