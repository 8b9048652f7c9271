// A share of conversations in words: "12.5 %".
"use client";
import { useFormatter } from "next-intl";

/** Takes per mille. */
export function useShareWords(): (share: number) => string {
  const format = useFormatter();
  return (share) => format.number(share / 1000, { style: "percent", maximumFractionDigits: 1 });
}
