// Names, explanations and faults of a run's settings in the viewer's language; a setting without words keeps its own name.
"use client";
import { useTranslations } from "next-intl";
import { useMemo } from "react";
import type { TrainingMethod } from "../../../server/domain/run-config.ts";
import type { FieldFault } from "../_lib/run-form.ts";

/** Keys are read from the schemas, which may grow before the messages do; the casts name one key that exists for certain. */
type KnownField = "beta";
type KnownOwnHint = "GRPO_beta";
type KnownOption = "overLong_drop";

export function useSettingText() {
  const t = useTranslations("training");
  return useMemo(
    () => ({
      label: (key: string) => (t.has(`field.${key as KnownField}`) ? t(`field.${key as KnownField}`) : key),
      hint: (method: TrainingMethod, key: string) => {
        const own = `${method}_${key}` as KnownOwnHint;
        if (t.has(`ownHint.${own}`)) return t(`ownHint.${own}`);
        return t.has(`hint.${key as KnownField}`) ? t(`hint.${key as KnownField}`) : undefined;
      },
      option: (key: string, value: string) => {
        if (value === "true" || value === "false") return t(value === "true" ? "on" : "off");
        const known = `${key}_${value}` as KnownOption;
        return t.has(`option.${known}`) ? t(`option.${known}`) : value;
      },
      fault: ({ kind, bound }: FieldFault) => t(`fault.${kind}`, { bound }),
    }),
    [t],
  );
}
