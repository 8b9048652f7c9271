// Figures and settings of two adapters as tables: what each measured, and where their runs were set differently.
"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { shortNumber } from "../../../_components/charts/axis.ts";
import { Card } from "../../../_components/ui/card.tsx";
import { Switch } from "../../../_components/ui/switch.tsx";
import { Cell, HeaderCell, Table, TableBody, TableHead, TableRow } from "../../../_components/ui/table.tsx";
import type { Outputs } from "../../../_lib/trpc.ts";
import type { Names } from "./compare.tsx";

type Comparison = Outputs["adapter"]["compare"];

export function Metrics({ metrics, names }: { metrics: Comparison["metrics"]; names: Names }) {
  const t = useTranslations("registry.compare");
  const figures = useTranslations("admin.figures");
  if (metrics.length === 0) return null;
  return (
    <Card title={t("metrics")}>
      <Table label={t("metrics")}>
        <TableHead>
          <tr>
            <HeaderCell>{t("metric")}</HeaderCell>
            <HeaderCell numeric>{names.a}</HeaderCell>
            <HeaderCell numeric>{names.b}</HeaderCell>
            <HeaderCell numeric>{t("difference")}</HeaderCell>
          </tr>
        </TableHead>
        <TableBody>
          {metrics.map(({ name, a, b }) => {
            const key = NAMED[name];
            return (
              <TableRow key={name}>
                <Cell>{key ? figures(`name.${key}`) : <code className="font-mono text-xs">{name}</code>}</Cell>
                <Cell numeric>{a === null ? "–" : shortNumber(a)}</Cell>
                <Cell numeric>{b === null ? "–" : shortNumber(b)}</Cell>
                <Cell numeric>{a === null || b === null ? "–" : shortNumber(a - b)}</Cell>
              </TableRow>
            );
          })}
        </TableBody>
      </Table>
    </Card>
  );
}

/** Metrics that have words of their own. */
const NAMED: Partial<Record<string, "accuracy" | "margin" | "ranking" | "reward" | "loss" | "tokens" | "kl">> = {
  "heldout/accuracy": "accuracy",
  "heldout/margin": "margin",
  "heldout/ranking": "ranking",
  "heldout/reward": "reward",
  "heldout/loss": "loss",
  "replies/tokens": "tokens",
  "replies/kl_base": "kl",
};

const written = (value: unknown) =>
  value === null ? "–" : typeof value === "object" ? JSON.stringify(value) : String(value);

export function Settings({ config, names }: { config: Comparison["config"]; names: Names }) {
  const t = useTranslations("registry.compare");
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
                  <code className="font-mono text-xs">{key}</code>
                </Cell>
                <Cell className="break-all font-mono text-xs">{written(a)}</Cell>
                <Cell className="break-all font-mono text-xs">{written(b)}</Cell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      )}
    </Card>
  );
}
