// The figures of a run as small charts with one cursor, what they say in a sentence, and the dials that change how all are drawn.
"use client";
import { useFormatter, useTranslations } from "next-intl";
import { useId, useMemo, useState } from "react";
import { shortNumber } from "../../../_components/charts/axis.ts";
import type { MetricRow } from "../../../_components/charts/columns.ts";
import { LineChart } from "../../../_components/charts/line-chart.tsx";
import type { Series } from "../../../_components/charts/series.ts";
import { Card } from "../../../_components/ui/card.tsx";
import { EmptyState } from "../../../_components/ui/empty-state.tsx";
import { Skeleton } from "../../../_components/ui/skeleton.tsx";
import { Switch } from "../../../_components/ui/switch.tsx";
import { Help } from "../../_components/help.tsx";
import { CHARTS, type ChartLine, type ChartPlan, chartsFor, otherMetrics } from "../../_lib/chart-plans.ts";
import { finding, summary } from "../../_lib/metrics.ts";
import { isOver } from "../../_lib/run-states.ts";
import type { RunDetails } from "./use-run.ts";

type ChartsProps = {
  run: RunDetails;
  rows: readonly MetricRow[];
  /** Rows may still be on their way. */
  arriving: boolean;
};

const GRID = "grid gap-x-8 gap-y-6 md:grid-cols-2 xl:grid-cols-3 print:grid-cols-2";

export function Charts({ run, rows: all, arriving }: ChartsProps) {
  const t = useTranslations("admin.run");
  const common = useTranslations("common");
  const [logarithmic, setLogarithmic] = useState(false);
  const [smoothing, setSmoothing] = useState(0);
  // Step 0 tells what was gathered before training, which is said in words.
  const rows = useMemo(() => all.filter(({ step }) => step > 0), [all]);
  // Which charts there are changes with the names of the metrics, and hardly ever with a row.
  const charts = useMemo(() => chartsFor(run.method, rows), [run.method, rows]);
  const others = useMemo(() => otherMetrics(run.method, rows), [run.method, rows]);
  if (arriving && run.step > 0) {
    return (
      <Card title={t("figures")}>
        <div role="status" aria-label={common("loading")} className={GRID}>
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
  const dials = { rows, runId: run.id, smoothing };
  return (
    <Card
      title={t("figures")}
      description={<Summary run={run} rows={rows} />}
      actions={
        <ChartDials
          logarithmic={logarithmic}
          onLogarithmic={setLogarithmic}
          smoothing={smoothing}
          onSmoothing={setSmoothing}
        />
      }
    >
      <div className={GRID}>
        {charts.map((plan) => (
          <RunChart key={plan.key} plan={plan} logarithmic={logarithmic && plan.positive} {...dials} />
        ))}
      </div>
      {others.length > 0 && <OtherCharts names={others} {...dials} />}
    </Card>
  );
}

type Dials = { rows: readonly MetricRow[]; runId: string; smoothing: number };

function RunChart({ plan, rows, runId, logarithmic, smoothing }: Dials & { plan: ChartPlan; logarithmic: boolean }) {
  const t = useTranslations("training.metrics");
  // Lines found by a prefix are new objects for every row; the chart is to be made anew only when they are others.
  const lines = JSON.stringify(plan.lines);
  const series = useMemo(
    () =>
      (JSON.parse(lines) as ChartLine[]).map(({ metric, label, meaning, stroke }) => ({
        name: metric,
        label: typeof label === "string" ? t(`line.${label}`) : label.reward,
        meaning,
        stroke,
      })),
    [lines, t],
  );
  const title = t(`title.${plan.title}`);
  return (
    <LineChart
      title={title}
      unit={t(`unit.${plan.unit}`)}
      aside={<Help about={title}>{t(`help.${plan.help}`)}</Help>}
      rows={rows}
      series={series}
      logarithmic={logarithmic}
      smoothing={smoothing}
      syncKey={runId}
      fileName={`run-${runId.slice(-6)}-${plan.key}`}
    />
  );
}

/** Figures the pages have no words for, under the trainer's own names. */
function OtherCharts({ names, ...dials }: Dials & { names: readonly string[] }) {
  const t = useTranslations("training.metrics");
  const [open, setOpen] = useState(false);
  return (
    <details className="mt-6 border-t pt-4 text-sm" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="w-fit cursor-pointer rounded-sm text-quiet hover:text-ink">{t("others")}</summary>
      {open && (
        <div className={`${GRID} mt-4`}>
          {names.map((name) => (
            <OtherChart key={name} name={name} {...dials} />
          ))}
        </div>
      )}
    </details>
  );
}

function OtherChart({ name, rows, runId, smoothing }: Dials & { name: string }) {
  const series = useMemo((): Series[] => [{ name, label: name, meaning: "quiet", stroke: "solid" }], [name]);
  const fileName = `run-${runId.slice(-6)}-${name.replaceAll("/", "-")}`;
  return (
    <LineChart
      title={name}
      unit=""
      rows={rows}
      series={series}
      smoothing={smoothing}
      syncKey={runId}
      fileName={fileName}
    />
  );
}

/** What the curves say, in a sentence. */
function Summary({ run, rows }: { run: RunDetails; rows: readonly MetricRow[] }) {
  const t = useTranslations("training.summary");
  const format = useFormatter();
  const percent = (share: number) => format.number(share, { style: "percent", maximumFractionDigits: 0 });
  const { key, ...figures } = summary(run.method, rows);
  const { from = 0, to = 0, share = 0, margin = 0, kl = 0 } = figures as Partial<Record<string, number>>;
  const zeroSpread = run.method === "GRPO" ? finding(rows, "frac_reward_zero_std")?.to : undefined;
  return (
    <>
      {t(key, {
        from: shortNumber(from),
        to: shortNumber(to),
        share: percent(share),
        margin: shortNumber(margin),
        kl: shortNumber(kl),
      })}
      {zeroSpread !== undefined && zeroSpread > 0 && ` ${t("zeroSpread", { share: percent(zeroSpread) })}`}
    </>
  );
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
