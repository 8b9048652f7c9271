// What a run is called: by its method, in the viewer's language.
"use client";
import { useTranslations } from "next-intl";
import { useCallback } from "react";
import type { TrainingMethod } from "../../../server/domain/run-config.ts";

export function useRunName(): (run: { method: TrainingMethod }) => string {
  const t = useTranslations();
  return useCallback(({ method }) => t("admin.runs.one", { method: t(`training.method.${method}`) }), [t]);
}
