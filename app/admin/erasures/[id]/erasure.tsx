// One erasure: what was taken out, what had learned from it and how to train that anew, and the report to hand out.
"use client";
import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { KEPT } from "../../../../server/domain/views/lineage.ts";
import { Button } from "../../../_components/ui/button.tsx";
import { Card } from "../../../_components/ui/card.tsx";
import { Notice } from "../../../_components/ui/notice.tsx";
import { Skeleton } from "../../../_components/ui/skeleton.tsx";
import { useTRPC } from "../../../_lib/trpc.ts";
import { Facts } from "../../_components/facts.tsx";
import { Hash } from "../../_components/hash.tsx";
import { PageHeader } from "../../_components/page-header.tsx";
import { Person } from "../../_components/person.tsx";
import { QueryView } from "../../_components/query-view.tsx";
import { shortHash } from "../../_lib/format.ts";
import { RemovedFacts, TouchedAdapters, TouchedDatasets } from "../report.tsx";
import { RetrainButton } from "../retrain-button.tsx";

export function Erasure({ id }: { id: string }) {
  const t = useTranslations("data.erasure");
  const trpc = useTRPC();
  const format = useFormatter();
  const query = useQuery(trpc.erasure.get.queryOptions({ id }));
  return (
    <QueryView query={query} skeleton={<Skeleton className="h-80 w-full" />}>
      {({ at, subject, requestedBy, sha256, report, adapters }) => (
        <>
          <PageHeader
            back={{ href: "/admin/erasures", label: t("title") }}
            title={t("one", { subject: subject.slice(0, 8) })}
            description={t("oneText")}
            actions={
              <Button asChild>
                <a href={`/api/erasures/${id}/report`} download>
                  <Download aria-hidden />
                  {t("download")}
                </a>
              </Button>
            }
          />
          <div className="space-y-4">
            {adapters.some(({ live, retrainedBy }) => live && !retrainedBy) && (
              <Notice tone="warning">{t("liveWarning")}</Notice>
            )}
            <Card title={t("adapters")}>
              <TouchedAdapters
                adapters={adapters}
                label={t("adapters")}
                act={(adapter) => (
                  <RetrainButton
                    adapterId={adapter.adapterId}
                    erasureId={id}
                    retrainedBy={adapter.retrainedBy}
                    label={t("retrainOf", { hash: shortHash(adapter.sha256) })}
                  />
                )}
              />
            </Card>
            <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-2">
              <Card title={t("removed")}>
                <RemovedFacts removed={report.removed} />
              </Card>
              <div className="space-y-4">
                <Card title={t("datasets")}>
                  <TouchedDatasets datasets={report.datasets} label={t("datasets")} />
                </Card>
                <Card title={t("kept")}>
                  <ul className="list-disc space-y-1 pl-4 text-sm">
                    {report.kept.map((sentence) => (
                      <Kept key={sentence} sentence={sentence} />
                    ))}
                  </ul>
                </Card>
              </div>
            </div>
            <Card title={t("report")}>
              <Facts
                facts={[
                  { name: t("when"), value: format.dateTime(at, { dateStyle: "medium", timeStyle: "medium" }) },
                  { name: t("subject"), value: <code className="break-all font-mono text-xs">{subject}</code> },
                  {
                    name: t("by"),
                    value: report.requestedBy === "SELF" ? t("bySelf") : <Person person={requestedBy} />,
                  },
                  { name: t("hash"), value: <Hash sha256={sha256} whole copy /> },
                ]}
              />
            </Card>
          </div>
        </>
      )}
    </QueryView>
  );
}

const KEYS = Object.keys(KEPT) as (keyof typeof KEPT)[];

/** Reports are written in English; what they say today the pages can say as well. */
function Kept({ sentence }: { sentence: string }) {
  const t = useTranslations("data.erasure.keptWhy");
  const key = KEYS.find((key) => KEPT[key] === sentence);
  return key ? <li>{t(key)}</li> : <li lang="en">{sentence}</li>;
}
