// One Dataset: its hash, what was left out of it, and its examples of whatever kind.
"use client";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { Card } from "../../../_components/ui/card.tsx";
import { type Outputs, useTRPC } from "../../../_lib/trpc.ts";
import { Facts } from "../../_components/facts.tsx";
import { Hash } from "../../_components/hash.tsx";
import { LeftOut } from "../../_components/left-out.tsx";
import { LoadMore } from "../../_components/load-more.tsx";
import { PageHeader } from "../../_components/page-header.tsx";
import { PairCard, PairSkeleton } from "../../_components/pair-card.tsx";
import { QueryView } from "../../_components/query-view.tsx";
import { shortHash } from "../../_lib/format.ts";
import { ItemCard } from "./item-card.tsx";

type DatasetDetails = Outputs["dataset"]["get"];

export function Dataset({ id }: { id: string }) {
  const t = useTranslations("admin");
  const trpc = useTRPC();
  const query = useInfiniteQuery(
    trpc.dataset.get.infiniteQueryOptions(
      { id },
      { getNextPageParam: (page) => page.pairs.nextCursor ?? page.items.nextCursor },
    ),
  );
  return (
    <QueryView query={query} skeleton={<PairSkeleton />}>
      {({ pages }) => {
        const [dataset] = pages;
        if (!dataset) return null;
        return (
          <>
            <PageHeader
              back={{ href: "/admin/datasets", label: t("nav.datasets") }}
              title={dataset.name ?? t("datasets.one", { hash: shortHash(dataset.sha256) })}
              description={t("datasets.oneText")}
            />
            <Card className="mb-6">
              <DatasetFacts dataset={dataset} />
            </Card>
            <h2 className="mb-3 font-semibold text-lg">{t("datasets.items")}</h2>
            <ul className="space-y-4">
              {pages
                .flatMap((page) => page.pairs.items)
                .map((pair) => (
                  <li key={pair.id}>
                    <PairCard pair={pair} split={pair.split} />
                  </li>
                ))}
              {pages
                .flatMap((page) => page.items.items)
                .map((item) => (
                  <li key={item.id}>
                    <ItemCard item={item} />
                  </li>
                ))}
            </ul>
            <LoadMore query={query} end={t("datasets.itemsEnd")} />
          </>
        );
      }}
    </QueryView>
  );
}

function DatasetFacts({ dataset }: { dataset: DatasetDetails }) {
  const t = useTranslations("admin.datasets");
  const words = useTranslations("training");
  const format = useFormatter();
  return (
    <Facts
      facts={[
        { name: "SHA-256", value: <Hash sha256={dataset.sha256} whole copy /> },
        { name: t("holds"), value: words(`kindText.${dataset.kind}`) },
        { name: t("from"), value: words(`origin.${dataset.origin}`) },
        { name: t("frozen"), value: format.dateTime(dataset.frozenAt, { dateStyle: "medium", timeStyle: "short" }) },
        { name: t("train"), value: dataset.train },
        { name: t("heldOut"), value: dataset.heldOut },
        ...(dataset.leftOut.length > 0 ? [{ name: t("leftOut"), value: <LeftOut reasons={dataset.leftOut} /> }] : []),
        { name: t("runs"), value: dataset.runs },
      ]}
    />
  );
}
