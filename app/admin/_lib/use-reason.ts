// What the server says of a firing, with methods, advice and times in the reader's language.
"use client";
import { useFormatter, useTranslations } from "next-intl";
import { useCallback } from "react";
import type { Sentence } from "../../../server/domain/views/sentence.ts";
import { useSentence } from "../../_lib/sentence.ts";

const TIMES = ["until", "first", "last"];

interface Words {
  (key: string, values?: Record<string, string | number>): string;
  has(key: string): boolean;
}

export function useReason(): (sentence: Sentence) => string {
  const t = useTranslations() as unknown as Words;
  const format = useFormatter();
  const sentence = useSentence();
  return useCallback(
    ({ area, code, values }) => {
      const spoken: Sentence["values"] = { ...values };
      const word = (key: string, name: string) => {
        const text = `${key}.${values[name]}`;
        if (values[name] !== undefined && t.has(text)) spoken[name] = t(text, NO_NUMBERS);
      };
      word("training.method", "method");
      word("training.advice", "advice");
      for (const name of TIMES) {
        const value = values[name];
        if (typeof value === "string" && value !== "")
          spoken[name] = format.dateTime(new Date(value), { dateStyle: "medium", timeStyle: "short" });
      }
      return sentence({ area, code, values: spoken });
    },
    [t, format, sentence],
  );
}

/** Sentences of advice may name numbers; where they are not at hand the dry run beside shows them. */
const NO_NUMBERS = {
  without: 0,
  train: 0,
  wanted: 0,
  pairs: 0,
  thumbs: 0,
  liked: 0,
  disliked: 0,
  needed: "",
  machine: "",
  replay: 0,
};
