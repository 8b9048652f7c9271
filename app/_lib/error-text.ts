// Turns a thrown error into a sentence in the viewer's language.
"use client";
import { useTranslations } from "next-intl";
import { useCallback } from "react";
import { errorCode, errorMessage } from "./errors.ts";

type KnownCode = "INTERNAL";

/** Known codes are translated; unknown ones show the server's sentence. */
export function useErrorText(): (error: unknown) => string {
  const t = useTranslations("errors");
  return useCallback(
    (error) => {
      const code = errorCode(error);
      // The list of codes is the server's and may grow before the messages do.
      if (t.has(code as KnownCode)) return t(code as KnownCode);
      return errorMessage(error) ?? t("INTERNAL");
    },
    [t],
  );
}
