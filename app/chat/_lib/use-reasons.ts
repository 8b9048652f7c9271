// The tags for thumbs as an admin configured them, in the reader's language.
"use client";
import { useQuery } from "@tanstack/react-query";
import { useLocale } from "next-intl";
import { useTRPC } from "../../_lib/trpc.ts";

export function useReasons() {
  const locale = useLocale();
  const trpc = useTRPC();
  const { data: reasons = [] } = useQuery(trpc.feedback.reasons.queryOptions(undefined, { staleTime: 300_000 }));
  return {
    /** Those that fit the thumb. */
    of: (value: 1 | -1) =>
      reasons
        .filter(({ sign }) => sign === 0 || sign === value)
        .map(({ key, label }) => ({ key, label: label[locale] })),
    /** A tag that was taken out of the settings since keeps its key as its name. */
    nameOf: (key: string) => reasons.find((reason) => reason.key === key)?.label[locale] ?? key,
  };
}
