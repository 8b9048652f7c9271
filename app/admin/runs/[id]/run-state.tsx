// Where a run stands: its stops from queue to end with their times, and a bar with what is left.
"use client";
import { useFormatter, useLocale, useTranslations } from "next-intl";
import { Progress } from "../../../_components/ui/progress.tsx";
import { cn } from "../../../_lib/cn.ts";
import { Person } from "../../_components/person.tsx";
import { span } from "../../_lib/format.ts";
import { isOver, type TimelineStop, timeline } from "../../_lib/run-states.ts";
import type { RunDetails } from "./use-run.ts";

export function RunState({ run }: { run: RunDetails }) {
  const t = useTranslations("admin.run");
  const runs = useTranslations("admin.runs");
  const words = useTranslations("training");
  const format = useFormatter();
  const locale = useLocale();
  const share = run.totalSteps > 0 ? run.step / run.totalSteps : 0;
  return (
    <div className="space-y-4">
      <ol className="flex flex-col gap-3 sm:flex-row sm:gap-0" aria-label={t("timeline")}>
        {timeline(run).map((stop, i, all) => (
          <Stop key={stop.status} stop={stop} last={i === all.length - 1} over={isOver(run.status)} />
        ))}
      </ol>
      <div>
        <Progress label={runs("progress")} value={run.step} max={run.totalSteps} />
        <p className="mt-1.5 flex flex-wrap justify-between gap-x-4 text-quiet text-sm tabular-nums">
          <span>
            {runs("steps", { step: run.step, total: run.totalSteps })} ·{" "}
            {format.number(share, { style: "percent", maximumFractionDigits: 0 })}
          </span>
          <span>
            {run.status === "QUEUED" && runs("waiting")}
            {run.status === "RUNNING" &&
              run.etaSeconds !== null &&
              runs("left", { span: span(run.etaSeconds, locale) })}
            {run.startedAt &&
              run.finishedAt &&
              t("took", { span: span((run.finishedAt.getTime() - run.startedAt.getTime()) / 1000, locale) })}
          </span>
        </p>
      </div>
      <p className="text-faint text-xs">
        {t.rich("madeBy", {
          seed: run.seed,
          examples: words(`count.${run.kind}`, { count: run.examples }),
          attempt: Math.max(1, run.attempt),
          person: () => <Person person={run.createdBy} />,
        })}
      </p>
    </div>
  );
}

function Stop({ stop, last, over }: { stop: TimelineStop; last: boolean; over: boolean }) {
  const t = useTranslations("admin.runs");
  const format = useFormatter();
  const reached = stop.state !== "coming";
  const failed = stop.status === "FAILED";
  return (
    <li aria-current={stop.state === "current" ? "step" : undefined} className={cn("flex gap-3", !last && "sm:flex-1")}>
      <span
        aria-hidden
        className={cn(
          "mt-1 size-3 shrink-0 rounded-full border-2",
          reached ? "border-accent" : "border-line-strong",
          (stop.state === "done" || (over && reached)) && "bg-accent",
          stop.state === "current" && !over && "animate-pulse",
          failed && "rounded-[2px] border-danger bg-danger",
        )}
      />
      <span className="min-w-0">
        <span className={cn("block text-sm", stop.state === "current" ? "font-medium" : "text-quiet")}>
          {t(`status.${stop.status}`)}
        </span>
        <span className="block text-faint text-xs tabular-nums">
          {stop.at ? format.dateTime(stop.at, { dateStyle: "short", timeStyle: "medium" }) : " "}
        </span>
      </span>
      {!last && <span aria-hidden className="mt-2.5 mr-3 h-px flex-1 bg-line max-sm:hidden" />}
    </li>
  );
}
