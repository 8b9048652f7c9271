// Figures and settings of two adapters as tables: what each measured, and where their runs were set differently.
"use client";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { shortNumber } from "../../../_components/charts/axis.ts";
import { Card } from "../../../_components/ui/card.tsx";
import { Switch } from "../../../_components/ui/switch.tsx";
import { Cell, HeaderCell, Table, TableBody, TableHead, TableRow } from "../../../_components/ui/table.tsx";
import type { Outputs } from "../../../_lib/trpc.ts";
import { Help } from "../../_components/help.tsx";
import { useSettingText } from "../../_components/setting-text.ts";
import { type FigureRow, namedFigure } from "../../_lib/figures.ts";
import { settingText } from "../../_lib/run-form.ts";
import type { Names } from "./compare.tsx";

type Comparison = Outputs["adapter"]["compare"];

export function Metrics({ metrics, names }: { metrics: Comparison["metrics"]; names: Names }) {
  const t = useTranslations("registry.compare");
  if (metrics.length === 0) return null;
  const known = metrics.filter(({ name }) => namedFigure(name));
  const others = metrics.filter(({ name }) => !namedFigure(name));
  return (
    <Card title={t("metrics")}>
      {known.length > 0 && <MetricTable metrics={known} names={names} label={t("metrics")} />}
      {others.length > 0 && (
        <details className="mt-4 text-sm first:mt-0">
          <summary className="mb-3 w-fit cursor-pointer rounded-sm text-quiet hover:text-ink">
            {t("otherMetrics")}
          </summary>
          <MetricTable metrics={others} names={names} label={t("otherMetrics")} />
        </details>
      )}
    </Card>
  );
}

type MetricTableProps = { metrics: Comparison["metrics"]; names: Names; label: string };

function MetricTable({ metrics, names, label }: MetricTableProps) {
  const t = useTranslations("registry.compare");
  const figures = useTranslations("admin.figures");
  const { value, difference } = useWritten();
  return (
    <Table label={label}>
      <TableHead>
        <tr>
          <HeaderCell>{t("metric")}</HeaderCell>
          <HeaderCell numeric>{names.a}</HeaderCell>
          <HeaderCell numeric>{names.b}</HeaderCell>
          <HeaderCell numeric>{t("difference")}</HeaderCell>
        </tr>
      </TableHead>
      <TableBody>
        {metrics.map((metric) => {
          const figure = namedFigure(metric.name);
          return (
            <TableRow key={metric.name}>
              <Cell>
                {figure ? (
                  <span className="flex items-center gap-1">
                    {figures(`name.${figure.key}`)}
                    <Help about={figures(`name.${figure.key}`)}>{figures(`help.${figure.key}`)}</Help>
                  </span>
                ) : (
                  <code className="font-mono text-xs">{metric.name}</code>
                )}
              </Cell>
              <Cell numeric>{value(figure?.kind, metric.a)}</Cell>
              <Cell numeric>{value(figure?.kind, metric.b)}</Cell>
              <Cell numeric>{difference(figure?.kind, metric)}</Cell>
            </TableRow>
          );
        })}
      </TableBody>
    </Table>
  );
}

/** Shares in percent and their differences in points; everything else as a short number. */
function useWritten() {
  const t = useTranslations("registry.compare");
  const format = useFormatter();
  const value = (kind: FigureRow["kind"] | undefined, figure: number | null) => {
    if (figure === null) return "–";
    return kind === "share"
      ? format.number(figure, { style: "percent", maximumFractionDigits: 1 })
      : shortNumber(figure);
  };
  const difference = (kind: FigureRow["kind"] | undefined, { a, b }: { a: number | null; b: number | null }) => {
    if (a === null || b === null) return "–";
    if (kind !== "share") return shortNumber(a - b);
    const points = format.number((a - b) * 100, { maximumFractionDigits: 1, signDisplay: "exceptZero" });
    return t("points", { points });
  };
  return { value, difference };
}

const written = (value: unknown) => (value === null ? "–" : settingText(value));

export function Settings({ config, names }: { config: Comparison["config"]; names: Names }) {
  const t = useTranslations("registry.compare");
  const words = useSettingText();
  const [all, setAll] = useState(false);
  const rows = config.filter(({ a, b }) => all || written(a) !== written(b));
  return (
    <Card
      title={t("config")}
      actions={
        config.length > 0 && (
          <span className="flex items-center gap-2 text-sm">
            <label htmlFor="all-config" className="text-quiet">
              {t("allConfig")}
            </label>
            <Switch id="all-config" checked={all} onCheckedChange={setAll} />
          </span>
        )
      }
    >
      {rows.length === 0 ? (
        <p className="text-quiet text-sm">{t(config.length === 0 ? "noConfig" : "sameConfig")}</p>
      ) : (
        <Table label={t("config")}>
          <TableHead>
            <tr>
              <HeaderCell>{t("key")}</HeaderCell>
              <HeaderCell>{names.a}</HeaderCell>
              <HeaderCell>{names.b}</HeaderCell>
            </tr>
          </TableHead>
          <TableBody>
            {rows.map(({ key, a, b }) => (
              <TableRow key={key}>
                <Cell>
                  {words.label(key)} <code className="font-mono text-faint text-xs">{key}</code>
                </Cell>
                <Cell className="break-all">{written(a)}</Cell>
                <Cell className="break-all">{written(b)}</Cell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      )}
    </Card>
  );
}
