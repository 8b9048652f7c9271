// A moment as "3 minutes ago", exact on hover, kept current while it is on screen.
"use client";
import { useFormatter, useNow } from "next-intl";

type RelativeTimeProps = { date: Date | string; className?: string };

export function RelativeTime({ date, className }: RelativeTimeProps) {
  const format = useFormatter();
  const now = useNow({ updateInterval: 30_000 });
  const moment = typeof date === "string" ? new Date(date) : date;
  // A server clock slightly ahead must not read "in 2 seconds".
  const shown = moment > now ? now : moment;
  return (
    <time
      dateTime={moment.toISOString()}
      title={format.dateTime(moment, { dateStyle: "medium", timeStyle: "medium" })}
      className={className}
      suppressHydrationWarning
    >
      {format.relativeTime(shown, now)}
    </time>
  );
}
