// From a judgement, or from all judgements behind a pair, on to the Datasets and the weights they moved.
"use client";
import { useQuery } from "@tanstack/react-query";
import { GitBranch } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useMemo } from "react";
import type { JudgementKind } from "../../../prisma/generated/enums.ts";
import { Badge } from "../../_components/ui/badge.tsx";
import { Card } from "../../_components/ui/card.tsx";
import { EmptyState } from "../../_components/ui/empty-state.tsx";
import { RelativeTime } from "../../_components/ui/relative-time.tsx";
import { Skeleton } from "../../_components/ui/skeleton.tsx";
import { type Outputs, useTRPC } from "../../_lib/trpc.ts";
import { PageHeader } from "../_components/page-header.tsx";
import { Person } from "../_components/person.tsx";
import { QueryView } from "../_components/query-view.tsx";
import { shortHash } from "../_lib/format.ts";
import { Path, type Stage } from "./path.tsx";
import { ratersOf, releasesOf } from "./stages.ts";

type JudgementLineage = Outputs["lineage"]["judgement"];

export function JudgementLineagePage({ kind, subjectId }: { kind: JudgementKind; subjectId: string }) {
  const t = useTranslations();
  const trpc = useTRPC();
  const query = useQuery(trpc.lineage.judgement.queryOptions({ kind, subjectId }));
  return (
    <>
      <PageHeader
        back={{ href: "/admin/pairs", label: t("admin.nav.pairs") }}
        title={t("data.lineage.ofJudgement")}
        description={t("data.lineage.ofJudgementText")}
      />
      <QueryView query={query} skeleton={<LineageSkeleton />}>
        {(lineage) => <JudgementPath lineage={lineage} />}
      </QueryView>
    </>
  );
}

export function LineageSkeleton() {
  return (
    <div className="space-y-4">
      <Skeleton className="h-44 w-full" />
      <Skeleton className="h-32 w-full" />
    </div>
  );
}

export function JudgementPath({ lineage }: { lineage: JudgementLineage }) {
  const t = useTranslations("data.lineage");
  const stages = useJudgementStages(lineage);
  if (lineage.judgements.length === 0 && lineage.pairs.length === 0) {
    return <EmptyState icon={GitBranch} title={t("none")} />;
  }
  return (
    <div className="space-y-4">
      <Card title={t("path")}>
        <Path stages={stages} />
      </Card>
      <Judgements lineage={lineage} />
    </div>
  );
}

/** Every judgement with its words, and the way on from it. */
function Judgements({ lineage: { judgements } }: { lineage: JudgementLineage }) {
  const t = useTranslations("data.lineage");
  return (
    <Card title={t("stage.judgements")}>
      <ul className="divide-y text-sm">
        {judgements.map((judgement) => (
          <li
            key={`${judgement.kind} ${judgement.subjectId} ${judgement.rater.id}`}
            className="flex flex-wrap items-baseline gap-x-3 gap-y-1 py-2.5 first:pt-0 last:pb-0"
          >
            <Badge>{t(`kind.${judgement.kind}`)}</Badge>
            <span className="font-medium">
              <Person person={judgement.rater} />
            </span>
            <span className="min-w-0 flex-1 break-words">{judgement.text}</span>
            {judgement.withdrawn && <Badge tone="rejected">{t("withdrawn")}</Badge>}
            <RelativeTime date={judgement.at} className="text-faint text-xs" />
            <Link
              href={`/admin/lineage/judgements/${judgement.kind.toLowerCase()}/${judgement.subjectId}`}
              className="text-sm underline underline-offset-2"
            >
              {t("follow")}
            </Link>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function useJudgementStages(lineage: JudgementLineage): Stage[] {
  const t = useTranslations("data.lineage");
  return useMemo(() => {
    const raters = ratersOf(lineage);
    const releases = releasesOf(lineage.adapters);
    return [
      {
        key: "raters",
        count: raters.length,
        stops: raters.map(({ id, name, email }) => ({ key: id, label: name || email, href: `/admin/raters/${id}` })),
      },
      {
        key: "judgements",
        count: lineage.judgements.length,
        stops: lineage.judgements.map(({ kind, subjectId, rater, withdrawn }) => ({
          key: `${kind} ${subjectId} ${rater.id}`,
          label: t(`kind.${kind}`),
          note: withdrawn ? t("withdrawn") : undefined,
        })),
      },
      {
        key: "pairs",
        count: lineage.pairs.length,
        stops: lineage.pairs.map(({ id, prompt }) => ({ key: id, label: prompt, href: `/admin/pairs/${id}` })),
      },
      {
        key: "datasets",
        count: lineage.datasets.length,
        stops: lineage.datasets.map(({ id, name, sha256, examples }) => ({
          key: id,
          label: name ?? shortHash(sha256),
          href: `/admin/datasets/${id}`,
          note: t("examples", { count: examples }),
        })),
      },
      {
        key: "adapters",
        count: lineage.adapters.length,
        stops: lineage.adapters.map(({ id, sha256, inherited, flags }) => ({
          key: id,
          label: shortHash(sha256),
          href: `/admin/lineage/adapters/${id}`,
          note: flags > 0 ? t("flagged") : inherited ? t("inherited") : undefined,
        })),
      },
      {
        key: "releases",
        count: releases.length,
        stops: releases.map(({ number, live }) => ({
          key: String(number),
          label: `r${number}`,
          href: "/admin/deployments",
          note: live ? t("liveNow") : undefined,
        })),
      },
    ];
  }, [lineage, t]);
}
