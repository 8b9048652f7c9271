// The page of one rater.
"use client";
import { useQuery } from "@tanstack/react-query";
import { useFormatter, useLocale, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import type { Estimate } from "../../../../server/domain/views/trust.ts";
import { DayCounts } from "../../../_components/charts/day-counts.tsx";
import { IntervalBar } from "../../../_components/charts/interval-bar.tsx";
import { ShareBars } from "../../../_components/charts/share-bars.tsx";
import { Badge } from "../../../_components/ui/badge.tsx";
import { Card } from "../../../_components/ui/card.tsx";
import { type Outputs, useTRPC } from "../../../_lib/trpc.ts";
import { Facts } from "../../_components/facts.tsx";
import { Help } from "../../_components/help.tsx";
import { PageHeader } from "../../_components/page-header.tsx";
import { QueryView } from "../../_components/query-view.tsx";
import { span } from "../../_lib/format.ts";
import { useFigures } from "../../annotation/_components/use-figures.ts";
import { leaning } from "../../annotation/_lib/verdict.ts";
import { CHANCE, SHARE_SCALE, TRUST_SCALE } from "../_lib/scales.ts";
import { Quarantine } from "./quarantine.tsx";

export type RaterView = Outputs["trust"]["rater"];

export function Rater({ id }: { id: string }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.trust.rater.queryOptions({ id }));
  return <QueryView query={query}>{(view) => <Whole view={view} />}</QueryView>;
}

function Whole({ view }: { view: RaterView }) {
  const t = useTranslations("annotation.raters");
  const role = useTranslations("common.role");
  const { name, email } = view.rater;
  const judged = view.perDay.reduce((sum, { count }) => sum + count, 0);
  return (
    <>
      <PageHeader
        back={{ href: "/admin/raters", label: t("back") }}
        title={
          <>
            {name || email}
            <Badge>{role(view.rater.role)}</Badge>
            {view.quarantinedAt && <Badge tone="rejected">{t("quarantined")}</Badge>}
            {!view.confirmed && !view.quarantinedAt && (
              <span className="inline-flex items-center">
                <Badge>{t("unconfirmed")}</Badge>
                <Help about={t("unconfirmed")}>{t("confirmedHelp")}</Help>
              </span>
            )}
          </>
        }
        description={name ? email : undefined}
      />
      <div className="space-y-4">
        <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
          <Figures view={view} />
          <div className="space-y-4">
            <Quarantine view={view} />
            <Card title={t("kinds")}>
              <ShareBars
                label={t("kinds")}
                shares={view.byKind.map(({ kind, count }) => ({
                  key: kind,
                  label: t.has(`kind.${kind as "RANKING"}`) ? t(`kind.${kind as "RANKING"}`) : kind,
                  count,
                }))}
              />
            </Card>
          </div>
        </div>
        <Card title={t("work")} description={t("workSum", { count: judged, days: view.perDay.length })}>
          <DayCounts label={t("work")} days={view.perDay} />
        </Card>
      </div>
    </>
  );
}

function Figures({ view }: { view: RaterView }) {
  const t = useTranslations("annotation.raters");
  const format = useFormatter();
  const locale = useLocale();
  const score = (right: number, seen: number) =>
    seen === 0 ? t("noFigure") : t("of", { right: format.number(right, { maximumFractionDigits: 1 }), seen });
  const named = (
    key: "trust" | "gold" | "repeats" | "firstPlace" | "agreement" | "seconds" | "burst",
    value: ReactNode,
  ) => ({
    name: key,
    label: (
      <span className="inline-flex items-center gap-0.5">
        {t(key)}
        <Help about={t(key)}>{t(`${key}Help`)}</Help>
      </span>
    ),
    value,
  });
  const bias = { above: "biased", below: "biasedLate", neither: "unbiased" } as const;
  return (
    <Card title={t("figures")} description={t("figuresText")}>
      <Facts
        facts={[
          named("trust", <WithBar estimate={view.accuracy} scale={TRUST_SCALE} mark={CHANCE} />),
          named("agreement", <WithBar estimate={view.agreement} scale={TRUST_SCALE} />),
          named(
            "firstPlace",
            <>
              <WithBar estimate={view.firstPlace} scale={SHARE_SCALE} mark={CHANCE} />
              {view.firstPlace && (
                <span className="text-quiet text-xs">{t(bias[leaning(view.firstPlace, CHANCE)])}</span>
              )}
            </>,
          ),
          named("gold", score(view.gold.right, view.gold.seen)),
          named("repeats", score(view.repeats.same, view.repeats.seen)),
          named("seconds", view.medianSeconds === null ? t("noFigure") : span(view.medianSeconds, locale)),
          named("burst", format.number(view.burst)),
          { name: t("judgements"), value: format.number(view.judgements) },
          { name: t("pairs"), value: format.number(view.pairs) },
        ]}
      />
    </Card>
  );
}

type WithBarProps = { estimate: Estimate | null; scale: readonly [number, number]; mark?: number };

function WithBar({ estimate, scale, mark }: WithBarProps) {
  const t = useTranslations("annotation");
  const { percent, within } = useFigures();
  if (!estimate) return <span className="text-quiet">{t("raters.noFigure")}</span>;
  return (
    <span className="flex items-center gap-3">
      <span
        className="w-36 shrink-0"
        title={t("estimate", { low: percent(estimate.low), high: percent(estimate.high) })}
      >
        <span className="font-medium">{percent(estimate.value)}</span>{" "}
        <span className="text-quiet">{within(percent, estimate)}</span>
      </span>
      <IntervalBar {...estimate} scale={scale} marks={mark === undefined ? [] : [mark]} className="max-w-64" />
    </span>
  );
}
