// How a calendar day is written under a picture: "Mar 31".
"use client";
import { useFormatter } from "next-intl";

/** Takes an ISO date. A day is a calendar day of the server's count, so no time zone may move it. */
export function useDayName(): (day: string) => string {
  const format = useFormatter();
  return (day) => format.dateTime(new Date(`${day}T00:00:00Z`), { month: "short", day: "numeric", timeZone: "UTC" });
}
