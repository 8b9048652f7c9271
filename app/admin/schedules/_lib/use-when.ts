// When a schedule fires, in words.
"use client";
import { useFormatter, useLocale, useTranslations } from "next-intl";
import { useCallback } from "react";
import type { QuietHours, ScheduleInput } from "../../../../server/domain/views/schedule.ts";
import { choiceOf } from "./cron-choice.ts";

/** A Sunday, from which weekdays are counted. */
const SUNDAY = Date.UTC(2026, 0, 4);
const DAY = 86_400_000;

export function useDayNames(): (days: readonly number[], width?: "short" | "long") => string {
  const format = useFormatter();
  // Chinese lists of units have nothing between them.
  const between = useLocale() === "zh" ? "、" : ", ";
  return useCallback(
    (days, width = "short") =>
      [...days]
        .map((day) => format.dateTime(new Date(SUNDAY + day * DAY), { weekday: width, timeZone: "UTC" }))
        .join(between),
    [format, between],
  );
}

export function useWhen() {
  const t = useTranslations("schedule.when");
  const format = useFormatter();
  const dayNames = useDayNames();

  const clock = useCallback(
    (cron: string, timeZone: string) => {
      const { every, time, minute, days, date } = choiceOf(cron);
      const when =
        every === "hour"
          ? t("hourly", { minute })
          : every === "day"
            ? t("daily", { time })
            : every === "week"
              ? t("weekly", { days: dayNames(days), time })
              : every === "month"
                ? t("monthly", { date, time })
                : t("custom", { cron });
      return t("zone", { when, zone: timeZone });
    },
    [t, dayNames],
  );
  /** Every trigger as a phrase of its own. */
  const triggers = useCallback(
    ({
      cron,
      timeZone,
      minNewPairs,
      winRateBelow,
    }: Pick<ScheduleInput, "cron" | "timeZone" | "minNewPairs" | "winRateBelow">) => {
      const phrases = [
        ...(cron ? [clock(cron, timeZone)] : []),
        ...(minNewPairs === null ? [] : [t("pairs", { count: minNewPairs })]),
        ...(winRateBelow === null
          ? []
          : [t("winRate", { percent: format.number(winRateBelow, { style: "percent", maximumFractionDigits: 0 }) })]),
      ];
      return phrases.length > 0 ? phrases : [t("only")];
    },
    [t, format, clock],
  );
  const quiet = useCallback(
    ({ from, to, days }: QuietHours[number]) =>
      days && days.length > 0 ? t("quietDays", { from, to, days: dayNames(days) }) : t("quiet", { from, to }),
    [t, dayNames],
  );
  return { triggers, quiet };
}
