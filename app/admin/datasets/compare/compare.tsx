// Two Datasets beside each other: which two, how far they overlap, and the first examples that only one of them has.
"use client";
import { useQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { Badge } from "../../../_components/ui/badge.tsx";
import { Card } from "../../../_components/ui/card.tsx";
import { Skeleton } from "../../../_components/ui/skeleton.tsx";
import { type Outputs, useTRPC } from "../../../_lib/trpc.ts";
import { CompareChoice } from "../../_components/compare-choice.tsx";
import { useDatasetName } from "../../_components/dataset-name.ts";
import { Facts } from "../../_components/facts.tsx";
import { PageHeader } from "../../_components/page-header.tsx";
import { QueryView } from "../../_components/query-view.tsx";

type DatasetRow = Outputs["dataset"]["list"][number];
type Comparison = Outputs["dataset"]["compare"];

export function Compare({ a, b }: { a: string | null; b: string | null }) {
  const t = useTranslations();
  const trpc = useTRPC();
  // One comes here from a Dataset that may be a moment old, and younger than a list that counts as fresh.
  const query = useQuery(trpc.dataset.list.queryOptions(undefined, { staleTime: 0 }));
  return (
    <>
      <PageHeader
        back={{ href: "/admin/datasets", label: t("admin.nav.datasets") }}
        title={t("data.compare.title")}
        description={t("data.compare.text")}
      />
      <QueryView query={query}>
        {(datasets) => {
          const kind = datasets.find(({ id }) => id === (a ?? b))?.kind;
          return (
            <div className="space-y-4">
              <Choice datasets={datasets} a={a} b={b} kind={kind} />
              {a && b && a !== b ? <Outcome a={a} b={b} /> : <p className="text-quiet">{t("data.compare.need")}</p>}
            </div>
          );
        }}
      </QueryView>
    </>
  );
}

type ChoiceProps = { datasets: readonly DatasetRow[]; a: string | null; b: string | null; kind?: DatasetRow["kind"] };

function Choice({ datasets, kind, ...sides }: ChoiceProps) {
  const t = useTranslations("data.compare");
  const words = useTranslations("training.count");
  const format = useFormatter();
  const nameOf = useDatasetName();
  const options = (other: string | null) =>
    datasets
      .filter((dataset) => dataset.id !== other && (other === null || dataset.kind === kind))
      .map((dataset) => ({
        value: dataset.id,
        label: [
          nameOf(dataset),
          words(dataset.kind, { count: dataset.train + dataset.heldOut }),
          format.dateTime(dataset.frozenAt, { dateStyle: "medium" }),
        ].join(" · "),
      }));
  const names = { a: t("a"), b: t("b"), choose: t("choose") };
  return <CompareChoice {...sides} path="/admin/datasets/compare" words={names} options={options} />;
}

function Outcome({ a, b }: { a: string; b: string }) {
  const t = useTranslations("data.compare");
  const format = useFormatter();
  const trpc = useTRPC();
  const query = useQuery(trpc.dataset.compare.queryOptions({ a, b }));
  return (
    <QueryView query={query} skeleton={<Skeleton className="h-56 w-full" />}>
      {(comparison) => (
        <>
          <Card title={t("overlap")}>
            <Overlap comparison={comparison} />
            <div className="mt-4">
              <Facts
                facts={[
                  { name: t("movedSplit"), value: format.number(comparison.movedSplit) },
                  { name: t("reweighted"), value: format.number(comparison.reweighted) },
                ]}
              />
            </div>
          </Card>
          <Card title={t("examples")}>
            <Differences examples={comparison.examples} />
          </Card>
        </>
      )}
    </QueryView>
  );
}

/** One bar in three parts, and what it says as a sentence. */
function Overlap({ comparison: { common, onlyA, onlyB } }: { comparison: Comparison }) {
  const t = useTranslations("data.compare");
  const format = useFormatter();
  const all = common + onlyA + onlyB;
  const parts = [
    { key: "onlyA", count: onlyA, fill: "bg-candidate/70" },
    { key: "common", count: common, fill: "bg-quiet/45" },
    { key: "onlyB", count: onlyB, fill: "bg-accent/70" },
  ] as const;
  return (
    <>
      <p className="mb-3 text-sm">
        {all === common
          ? t("same")
          : t("sentence", {
              common,
              share: format.number(all > 0 ? common / all : 0, { style: "percent", maximumFractionDigits: 1 }),
            })}
      </p>
      <div aria-hidden className="flex h-6 gap-px overflow-hidden rounded-md [print-color-adjust:exact]">
        {parts.map(({ key, count, fill }) => count > 0 && <span key={key} className={fill} style={{ flex: count }} />)}
      </div>
      <ul className="mt-2 flex flex-wrap gap-x-6 gap-y-1 text-sm">
        {parts.map(({ key, count, fill }) => (
          <li key={key} className="flex items-center gap-1.5">
            <span aria-hidden className={`size-2.5 rounded-sm ${fill}`} />
            <span className="font-medium tabular-nums">{format.number(count)}</span>
            <span className="text-quiet">{t(key)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

function Differences({ examples }: { examples: Comparison["examples"] }) {
  const t = useTranslations("data.compare");
  const words = useTranslations("admin.pairs");
  if (examples.length === 0) return <p className="text-quiet text-sm">{t("none")}</p>;
  return (
    <ul className="divide-y text-sm">
      {examples.map(({ side, prompt, chosen, rejected }, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: examples of a comparison never change their place
        <li key={i} className="space-y-1 py-3 first:pt-0 last:pb-0">
          <p className="flex items-start gap-2">
            <Badge tone={side === "A" ? "candidate" : "chosen"}>{t(side === "A" ? "onlyA" : "onlyB")}</Badge>
            <span className="min-w-0 break-words font-medium">{prompt}</span>
          </p>
          <p className="break-words text-quiet">
            {rejected !== null && <span className="font-medium">{words("chosen")}: </span>}
            {chosen}
          </p>
          {rejected !== null && (
            <p className="break-words text-quiet">
              <span className="font-medium">{words("rejected")}: </span>
              {rejected}
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}
