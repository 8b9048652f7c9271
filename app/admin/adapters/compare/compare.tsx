// Two adapters beside each other: which two, which one people prefer, and where figures, settings, curves and replies differ.
"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { Button } from "../../../_components/ui/button.tsx";
import { Card } from "../../../_components/ui/card.tsx";
import { Skeleton } from "../../../_components/ui/skeleton.tsx";
import { type Outputs, useTRPC } from "../../../_lib/trpc.ts";
import { CompareChoice } from "../../_components/compare-choice.tsx";
import { PageHeader } from "../../_components/page-header.tsx";
import { QueryView } from "../../_components/query-view.tsx";
import { adapterName } from "../adapter-name.ts";
import { Curves } from "./curves.tsx";
import { Replies } from "./replies.tsx";
import { Metrics, Settings } from "./tables.tsx";

type AdapterRow = Outputs["adapter"]["list"][number];
type Comparison = Outputs["adapter"]["compare"];

/** What the two are called, on one page. */
export interface Names {
  a: string;
  b: string;
}

export function Compare({ a, b }: { a: string | null; b: string | null }) {
  const t = useTranslations();
  const trpc = useTRPC();
  const query = useQuery(trpc.adapter.list.queryOptions());
  return (
    <>
      <PageHeader
        back={{ href: "/admin/adapters", label: t("admin.nav.adapters") }}
        title={t("registry.compare.title")}
        description={t("registry.compare.text")}
      />
      <QueryView query={query}>
        {(adapters) => {
          const [left, right] = [a, b].map((id) => adapters.find((adapter) => adapter.id === id));
          return (
            <div className="space-y-4">
              <Choice adapters={adapters} a={a} b={b} />
              {left && right && left !== right ? (
                <Outcome a={left} b={right} />
              ) : (
                <p className="text-quiet">{t("registry.compare.need")}</p>
              )}
            </div>
          );
        }}
      </QueryView>
    </>
  );
}

type ChoiceProps = { adapters: readonly AdapterRow[]; a: string | null; b: string | null };

function Choice({ adapters, ...sides }: ChoiceProps) {
  const t = useTranslations("registry.compare");
  const words = useTranslations("admin.adapters");
  const format = useFormatter();
  const options = (other: string | null) =>
    adapters
      .filter(({ id }) => id !== other)
      .map((adapter) => ({
        value: adapter.id,
        label: [
          adapterName(adapter),
          words(`state.${adapter.status}`),
          format.dateTime(adapter.createdAt, { dateStyle: "medium" }),
        ].join(" · "),
      }));
  const names = { a: t("a"), b: t("b"), choose: t("choose") };
  return <CompareChoice {...sides} path="/admin/adapters/compare" words={names} options={options} />;
}

function Outcome({ a, b }: { a: AdapterRow; b: AdapterRow }) {
  const t = useTranslations("registry.compare");
  const trpc = useTRPC();
  const query = useQuery(trpc.adapter.compare.queryOptions({ a: a.id, b: b.id }));
  const names = { a: adapterName(a), b: adapterName(b) };
  return (
    <QueryView query={query} skeleton={<Skeleton className="h-56 w-full" />}>
      {(comparison) => (
        <>
          <Card title={t("winTitle")}>
            <WinRate winRate={comparison.winRate} names={names} />
          </Card>
          <Metrics metrics={comparison.metrics} names={names} />
          <Settings config={comparison.config} names={names} />
          {/* Without a run there is neither, and the card above has said so. */}
          {comparison.config.length > 0 && (
            <>
              <Curves curves={comparison.curves} names={names} />
              <Replies samples={comparison.samples} names={names} />
            </>
          )}
        </>
      )}
    </QueryView>
  );
}

/** A sentence, and the interval on a line from 0 to 1 with one half marked. */
/** With the way to find out. */
function Uncompared() {
  const t = useTranslations("registry.compare");
  return (
    <div className="space-y-3 text-sm">
      <p className="text-quiet">{t("winNone")}</p>
      <p className="max-w-prose text-quiet">{t("winHow")}</p>
      <Button asChild>
        <Link href="/admin/deployments">{t("winShare")}</Link>
      </Button>
    </div>
  );
}

function WinRate({ winRate, names }: { winRate: Comparison["winRate"]; names: Names }) {
  const t = useTranslations("registry.compare");
  const format = useFormatter();
  if (!winRate) return <Uncompared />;
  const percent = (share: number) => format.number(share, { style: "percent", maximumFractionDigits: 0 });
  const { value, low, high, count, from } = winRate;
  const sentence = t(from === "PEOPLE" ? "winPeople" : "winGate", {
    ...names,
    ...{ value: percent(value), low: percent(low), high: percent(high), count },
  });
  return (
    <div className="space-y-3 text-sm">
      <p className="text-pretty">
        {sentence} {low <= 0.5 && high >= 0.5 && t("even")}
      </p>
      <div aria-hidden className="relative h-6 max-w-md [print-color-adjust:exact]">
        <span className="absolute inset-x-0 top-1/2 h-px bg-line-strong" />
        <span className="absolute top-0 left-1/2 h-full w-px bg-quiet" />
        <span
          className="-translate-y-1/2 absolute top-1/2 h-2 min-w-1 rounded-full bg-candidate/60"
          style={{ left: `${low * 100}%`, width: `${(high - low) * 100}%` }}
        />
        <span
          className="-translate-x-1/2 -translate-y-1/2 absolute top-1/2 size-3 rounded-full bg-candidate"
          style={{ left: `${value * 100}%` }}
        />
      </div>
    </div>
  );
}
