// What training, gates and people have taken, month by month and run by run, and the prices that make money of it.
"use client";
import { useQuery } from "@tanstack/react-query";
import { Coins } from "lucide-react";
import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { Card } from "../../_components/ui/card.tsx";
import { EmptyState } from "../../_components/ui/empty-state.tsx";
import { Cell, HeaderCell, Table, TableBody, TableHead, TableRow } from "../../_components/ui/table.tsx";
import { type Outputs, useTRPC } from "../../_lib/trpc.ts";
import { QueryView } from "../_components/query-view.tsx";
import { useRunName } from "../_components/run-name.ts";
import { MonthBars } from "./month-bars.tsx";
import { PricesForm } from "./prices-form.tsx";

type CostsOutput = Outputs["cost"]["months"];

export function Costs() {
  const t = useTranslations("schedule.costs");
  const trpc = useTRPC();
  const costs = useQuery(trpc.cost.months.queryOptions());
  const settings = useQuery(trpc.setting.get.queryOptions());
  return (
    <div className="space-y-4">
      <p className="max-w-2xl text-pretty text-quiet text-sm">{t("text")}</p>
      <QueryView query={costs}>
        {({ currency, months, runs }) => (
          <>
            <Card title={months.some(({ cost }) => cost !== null) ? t("chartCost") : t("chart")}>
              <MonthBars months={months} currency={currency} />
            </Card>
            <MonthTable months={months} currency={currency} />
            {runs.length === 0 ? (
              <EmptyState icon={Coins} title={t("none")} />
            ) : (
              <>
                <h2 className="pt-4 font-semibold text-base">{t("eachRun")}</h2>
                <RunTable runs={runs} currency={currency} />
              </>
            )}
          </>
        )}
      </QueryView>
      <QueryView query={settings}>
        {({ prices }) => <PricesForm key={JSON.stringify(prices)} prices={prices} />}
      </QueryView>
    </div>
  );
}

/** Minutes, tokens and money as they stand in the tables; nothing is a dash. */
function useFigures(currency: string) {
  const t = useTranslations("schedule.costs");
  const format = useFormatter();
  return {
    minutes: (minutes: number) =>
      minutes === 0
        ? "–"
        : t("minutes", { minutes: format.number(minutes, { maximumFractionDigits: minutes < 10 ? 1 : 0 }) }),
    count: (count: number) =>
      count === 0 ? "–" : format.number(count, { notation: "compact", maximumFractionDigits: 1 }),
    money: (cost: number | null) =>
      cost === null
        ? "–"
        : format.number(cost, { style: "currency", currency, maximumFractionDigits: cost < 1 ? 4 : 2 }),
  };
}

function MonthTable({ months, currency }: Pick<CostsOutput, "months" | "currency">) {
  const t = useTranslations("schedule.costs");
  const format = useFormatter();
  const { minutes, count, money } = useFigures(currency);
  return (
    <Table label={t("chart")}>
      <TableHead>
        <tr>
          <HeaderCell>{t("month")}</HeaderCell>
          <HeaderCell numeric>{t("runs")}</HeaderCell>
          <HeaderCell numeric>{t("cpu")}</HeaderCell>
          <HeaderCell numeric>{t("gpu")}</HeaderCell>
          <HeaderCell numeric>{t("gates")}</HeaderCell>
          <HeaderCell numeric>{t("people")}</HeaderCell>
          <HeaderCell numeric>{t("train")}</HeaderCell>
          <HeaderCell numeric>{t("sampled")}</HeaderCell>
          <HeaderCell numeric>{t("chat")}</HeaderCell>
          <HeaderCell numeric>{t("judge")}</HeaderCell>
          <HeaderCell numeric>{t("cost")}</HeaderCell>
        </tr>
      </TableHead>
      <TableBody>
        {months.map((month) => (
          <TableRow key={month.month}>
            <Cell className="whitespace-nowrap">
              {format.dateTime(new Date(`${month.month}-01T00:00:00Z`), {
                year: "numeric",
                month: "long",
                timeZone: "UTC",
              })}
            </Cell>
            <Cell numeric>{count(month.runs)}</Cell>
            <Cell numeric>{minutes(month.cpuMinutes)}</Cell>
            <Cell numeric>{minutes(month.gpuMinutes)}</Cell>
            <Cell numeric>{minutes(month.gateMinutes)}</Cell>
            <Cell numeric>{minutes(month.annotatorMinutes)}</Cell>
            <Cell numeric>{count(month.trainTokens)}</Cell>
            <Cell numeric>{count(month.sampledTokens)}</Cell>
            <Cell numeric>{count(month.chatTokens)}</Cell>
            <Cell numeric>{count(month.judgeTokens)}</Cell>
            <Cell numeric className="font-medium">
              {money(month.cost)}
            </Cell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}

function RunTable({ runs, currency }: Pick<CostsOutput, "runs" | "currency">) {
  const t = useTranslations("schedule.costs");
  const format = useFormatter();
  const runName = useRunName();
  const { minutes, count, money } = useFigures(currency);
  return (
    <Table label={t("eachRun")}>
      <TableHead>
        <tr>
          <HeaderCell>{t("run")}</HeaderCell>
          <HeaderCell>{t("schedule")}</HeaderCell>
          <HeaderCell>{t("device")}</HeaderCell>
          <HeaderCell numeric>{t("time")}</HeaderCell>
          <HeaderCell numeric>{t("train")}</HeaderCell>
          <HeaderCell numeric>{t("sampled")}</HeaderCell>
          <HeaderCell numeric>{t("judge")}</HeaderCell>
          <HeaderCell numeric>{t("cost")}</HeaderCell>
        </tr>
      </TableHead>
      <TableBody>
        {runs.map((run) => (
          <TableRow key={run.id}>
            <Cell className="whitespace-nowrap">
              <Link href={`/admin/runs/${run.id}`} className="underline underline-offset-2">
                {runName(run)}
              </Link>
              <span className="block text-faint text-xs">{format.dateTime(run.at, { dateStyle: "medium" })}</span>
            </Cell>
            <Cell>{run.scheduleName ?? <span className="text-quiet">{t("byHand")}</span>}</Cell>
            <Cell>{run.onGpu ? t("gpu") : t("cpu")}</Cell>
            <Cell numeric>{minutes(run.minutes)}</Cell>
            <Cell numeric>{count(run.tokens)}</Cell>
            <Cell numeric>{count(run.sampledTokens)}</Cell>
            <Cell numeric>{count(run.judgeTokens)}</Cell>
            <Cell numeric>{money(run.cost)}</Cell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}
