// What a check asks of a reply, in a sentence.
"use client";
import { useFormatter, useTranslations } from "next-intl";
import { useCallback } from "react";
import type { ReplyCheck } from "../../../../server/domain/views/gate.ts";

/** Phrases that are named before it says how many more there are. */
const NAMED = 4;

export function useCheckText(): (check: ReplyCheck) => string {
  const t = useTranslations("gate.checks.asks");
  const format = useFormatter();
  return useCallback(
    (check) => {
      const list = (phrases: readonly string[]) => {
        const named = phrases.slice(0, NAMED).map((phrase) => t("quoted", { phrase }));
        const more = phrases.length - NAMED;
        return format.list(more > 0 ? [...named, t("more", { more })] : named, { type: "disjunction" });
      };
      switch (check.type) {
        case "CONTAINS":
          return t("CONTAINS", { phrases: list(check.any) });
        case "EQUALS":
          return t("EQUALS", { phrases: list(check.any) });
        case "LACKS":
          return t("LACKS", { phrases: list(check.all) });
        case "REFUSES":
          return check.any.length > 0 ? t("REFUSES_WITH", { phrases: list(check.any) }) : t("REFUSES");
        case "NUMBER": {
          const value = format.number(check.value);
          return check.tolerance > 0
            ? t("NUMBER_NEAR", { value, tolerance: format.number(check.tolerance) })
            : t("NUMBER", { value });
        }
        case "PATTERN":
          return t("PATTERN", { pattern: check.pattern });
      }
    },
    [t, format],
  );
}
