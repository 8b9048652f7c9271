// All figures of one suite, folded away: for those who want to work the verdict out again.
"use client";
import { useLocale, useTranslations } from "next-intl";
import type { SuiteView } from "../../../../server/domain/views/gate.ts";
import { shortNumber } from "../../../_components/charts/axis.ts";
import { span } from "../../_lib/format.ts";

/** Names are the metrics' own, as they stand in the database and in exports. */
export function SuiteFigures({ metrics, seconds }: Pick<SuiteView, "metrics" | "seconds">) {
  const t = useTranslations("gate.report");
  const locale = useLocale();
  const figures = Object.entries(metrics);
  if (figures.length === 0) return null;
  return (
    <details className="mt-0.5 print:hidden">
      <summary className="w-fit cursor-pointer rounded-sm text-faint text-xs hover:text-ink">{t("allFigures")}</summary>
      <dl className="mt-1 grid max-w-md grid-cols-[minmax(0,1fr)_max-content] gap-x-4 text-xs">
        {figures.map(([name, value]) => (
          <div key={name} className="col-span-full grid grid-cols-subgrid border-t py-1 first:border-t-0">
            <dt className="break-words font-mono text-quiet">{name}</dt>
            <dd className="text-right tabular-nums">{shortNumber(value)}</dd>
          </div>
        ))}
      </dl>
      <p className="mt-1 text-faint text-xs">{t("took", { span: span(seconds, locale) })}</p>
    </details>
  );
}
