// Writes what the server has decided on in the reader's language.
"use client";
import { useTranslations } from "next-intl";
import { useCallback } from "react";
import type { Sentence } from "../../server/domain/views/sentence.ts";

/**
 * A code that has no words yet, as after an update of the server alone, is shown as it is. A value named `error` that is the code of a
 * known error is written in words.
 */
export function useSentence(): (sentence: Sentence) => string {
  const t = useTranslations() as unknown as {
    (key: string, values: Record<string, string | number>): string;
    has(key: string): boolean;
  };
  return useCallback(
    ({ area, code, values }) => {
      const key = `${area}.sentences.${code}`;
      if (!t.has(key)) return code;
      const known = `errors.${values.error}`;
      return t(key, values.error !== undefined && t.has(known) ? { ...values, error: t(known, {}) } : values);
    },
    [t],
  );
}
