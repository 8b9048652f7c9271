// New pairs of the last 30 days by source: one row of bars each, on one scale, named beside it.
"use client";
import { GitCompareArrows } from "lucide-react";
import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { TableForReaders } from "../../_components/charts/table-for-readers.tsx";
import { useDayName } from "../../_components/charts/use-day-name.ts";
import { Card } from "../../_components/ui/card.tsx";
import { EmptyState } from "../../_components/ui/empty-state.tsx";
import { pairsFinding, pairTotals } from "../_lib/overview-charts.ts";
import type { FiguresData } from "./live-sentence.tsx";
import type { OverviewData } from "./overview.tsx";

type PairsChartProps = { days: FiguresData["pairsPerDay"]; pairs: OverviewData["pairs"] };

export function PairsChart({ days, pairs }: PairsChartProps) {
  const t = useTranslations("traffic.overview");
  const source = useTranslations("admin.pairs.source");
  const charts = useTranslations("admin.charts");
  const name = useDayName();
  const format = useFormatter();
  const finding = pairsFinding(days);
  const sum = t("pairsNew", { total: format.number(pairs.total), count: pairs.newSinceLastRun });
  const link = (
    <Link href="/admin/pairs" className="text-sm underline underline-offset-2">
      {t("seePairs")}
    </Link>
  );
  if (!finding) {
    return (
      <Card title={t("pairs")} description={pairs.total > 0 ? sum : undefined} actions={pairs.total > 0 ? link : null}>
        <EmptyState icon={GitCompareArrows} title={t("pairsNone")} description={t("pairsNoneText")} />
      </Card>
    );
  }
  const rows = pairTotals(days).filter(({ count }) => count > 0);
  const most = Math.max(1, ...days.flatMap(({ counts }) => Object.values(counts)));
  return (
    <Card
      title={t("pairsFinding", { count: finding.count, source: source(finding.source) })}
      description={`${t("pairs")} · ${sum}`}
      actions={link}
    >
      <figure className="[print-color-adjust:exact]">
        <p aria-hidden className="mb-1 text-right text-faint text-xs tabular-nums">
          {t("perDayMost", { count: most })}
        </p>
        <div aria-hidden className="space-y-2">
          {rows.map((row) => (
            <div key={row.source} className="grid grid-cols-[5.5rem_minmax(0,1fr)] items-end gap-x-3">
              <span className="text-right text-sm leading-tight">
                {source(row.source)}
                <span className="block text-faint text-xs tabular-nums">{format.number(row.count)}</span>
              </span>
              <div className="flex h-8 items-end gap-[2px] border-b border-line-strong sm:gap-1">
                {days.map(({ day, counts }) => (
                  <div
                    key={day}
                    title={`${name(day)} · ${source(row.source)} ${counts[row.source]}`}
                    className="flex h-full min-w-0 flex-1 items-end hover:bg-hover"
                  >
                    <div
                      className="w-full rounded-t-sm bg-ink/60"
                      style={{ height: `${(counts[row.source] / most) * 100}%` }}
                    />
                  </div>
                ))}
              </div>
            </div>
          ))}
          <div className="ml-[6.25rem] flex justify-between text-faint text-xs">
            <span>{days[0] && name(days[0].day)}</span>
            <span>{days.at(-1) && name(days.at(-1)!.day)}</span>
          </div>
        </div>
        <TableForReaders
          caption={t("pairs")}
          head={[charts("day"), ...rows.map((row) => source(row.source))]}
          rows={days
            .filter(({ counts }) => Object.values(counts).some((count) => count > 0))
            .map(({ day, counts }) => ({ name: name(day), cells: rows.map((row) => counts[row.source]) }))}
        />
      </figure>
    </Card>
  );
}
