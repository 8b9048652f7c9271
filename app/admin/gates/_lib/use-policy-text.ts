// Names, explanations and values of the gate's policy in the viewer's language.
"use client";
import { useFormatter, useTranslations } from "next-intl";
import { useMemo } from "react";
import type { GatePolicy } from "../../../../server/domain/views/gate.ts";
import { flatPolicy, type PolicyField, type PolicyKey } from "./policy-fields.ts";

export function usePolicyText() {
  const t = useTranslations("gate");
  const format = useFormatter();
  return useMemo(
    () => ({
      label: (key: PolicyKey) => t(`policy.name.${key}`),
      hint: (key: PolicyKey) => t(`policy.hint.${key}`),
      /** "at most 40 nats" is said by the name; this is its figure with its unit. */
      inWords: ({ key, kind, unit }: PolicyField, policy: GatePolicy) => {
        const value = flatPolicy(policy)[key];
        if (kind === "share") return format.number(value, { style: "percent", maximumFractionDigits: 1 });
        return unit ? t(`unit.${unit}`, { value: format.number(value) }) : format.number(value);
      },
    }),
    [t, format],
  );
}
