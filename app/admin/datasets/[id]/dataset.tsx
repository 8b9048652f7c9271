// One Dataset: what it is, and its views side by side.
"use client";
import { useInfiniteQuery } from "@tanstack/react-query";
import { GitCompareArrows } from "lucide-react";
import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { Button } from "../../../_components/ui/button.tsx";
import { Card } from "../../../_components/ui/card.tsx";
import { Notice } from "../../../_components/ui/notice.tsx";
import { type Outputs, useTRPC } from "../../../_lib/trpc.ts";
import { Facts } from "../../_components/facts.tsx";
import { Hash } from "../../_components/hash.tsx";
import { LeftOut } from "../../_components/left-out.tsx";
import { PageHeader } from "../../_components/page-header.tsx";
import { PairSkeleton } from "../../_components/pair-card.tsx";
import { QueryView } from "../../_components/query-view.tsx";
import { ViewTabs } from "../../_components/view-tabs.tsx";
import { shortHash } from "../../_lib/format.ts";
import { Examples } from "./examples.tsx";
import { ExportDialog } from "./export-dialog.tsx";
import { Privacy } from "./privacy.tsx";
import { Statistics } from "./statistics.tsx";

export type DatasetDetails = Outputs["dataset"]["get"];
type DatasetView = "examples" | "statistics" | "privacy";

const VIEWS: readonly DatasetView[] = ["examples", "statistics", "privacy"];

export function Dataset({ id, view }: { id: string; view: DatasetView }) {
  const t = useTranslations();
  const trpc = useTRPC();
  // The same request as the examples without a filter, so that it is made once.
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
              back={{ href: "/admin/datasets", label: t("admin.nav.datasets") }}
              title={dataset.name ?? t("admin.datasets.one", { hash: shortHash(dataset.sha256) })}
              description={t("admin.datasets.oneText")}
              actions={
                <>
                  <ExportDialog dataset={dataset} />
                  <Button asChild>
                    <Link href={`/admin/datasets/compare?a=${id}`}>
                      <GitCompareArrows aria-hidden />
                      {t("data.dataset.compare")}
                    </Link>
                  </Button>
                </>
              }
            />
            {dataset.erased > 0 && (
              <Notice tone="warning" className="mb-4">
                {t("data.dataset.erased", { count: dataset.erased })}
              </Notice>
            )}
            <Card className="mb-6">
              <DatasetFacts dataset={dataset} />
            </Card>
            <ViewTabs
              label={t("data.dataset.views")}
              path={`/admin/datasets/${id}`}
              views={VIEWS.map((name) => ({ view: name, label: t(`data.dataset.view.${name}`) }))}
              current={view}
            />
            {view === "examples" && <Examples dataset={dataset} />}
            {view === "statistics" && <Statistics dataset={dataset} />}
            {view === "privacy" && <Privacy dataset={dataset} />}
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
        { name: t("train"), value: format.number(dataset.train) },
        { name: t("heldOut"), value: format.number(dataset.heldOut) },
        ...(dataset.leftOut.length > 0 ? [{ name: t("leftOut"), value: <LeftOut reasons={dataset.leftOut} /> }] : []),
        { name: t("runs"), value: dataset.runs },
      ]}
    />
  );
}
