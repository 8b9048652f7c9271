// What is under way, queued or due, each with how far it is and how long it may still take.
"use client";
import { CalendarClock, CirclePause, Clock, FlaskConical, LoaderCircle, Scale, Split } from "lucide-react";
import Link from "next/link";
import { useFormatter, useLocale, useNow, useTranslations } from "next-intl";
import { Card } from "../../_components/ui/card.tsx";
import { Progress } from "../../_components/ui/progress.tsx";
import { useRunName } from "../_components/run-name.ts";
import { releaseName, shortHash, span } from "../_lib/format.ts";
import { useReason } from "../_lib/use-reason.ts";
import type { OverviewData } from "./overview.tsx";

type Item = OverviewData["work"][number];

export function Work({ items }: { items: readonly Item[] }) {
  const t = useTranslations("traffic.overview");
  return (
    <Card title={t("work")}>
      {items.length === 0 ? (
        <p className="text-quiet text-sm">{t("workNone")}</p>
      ) : (
        <ul className="divide-y">
          {items.map((item) => (
            <li key={`${item.kind} ${item.id}`} className="py-2.5 first:pt-0 last:pb-0">
              <WorkLine item={item} />
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function WorkLine({ item }: { item: Item }) {
  const t = useTranslations("traffic.overview");
  const format = useFormatter();
  const name = useName();
  const state = useStateWords();
  const Icon = iconOf(item);
  const running = (item.kind === "RUN" || item.kind === "GATE") && item.status !== "QUEUED";
  const title = name(item);
  return (
    <>
      <span className="flex flex-wrap items-baseline gap-x-2 text-sm">
        <Icon aria-hidden className="size-4 shrink-0 translate-y-0.5 text-quiet" />
        <Link href={hrefOf(item)} className="min-w-0 break-words font-medium underline-offset-2 hover:underline">
          {title}
        </Link>
        <span className="ml-auto text-right text-quiet tabular-nums">{state(item)}</span>
      </span>
      {running && (
        <Progress
          className="mt-1.5"
          label={t("workProgress", {
            name: title,
            share: format.number(item.done, { style: "percent", maximumFractionDigits: 0 }),
          })}
          value={item.done}
          max={1}
        />
      )}
      <Waiting item={item} />
    </>
  );
}

function Waiting({ item }: { item: Item }) {
  const reason = useReason();
  if (item.kind !== "FIRING" || !item.reason) return null;
  return <p className="mt-0.5 pl-6 text-quiet text-xs">{reason(item.reason)}</p>;
}

function iconOf(item: Item) {
  if (item.kind === "SCHEDULE" || item.kind === "FIRING") return CalendarClock;
  if (item.kind === "CANARY") return item.status === "PAUSED" ? CirclePause : Split;
  if (item.status === "QUEUED") return Clock;
  if (item.kind === "GATE") return FlaskConical;
  return item.status === "EVALUATING" ? Scale : LoaderCircle;
}

function hrefOf(item: Item): string {
  switch (item.kind) {
    case "RUN":
      return `/admin/runs/${item.id}`;
    case "GATE":
      return `/admin/gates/${item.id}`;
    case "CANARY":
      return "/admin/deployments";
    case "FIRING":
      return `/admin/schedules/${item.scheduleId}`;
    case "SCHEDULE":
      return `/admin/schedules/${item.id}`;
  }
}

function useName() {
  const t = useTranslations("traffic.overview.workItem");
  const runName = useRunName();
  return (item: Item): string => {
    switch (item.kind) {
      case "RUN":
        return runName(item);
      case "GATE":
        return t("gate", { adapter: shortHash(item.adapterSha256) });
      case "CANARY":
        return t("canary", { release: releaseName(item) });
      case "FIRING":
        return t("firing", { name: item.schedule });
      case "SCHEDULE":
        return t("schedule", { name: item.schedule });
    }
  };
}

/** How it stands, in a few words: the time left where there is an estimate. */
function useStateWords() {
  const t = useTranslations("traffic.overview.workState");
  const format = useFormatter();
  const locale = useLocale();
  const now = useNow({ updateInterval: 10_000 });
  const percent = (perMille: number) => format.number(perMille / 1000, { style: "percent", maximumFractionDigits: 1 });
  const left = (seconds: number | null) =>
    seconds === null ? t("noEstimate") : t("left", { span: span(seconds, locale) });
  return (item: Item): string => {
    switch (item.kind) {
      case "RUN":
      case "GATE":
        if (item.status === "QUEUED") {
          const waited = (now.getTime() - item.at.getTime()) / 1000;
          return waited < 1 ? t("QUEUED") : t("queuedSince", { span: span(waited, locale) });
        }
        return item.status === "EVALUATING" ? t("EVALUATING") : left(item.secondsLeft);
      case "CANARY":
        if (item.status === "PAUSED") return t("canaryPaused", { share: percent(item.share) });
        return t("canary", { share: percent(item.share), stage: item.stage + 1, stages: item.stages });
      case "FIRING":
        return "";
      case "SCHEDULE":
        return t("due", { time: format.relativeTime(item.at, now) });
    }
  };
}
