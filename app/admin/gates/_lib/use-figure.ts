// How the figures of a gate are written: each in its unit, with its interval, beside its threshold.
"use client";
import { useFormatter, useTranslations } from "next-intl";
import { useMemo } from "react";
import type { SuiteView } from "../../../../server/domain/views/gate.ts";
import type { Estimate } from "../../../../server/domain/views/trust.ts";
import { shortNumber } from "../../../_components/charts/axis.ts";

type Unit = SuiteView["unit"];

/** Figures that come without an interval have one of no width. */
const hasWidth = ({ low, high }: Estimate) => high > low;

export function useFigure() {
  const t = useTranslations("gate");
  const format = useFormatter();
  return useMemo(() => {
    /** Without its unit, as it stands inside an interval. */
    const bare = (unit: Unit, value: number) =>
      unit === "share"
        ? format.number(value * 100, { maximumFractionDigits: 1 })
        : shortNumber(Number(value.toPrecision(3)));
    const figure = (unit: Unit, value: number) => {
      if (unit === "share") return format.number(value, { style: "percent", maximumFractionDigits: 1 });
      return unit === null ? bare(unit, value) : t(`unit.${unit}`, { value: bare(unit, value) });
    };
    /** "58 % [54, 62]" */
    const estimate = (unit: Unit, found: Estimate) =>
      hasWidth(found)
        ? `${figure(unit, found.value)} [${bare(unit, found.low)}, ${bare(unit, found.high)}]`
        : figure(unit, found.value);
    const threshold = ({ threshold: bounds, unit }: Pick<SuiteView, "threshold" | "unit">): string | null => {
      if (bounds?.least !== undefined && bounds.most !== undefined)
        return t("threshold.between", { least: figure(unit, bounds.least), most: figure(unit, bounds.most) });
      if (bounds?.least !== undefined) return t("threshold.least", { least: figure(unit, bounds.least) });
      return bounds?.most === undefined ? null : t("threshold.most", { most: figure(unit, bounds.most) });
    };
    return { figure, estimate, threshold };
  }, [t, format]);
}
