// Names of languages by their ISO 639-1 code, in the viewer's own.
"use client";
import { useLocale, useTranslations } from "next-intl";
import { useCallback } from "react";

/** "other" is what no language was clear of; a code nobody knows stays a code. */
export function useLanguageName(): (code: string) => string {
  const t = useTranslations("data.statistics");
  const locale = useLocale();
  return useCallback(
    (code) => {
      if (code === "other") return t("otherLanguage");
      return new Intl.DisplayNames(locale, { type: "language", fallback: "code" }).of(code) ?? code;
    },
    [t, locale],
  );
}
