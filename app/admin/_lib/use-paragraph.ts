// Sentences of the server as one paragraph: with spaces between them where the language has spaces.
"use client";
import { useLocale } from "next-intl";
import { useCallback } from "react";
import type { Sentence } from "../../../server/domain/views/sentence.ts";
import { useSentence } from "../../_lib/sentence.ts";

export function useParagraph(): (sentences: readonly (Sentence | string)[]) => string {
  const sentence = useSentence();
  const between = useLocale() === "zh" ? "" : " ";
  return useCallback(
    (sentences) => sentences.map((one) => (typeof one === "string" ? one : sentence(one))).join(between),
    [sentence, between],
  );
}
