// One frozen dataset: its hash, what was left out of it, and its pairs.
"use client";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { Card } from "../../../_components/ui/card.tsx";
import { type Outputs, useTRPC } from "../../../_lib/trpc.ts";
import { Facts } from "../../_components/facts.tsx";
import { Hash } from "../../_components/hash.tsx";
import { LoadMore } from "../../_components/load-more.tsx";
import { PageHeader } from "../../_components/page-header.tsx";
import { PairCard, PairSkeleton } from "../../_components/pair-card.tsx";
import { QueryView } from "../../_components/query-view.tsx";
import { shortHash } from "../../_lib/format.ts";
import { LeftOut } from "../../runs/new/dry-run.tsx";

type DatasetDetails = Outputs["dataset"]["get"];

export function Dataset({ id }: { id: string }) {
  const t = useTranslations("admin");
  const trpc = useTRPC();
  const query = useInfiniteQuery(
    trpc.dataset.get.infiniteQueryOptions({ id }, { getNextPageParam: (page) => page.pairs.nextCursor }),
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
              title={t("datasets.one", { hash: shortHash(dataset.sha256) })}
              description={t("datasets.oneText")}
            />
            <Card className="mb-6">
              <DatasetFacts dataset={dataset} />
            </Card>
            <h2 className="mb-3 font-semibold text-lg">{t("nav.pairs")}</h2>
            <ul className="space-y-4">
              {pages
                .flatMap((page) => page.pairs.items)
                .map((pair) => (
                  <li key={pair.id}>
                    <PairCard pair={pair} split={pair.split} />
                  </li>
                ))}
            </ul>
            <LoadMore query={query} end={t("pairs.end")} />
          </>
        );
      }}
    </QueryView>
  );
}

function DatasetFacts({ dataset }: { dataset: DatasetDetails }) {
  const t = useTranslations("admin.datasets");
  const format = useFormatter();
  return (
    <Facts
      facts={[
        { name: "SHA-256", value: <Hash sha256={dataset.sha256} whole copy /> },
        { name: t("frozen"), value: format.dateTime(dataset.frozenAt, { dateStyle: "medium", timeStyle: "short" }) },
        { name: t("train"), value: dataset.train },
        { name: t("heldOut"), value: dataset.heldOut },
        ...(dataset.leftOut.length > 0 ? [{ name: t("leftOut"), value: <LeftOut reasons={dataset.leftOut} /> }] : []),
        { name: t("runs"), value: dataset.runs },
      ]}
    />
  );
}
