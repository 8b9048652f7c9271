// One schedule: its facts, its acts, its dry run and its history.
"use client";
import { skipToken, useQuery } from "@tanstack/react-query";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";
import { Badge } from "../../../_components/ui/badge.tsx";
import { Button } from "../../../_components/ui/button.tsx";
import { Card } from "../../../_components/ui/card.tsx";
import { ErrorState } from "../../../_components/ui/error-state.tsx";
import { SkeletonText } from "../../../_components/ui/skeleton.tsx";
import { useTRPC } from "../../../_lib/trpc.ts";
import { Facts } from "../../_components/facts.tsx";
import { PageHeader } from "../../_components/page-header.tsx";
import { Person } from "../../_components/person.tsx";
import { QueryView } from "../../_components/query-view.tsx";
import { span } from "../../_lib/format.ts";
import { DryRunPlan } from "../_components/dry-run.tsx";
import { FiringHistory } from "../_components/firing-table.tsx";
import { PipelineRow } from "../_components/pipeline-row.tsx";
import { useWhen } from "../_lib/use-when.ts";
import { MonthMinutes, Next, type Schedule } from "../schedules.tsx";
import { ScheduleActs } from "./acts.tsx";

const REFRESH_MS = 10_000;

export function ScheduleDetail({ id }: { id: string }) {
  const t = useTranslations("schedule");
  const trpc = useTRPC();
  const query = useQuery(trpc.schedule.get.queryOptions({ id }, { refetchInterval: REFRESH_MS }));
  return (
    <QueryView query={query}>
      {(schedule) => (
        <>
          <PageHeader
            back={{ href: "/admin/schedules", label: t("back") }}
            title={
              <>
                {schedule.name}
                {!schedule.enabled && <Badge>{t("list.off")}</Badge>}
              </>
            }
            actions={<ScheduleActs schedule={schedule} />}
          />
          <div className="grid items-start gap-4 lg:grid-cols-2">
            <ScheduleFacts schedule={schedule} />
            <DryRunCard id={id} />
          </div>
          <h2 className="mt-8 mb-3 font-semibold text-base">{t("detail.history")}</h2>
          <FiringHistory id={id} />
        </>
      )}
    </QueryView>
  );
}

function ScheduleFacts({ schedule }: { schedule: Schedule }) {
  const t = useTranslations("schedule");
  const { triggers, quiet } = useWhen();
  const locale = useLocale();
  const { pipeline, quietHours, runMinutes, monthMinutes } = schedule;
  const limit = (minutes: number | null) => (minutes === null ? t("detail.noLimit") : span(minutes * 60, locale));
  const start = pipeline.start === "LIVE" || pipeline.start === "BASE" ? t(`start.${pipeline.start}`) : null;
  return (
    <Card>
      <Facts
        facts={[
          { name: t("detail.when"), value: <Lines lines={triggers(schedule)} /> },
          { name: t("detail.next"), value: <Next schedule={schedule} /> },
          { name: t("detail.pipeline"), value: <PipelineRow stages={pipeline.stages} /> },
          {
            name: t("detail.start"),
            value: start ?? (
              <a href={`/admin/adapters/${pipeline.start}`} className="underline underline-offset-2">
                {t("start.OTHER", { hash: pipeline.start.slice(-6) })}
              </a>
            ),
          },
          { name: t("detail.promotion"), value: t(`promotion.${pipeline.promotion}`) },
          {
            name: t("detail.quiet"),
            value: quietHours.length === 0 ? t("detail.none") : <Lines lines={quietHours.map(quiet)} />,
          },
          { name: t("detail.runMinutes"), value: limit(runMinutes) },
          {
            name: t("detail.monthMinutes"),
            value: (
              <>
                <MonthMinutes schedule={schedule} />
                {monthMinutes === null && <span className="text-quiet"> · {t("detail.noLimit")}</span>}
              </>
            ),
          },
          { name: t("detail.newPairs"), value: schedule.newPairs },
          { name: t("detail.priority"), value: schedule.priority },
          { name: t("detail.by"), value: <Person person={schedule.createdBy} /> },
        ]}
      />
    </Card>
  );
}

const Lines = ({ lines }: { lines: readonly string[] }) =>
  lines.map((line) => (
    <span key={line} className="block">
      {line}
    </span>
  ));

/** On demand: it counts everything people have judged. */
function DryRunCard({ id }: { id: string }) {
  const t = useTranslations("schedule.detail");
  const trpc = useTRPC();
  const [asked, setAsked] = useState(false);
  const query = useQuery(trpc.schedule.dryRun.queryOptions(asked ? { id } : skipToken, { retry: false }));
  return (
    <Card
      title={t("dryRun")}
      description={t("dryRunText")}
      actions={
        <Button size="sm" busy={query.isFetching} onClick={() => (asked ? void query.refetch() : setAsked(true))}>
          {t("tryIt")}
        </Button>
      }
    >
      <div aria-live="polite">
        {query.error ? (
          <ErrorState error={query.error} onRetry={() => void query.refetch()} className="py-4" />
        ) : query.data ? (
          <DryRunPlan plan={query.data} times />
        ) : (
          asked && <SkeletonText lines={4} />
        )}
      </div>
    </Card>
  );
}
