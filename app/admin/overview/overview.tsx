// The overview: what is live in a sentence, what needs someone, and how feedback and pairs are coming in.
"use client";
import { ThumbsUp } from "lucide-react";
import { useTranslations } from "next-intl";
import { DayBars } from "../../_components/charts/day-bars.tsx";
import { Card } from "../../_components/ui/card.tsx";
import { EmptyState } from "../../_components/ui/empty-state.tsx";
import { Skeleton } from "../../_components/ui/skeleton.tsx";
import type { Outputs } from "../../_lib/trpc.ts";
import { useOverview } from "../_components/loop-strip.tsx";
import { PageHeader } from "../_components/page-header.tsx";
import { QueryView } from "../_components/query-view.tsx";
import { AnnotationCard } from "./annotation-card.tsx";
import { Attention } from "./attention.tsx";
import { LiveSentence } from "./live-sentence.tsx";
import { NextStepCard } from "./next-step-card.tsx";
import { PairsCard } from "./pairs-card.tsx";

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
            <div className="grid grid-cols-1 gap-4 lg:grid-cols-2">
              <Attention items={overview.attention} />
              <NextStepCard overview={overview} />
            </div>
            <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
              <FeedbackCard days={overview.feedbackPerDay} />
              <div className="grid grid-cols-1 content-start gap-4 sm:max-lg:grid-cols-2">
                <PairsCard pairs={overview.pairs} />
                <AnnotationCard annotation={overview.annotation} />
              </div>
            </div>
          </div>
        )}
      </QueryView>
    </>
  );
}

function FeedbackCard({ days }: { days: OverviewData["feedbackPerDay"] }) {
  const t = useTranslations("admin.overview");
  const up = days.reduce((sum, day) => sum + day.up, 0);
  const down = days.reduce((sum, day) => sum + day.down, 0);
  const given = up + down > 0;
  return (
    <Card
      id="feedback"
      title={t("feedback")}
      description={given ? t("feedbackSum", { up, down, days: days.length }) : undefined}
    >
      {given ? (
        <DayBars days={days} upLabel={t("up")} downLabel={t("down")} label={t("feedback")} />
      ) : (
        <EmptyState icon={ThumbsUp} title={t("feedbackNone")} description={t("feedbackNoneText")} />
      )}
    </Card>
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
      <Skeleton className="h-64" />
    </div>
  );
}
