// What an annotator has done so far: a thin line of figures. How hidden checks went is never among them.
"use client";
import { useQuery } from "@tanstack/react-query";
import { Flame } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { useTRPC } from "../../_lib/trpc.ts";

export function useProgress() {
  const trpc = useTRPC();
  return useQuery(trpc.annotation.progress.queryOptions());
}

export function ProgressBar() {
  const t = useTranslations("annotate.progress");
  const format = useFormatter();
  const { data } = useProgress();
  return (
    <section
      aria-label={t("label")}
      className="min-h-8 border-b bg-sunken/50 px-4 py-1.5 text-quiet text-xs tabular-nums"
    >
      {data && (
        <ul className="flex flex-wrap gap-x-5 gap-y-0.5">
          <li>
            {t.rich("today", {
              count: data.today,
              b: (chunks) => <strong className="font-semibold text-ink">{chunks}</strong>,
            })}
          </li>
          {data.streakDays > 1 && (
            <li className="inline-flex items-center gap-1">
              <Flame aria-hidden className="size-3" />
              {t("streak", { days: data.streakDays })}
            </li>
          )}
          {data.agreement !== null && (
            <li title={t("agreementHelp", { tasks: data.sharedTasks })}>
              {t("agreement", {
                share: format.number(data.agreement, { style: "percent", maximumFractionDigits: 0 }),
              })}
            </li>
          )}
          <li className="max-sm:hidden">{t("total", { count: data.total })}</li>
          <li className="sm:ml-auto">{t("waiting", { count: data.waiting })}</li>
        </ul>
      )}
    </section>
  );
}
