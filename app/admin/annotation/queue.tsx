// The queue of comparisons: what waits and why, how fast it moves, and the list itself.
"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useLocale, useTranslations } from "next-intl";
import { DayCounts } from "../../_components/charts/day-counts.tsx";
import { ShareBars } from "../../_components/charts/share-bars.tsx";
import { Button } from "../../_components/ui/button.tsx";
import { Card } from "../../_components/ui/card.tsx";
import { Notice } from "../../_components/ui/notice.tsx";
import { Skeleton } from "../../_components/ui/skeleton.tsx";
import { type Outputs, useTRPC } from "../../_lib/trpc.ts";
import { Help } from "../_components/help.tsx";
import { QueryView } from "../_components/query-view.tsx";
import { span } from "../_lib/format.ts";
import { ComparisonList } from "./comparison-list.tsx";

type QueueView = Outputs["comparison"]["queue"];

export function Queue() {
  const trpc = useTRPC();
  const query = useQuery(trpc.comparison.queue.queryOptions());
  return (
    <div className="space-y-6">
      <QueryView query={query} skeleton={<QueueSkeleton />}>
        {(queue) => <Summary queue={queue} />}
      </QueryView>
      <ComparisonList />
    </div>
  );
}

function Summary({ queue }: { queue: QueueView }) {
  const t = useTranslations("annotation.queue");
  const words = useTranslations("annotation");
  const locale = useLocale();
  const rankings = queue.rankingsPerDay.reduce((sum, { count }) => sum + count, 0);
  const reasons = Object.entries(queue.byReason) as [keyof typeof queue.byReason, number][];
  return (
    <>
      <div className="space-y-3">
        <p className="text-lg">
          {t("sentence", {
            open: queue.byStatus.OPEN,
            drafting: queue.byStatus.DRAFTING,
            median: queue.medianSeconds === null ? "none" : span(queue.medianSeconds, locale),
          })}
        </p>
        {(queue.annotators === 0 || queue.stuck > 0) && (
          <Notice
            tone="warning"
            action={
              <Button asChild size="sm">
                <Link href="/admin/people">{t("people")}</Link>
              </Button>
            }
          >
            {queue.annotators === 0 ? t("noAnnotators") : t("stuck", { count: queue.stuck })}
          </Notice>
        )}
        <p className="flex items-center gap-1 text-quiet text-sm">
          {queue.gold > 0 ? t("gold", { count: queue.gold }) : t("noGold")}
          <Help about={words("one.gold")}>{t("goldHelp")}</Help>
        </p>
      </div>
      <div className="grid gap-4 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
        <Card
          title={t("perDay")}
          description={t("perDaySum", {
            count: rankings,
            days: queue.rankingsPerDay.length,
            annotators: queue.annotators,
          })}
        >
          <DayCounts label={t("perDay")} days={queue.rankingsPerDay} />
        </Card>
        <Card
          title={
            <span className="flex items-center gap-1">
              {t("waitingFor")}
              <Help about={t("waitingFor")}>{words("reasonHelp")}</Help>
            </span>
          }
        >
          {reasons.length > 0 ? (
            <ShareBars
              label={t("waitingFor")}
              shares={reasons.map(([reason, count]) => ({ key: reason, label: words(`reason.${reason}`), count }))}
            />
          ) : (
            <p className="text-quiet text-sm">{t("none")}</p>
          )}
          {queue.skips.length > 0 && (
            <>
              <h3 className="mt-5 mb-2 font-medium text-sm">{t("skipped")}</h3>
              <ShareBars
                label={t("skipped")}
                shares={queue.skips.map(({ reason, count }) => ({
                  key: reason,
                  label: skipWords(words, reason),
                  count,
                }))}
              />
            </>
          )}
        </Card>
      </div>
    </>
  );
}

type KnownSkip = "other";

/** Reasons that this version has no words for are shown as they are. */
export function skipWords(words: ReturnType<typeof useTranslations<"annotation">>, reason: string): string {
  const key = `one.skip.${reason as KnownSkip}` as const;
  return words.has(key) ? words(key) : reason;
}

function QueueSkeleton() {
  return (
    <>
      <Skeleton className="h-7 w-96 max-w-full" />
      <div className="grid gap-4 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
        <Skeleton className="h-52" />
        <Skeleton className="h-52" />
      </div>
    </>
  );
}
