// A moment to come: when it is, and how long until then, kept current while it is on screen.
"use client";
import { type DateTimeFormatOptions, useFormatter, useLocale, useNow, useTranslations } from "next-intl";
import { span } from "../../_lib/format.ts";

const EACH_SECOND_MS = 1000;
const HALF_MINUTE_MS = 30_000;
/** With its zone, since the pattern beside it may be of another one. */
const MOMENT: DateTimeFormatOptions = {
  ...{ month: "short", day: "numeric", hour: "numeric", minute: "2-digit", timeZoneName: "short" },
};
/** Seconds are worth showing for so long before the end. */
const SOON_MS = 10 * 60_000;

export function Countdown({ to }: { to: Date }) {
  const t = useTranslations("schedule.list");
  const format = useFormatter();
  const locale = useLocale();
  const slow = useNow({ updateInterval: HALF_MINUTE_MS });
  const soon = to.getTime() - slow.getTime() < SOON_MS;
  const now = useNow({ updateInterval: soon ? EACH_SECOND_MS : HALF_MINUTE_MS });
  const left = Math.round((to.getTime() - now.getTime()) / 1000);
  const whole = left > SOON_MS / 1000 ? Math.round(left / 60) * 60 : left;
  return (
    <span className="whitespace-nowrap">
      <time dateTime={to.toISOString()}>{format.dateTime(to, MOMENT)}</time>
      <span className="block text-faint text-xs tabular-nums" suppressHydrationWarning>
        {left > 0 ? t("in", { span: span(whole, locale) }) : t("now")}
      </span>
    </span>
  );
}
