// One figure of an adapter in words and number: "prefers the chosen reply 92 % (held out)".
"use client";
import { useFormatter, useTranslations } from "next-intl";
import { shortNumber } from "../../_components/charts/axis.ts";
import type { Figure } from "../_lib/figures.ts";

export function FigureName({ figure }: { figure: Figure }) {
  const t = useTranslations("admin.figures");
  return (
    <>
      {figure.key ? t(`name.${figure.key}`) : <code className="font-mono text-xs">{figure.name}</code>}
      {figure.heldOut && <span className="text-quiet"> ({t("heldOut")})</span>}
    </>
  );
}

export function FigureValue({ figure }: { figure: Figure }) {
  const format = useFormatter();
  return (
    <span className="tabular-nums">
      {figure.kind === "share"
        ? format.number(figure.value, { style: "percent", maximumFractionDigits: 1 })
        : shortNumber(figure.value)}
    </span>
  );
}
