// What a run found before its first step: how good the drafts were, and how the judge judged.
"use client";
import { useFormatter, useTranslations } from "next-intl";
import { shortNumber } from "../../../_components/charts/axis.ts";
import type { MetricRow } from "../../../_components/charts/columns.ts";
import { Card } from "../../../_components/ui/card.tsx";
import { gathered } from "../../_lib/metrics.ts";

export function GatheredFigures({ rows }: { rows: readonly MetricRow[] }) {
  const t = useTranslations("training.gathered");
  const format = useFormatter();
  const found = gathered(rows);
  if (!found) return null;
  const { drafts, judge } = found;
  return (
    <Card title={t("title")}>
      <div className="max-w-2xl space-y-1 text-pretty text-sm">
        {drafts && <p>{t("drafts", { best: shortNumber(drafts.best), mean: shortNumber(drafts.mean) })}</p>}
        {judge && (
          <p>
            {t("judge", {
              asked: judge.asked,
              share: format.number(judge.consistent, { style: "percent", maximumFractionDigits: 0 }),
            })}
          </p>
        )}
        {judge?.kappa != null && <p>{t("kappa", { kappa: shortNumber(judge.kappa) })}</p>}
      </div>
    </Card>
  );
}
