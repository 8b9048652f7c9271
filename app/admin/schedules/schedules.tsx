// The list of schedules: when each fires next, what it does, what it took this month, and what came of it last.
"use client";
import { useQuery } from "@tanstack/react-query";
import { CalendarClock } from "lucide-react";
import Link from "next/link";
import { useFormatter, useLocale, useTranslations } from "next-intl";
import { Button } from "../../_components/ui/button.tsx";
import { EmptyState } from "../../_components/ui/empty-state.tsx";
import { RelativeTime } from "../../_components/ui/relative-time.tsx";
import { Cell, HeaderCell, Table, TableBody, TableHead, TableRow } from "../../_components/ui/table.tsx";
import { type Outputs, useTRPC } from "../../_lib/trpc.ts";
import { QueryView } from "../_components/query-view.tsx";
import { span } from "../_lib/format.ts";
import { useReason } from "../_lib/use-reason.ts";
import { Countdown } from "./_components/countdown.tsx";
import { FiringBadge } from "./_components/firing-table.tsx";
import { PipelineRow } from "./_components/pipeline-row.tsx";
import { useWhen } from "./_lib/use-when.ts";

export type Schedule = Outputs["schedule"]["get"];

const REFRESH_MS = 10_000;

export function Schedules() {
  const t = useTranslations("schedule");
  const trpc = useTRPC();
  const query = useQuery(trpc.schedule.list.queryOptions(undefined, { refetchInterval: REFRESH_MS }));
  return (
    <QueryView query={query}>
      {(schedules) =>
        schedules.length === 0 ? (
          <EmptyState
            icon={CalendarClock}
            title={t("list.empty")}
            description={t("list.emptyText")}
            action={
              <Button asChild>
                <Link href="/admin/schedules/new">{t("new")}</Link>
              </Button>
            }
          />
        ) : (
          <ScheduleTable schedules={schedules} />
        )
      }
    </QueryView>
  );
}

function ScheduleTable({ schedules }: { schedules: readonly Schedule[] }) {
  const t = useTranslations("schedule.list");
  const views = useTranslations("schedule.views");
  const { triggers } = useWhen();
  return (
    <Table label={views("list")}>
      <TableHead>
        <tr>
          <HeaderCell>{t("name")}</HeaderCell>
          <HeaderCell>{t("next")}</HeaderCell>
          <HeaderCell>{t("pipeline")}</HeaderCell>
          <HeaderCell numeric>{t("month")}</HeaderCell>
          <HeaderCell>{t("last")}</HeaderCell>
        </tr>
      </TableHead>
      <TableBody>
        {schedules.map((schedule) => (
          <TableRow key={schedule.id}>
            <Cell className="min-w-52">
              <Link href={`/admin/schedules/${schedule.id}`} className="font-medium underline underline-offset-2">
                {schedule.name}
              </Link>
              {triggers(schedule).map((phrase) => (
                <span key={phrase} className="block text-quiet text-xs">
                  {phrase}
                </span>
              ))}
            </Cell>
            <Cell>
              <Next schedule={schedule} />
            </Cell>
            <Cell>
              <PipelineRow stages={schedule.pipeline.stages} />
            </Cell>
            <Cell numeric className="whitespace-nowrap">
              <MonthMinutes schedule={schedule} />
            </Cell>
            <Cell>
              <Last schedule={schedule} />
            </Cell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}

/** When it fires next: by the clock, by its figures, or not while it is paused. */
export function Next({ schedule }: { schedule: Schedule }) {
  const t = useTranslations("schedule");
  if (!schedule.enabled) return <span className="text-quiet">{t("list.off")}</span>;
  const { minNewPairs, winRateBelow, newPairs } = schedule;
  return (
    <>
      {schedule.nextAt && <Countdown to={schedule.nextAt} />}
      {minNewPairs !== null && (
        <span className="block whitespace-nowrap text-quiet text-xs tabular-nums">
          {t("when.soFar", { have: newPairs, wanted: minNewPairs })}
        </span>
      )}
      {!schedule.nextAt && minNewPairs === null && (
        <span className="text-quiet">{winRateBelow === null ? t("when.only") : t("list.byFigures")}</span>
      )}
    </>
  );
}

export function MonthMinutes({ schedule: { minutesThisMonth, monthMinutes } }: { schedule: Schedule }) {
  const t = useTranslations("schedule.list");
  const format = useFormatter();
  const locale = useLocale();
  const none = format.number(0, { style: "unit", unit: "minute", unitDisplay: "short" });
  const spent = minutesThisMonth === 0 ? none : span(minutesThisMonth * 60, locale);
  return monthMinutes === null ? spent : t("spentOf", { spent, limit: span(monthMinutes * 60, locale) });
}

function Last({ schedule: { last } }: { schedule: Schedule }) {
  const t = useTranslations("schedule.list");
  const reason = useReason();
  if (!last) return <span className="text-quiet">{t("never")}</span>;
  return (
    <div className="min-w-44 space-y-0.5">
      <span className="flex items-center gap-2 whitespace-nowrap">
        <FiringBadge status={last.status} />
        <RelativeTime date={last.firedAt} className="text-faint text-xs" />
      </span>
      {last.reason && <p className="text-pretty text-quiet text-xs">{reason(last.reason)}</p>}
    </div>
  );
}
