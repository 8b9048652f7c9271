// Why a comparison stands in the queue: its reason, and the figures behind it.
"use client";
import { useTranslations } from "next-intl";
import { shortNumber } from "../../../_components/charts/axis.ts";
import type { ComparisonRow } from "./status-badge.tsx";

type KnownFigure = "margin";

export function Why({ comparison }: { comparison: Pick<ComparisonRow, "reason" | "why"> }) {
  const t = useTranslations("annotation");
  const figures = useTranslations("annotation.why");
  const said = Object.entries(comparison.why).map(([name, figure]) => {
    const value = typeof figure === "number" ? shortNumber(figure) : figure;
    // The server may know figures that the pages have no words for yet.
    return figures.has(name as KnownFigure) ? figures(name as KnownFigure, { value }) : `${name} ${value}`;
  });
  return (
    <>
      <span className="block">{t(`reason.${comparison.reason}`)}</span>
      {said.length > 0 && <span className="block text-faint text-xs tabular-nums">{said.join(" · ")}</span>}
    </>
  );
}
