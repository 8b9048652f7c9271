// The overview: what is live and how much better it is in a sentence, what needs someone, what is under way, and four charts.
"use client";
import { useTranslations } from "next-intl";
import { Skeleton } from "../../_components/ui/skeleton.tsx";
import type { Outputs } from "../../_lib/trpc.ts";
import { useOverview } from "../_components/loop-strip.tsx";
import { PageHeader } from "../_components/page-header.tsx";
import { QueryView } from "../_components/query-view.tsx";
import { AnnotationCard } from "./annotation-card.tsx";
import { Attention } from "./attention.tsx";
import { FeedbackChart } from "./feedback-chart.tsx";
import { LengthChart } from "./length-chart.tsx";
import { LiveSentence, useFigures } from "./live-sentence.tsx";
import { NextStepCard } from "./next-step-card.tsx";
import { PairsChart } from "./pairs-chart.tsx";
import { ReleaseChart } from "./release-chart.tsx";
import { Work } from "./work.tsx";

export type OverviewData = Outputs["overview"]["get"];

export function Overview() {
  const t = useTranslations("admin");
  const query = useOverview();
  return (
    <>
      <PageHeader title={t("nav.overview")} />
      <QueryView query={query} skeleton={<OverviewSkeleton />}>
        {(overview) => (
          <div className="space-y-6">
            <LiveSentence live={overview.live} />
            <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-2">
              <Attention items={overview.attention} />
              <Work items={overview.work} />
            </div>
            {isYoung(overview) && <More overview={overview} />}
            <Charts overview={overview} />
            {!isYoung(overview) && <More overview={overview} />}
          </div>
        )}
      </QueryView>
    </>
  );
}

/** Until an adapter is live, the next step says more than charts without figures. */
const isYoung = ({ live }: OverviewData) => live?.adapterId == null;

function More({ overview }: { overview: OverviewData }) {
  return (
    <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-2">
      <NextStepCard overview={overview} />
      <AnnotationCard annotation={overview.annotation} />
    </div>
  );
}

function Charts({ overview }: { overview: OverviewData }) {
  return (
    <QueryView query={useFigures()} skeleton={<ChartsSkeleton />}>
      {(figures) => (
        <div className="grid grid-cols-1 gap-4 lg:grid-cols-2 print:grid-cols-2">
          <FeedbackChart days={figures.feedbackPerDay} />
          <PairsChart days={figures.pairsPerDay} pairs={overview.pairs} />
          <ReleaseChart releases={figures.releases} />
          <LengthChart days={figures.lengths} releases={figures.releases} />
        </div>
      )}
    </QueryView>
  );
}

function ChartsSkeleton() {
  return (
    <div className="grid grid-cols-1 gap-4 lg:grid-cols-2">
      <Skeleton className="h-72" />
      <Skeleton className="h-72" />
      <Skeleton className="h-72" />
      <Skeleton className="h-72" />
    </div>
  );
}

function OverviewSkeleton() {
  return (
    <div className="space-y-6">
      <Skeleton className="h-7 w-96 max-w-full" />
      <div className="grid grid-cols-1 gap-4 lg:grid-cols-2">
        <Skeleton className="h-32" />
        <Skeleton className="h-32" />
      </div>
      <ChartsSkeleton />
    </div>
  );
}
