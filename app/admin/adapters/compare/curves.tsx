// Curves of two runs in the same charts: one adapter's line solid, the other's dashed.
"use client";
import { useTranslations } from "next-intl";
import { useMemo, useState } from "react";
import type { MetricRow } from "../../../_components/charts/columns.ts";
import { LineChart } from "../../../_components/charts/line-chart.tsx";
import type { Series } from "../../../_components/charts/series.ts";
import { Card } from "../../../_components/ui/card.tsx";
import type { Outputs } from "../../../_lib/trpc.ts";
import { isDrawn, namedCurve } from "../../_lib/chart-plans.ts";
import type { Names } from "./compare.tsx";

type Curve = Outputs["adapter"]["compare"]["curves"][number];

/** Curves that are shown before all are asked for. */
const FIRST = 6;

/** Those that both have first, then as the page of a run has them. */
function inOrder(left: Curve, right: Curve): number {
  const both = ({ a, b }: Curve) => (a.length > 1 && b.length > 1 ? 1 : 0);
  const place = ({ name }: Curve) => namedCurve(name)?.place ?? Number.MAX_SAFE_INTEGER;
  return both(right) - both(left) || place(left) - place(right);
}

export function Curves({ curves, names }: { curves: readonly Curve[]; names: Names }) {
  const t = useTranslations("registry.compare");
  const [open, setOpen] = useState(false);
  const drawn = curves.filter(({ name, a, b }) => isDrawn(name) && (a.length > 1 || b.length > 1)).sort(inOrder);
  return (
    <Card title={t("curves")}>
      {drawn.length === 0 ? (
        <p className="text-quiet text-sm">{t("noCurves")}</p>
      ) : (
        <>
          <Grid curves={drawn.slice(0, FIRST)} names={names} />
          {drawn.length > FIRST && (
            <details className="mt-6 border-t pt-4 text-sm" onToggle={(event) => setOpen(event.currentTarget.open)}>
              <summary className="w-fit cursor-pointer rounded-sm text-quiet hover:text-ink">{t("moreCurves")}</summary>
              {open && (
                <div className="mt-4">
                  <Grid curves={drawn.slice(FIRST)} names={names} />
                </div>
              )}
            </details>
          )}
        </>
      )}
    </Card>
  );
}

function Grid({ curves, names }: { curves: readonly Curve[]; names: Names }) {
  return (
    <div className="grid gap-x-8 gap-y-6 md:grid-cols-2 xl:grid-cols-3 print:grid-cols-2">
      {curves.map((curve) => (
        <CurveChart key={curve.name} curve={curve} names={names} />
      ))}
    </div>
  );
}

function CurveChart({ curve, names: { a, b } }: { curve: Curve; names: Names }) {
  const t = useTranslations("training.metrics");
  const named = namedCurve(curve.name);
  const rows = useMemo(() => rowsOf(curve), [curve]);
  const series = useMemo(
    (): Series[] => [
      { name: "a", label: a, meaning: "candidate", stroke: "solid" },
      { name: "b", label: b, meaning: "live", stroke: "dashed" },
    ],
    [a, b],
  );
  return (
    <LineChart
      title={named ? titleOf(named, t) : curve.name}
      unit={named ? t(`unit.${named.plan.unit}`) : ""}
      rows={rows}
      series={series}
      syncKey="compare"
      fileName={`compare-${curve.name.replaceAll("/", "-")}`}
    />
  );
}

/** A chart of a run that has several lines is as many charts here. */
function titleOf(
  { plan, line }: NonNullable<ReturnType<typeof namedCurve>>,
  t: ReturnType<typeof useTranslations<"training.metrics">>,
): string {
  const title = t(`title.${plan.title}`);
  return plan.lines.length > 1 && typeof line.label === "string" ? `${title} · ${t(`line.${line.label}`)}` : title;
}

/** One row for every step that either has. */
function rowsOf({ a, b }: Curve): MetricRow[] {
  const values = new Map<number, Record<string, number>>();
  for (const [name, points] of Object.entries({ a, b })) {
    for (const { step, value } of points) values.set(step, { ...values.get(step), [name]: value });
  }
  return [...values].sort(([left], [right]) => left - right).map(([step, row]) => ({ step, values: row }));
}
