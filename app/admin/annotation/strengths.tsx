// How strong each adapter is by all comparisons: a sentence, points with intervals, and who beats whom.
"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Swords } from "lucide-react";
import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { linearTicks } from "../../_components/charts/axis.ts";
import { IntervalBar } from "../../_components/charts/interval-bar.tsx";
import { Card } from "../../_components/ui/card.tsx";
import { EmptyState } from "../../_components/ui/empty-state.tsx";
import { Switch } from "../../_components/ui/switch.tsx";
import { Cell, HeaderCell, Table, TableBody, TableHead, TableRow } from "../../_components/ui/table.tsx";
import { type Outputs, useTRPC } from "../../_lib/trpc.ts";
import { Help } from "../_components/help.tsx";
import { QueryView } from "../_components/query-view.tsx";
import { shortHash } from "../_lib/format.ts";
import { useFigures } from "./_components/use-figures.ts";
import { leaning, strongest } from "./_lib/verdict.ts";
import { WinMatrix } from "./win-matrix.tsx";

export type StrengthsView = Outputs["trust"]["strengths"];
type Strength = StrengthsView["adapters"][number];

/** "r7 · 3f9a2c", the hash alone for one that never spoke, or the base model. */
export function useStrengthName(): (adapter: Strength) => string {
  const t = useTranslations("annotation.strengths");
  const common = useTranslations("admin.common");
  return ({ sha256, release }) => {
    if (!sha256) return common("baseModel");
    return release === null ? shortHash(sha256) : `${t("release", { number: release })} · ${shortHash(sha256)}`;
  };
}

export function Strengths() {
  const t = useTranslations("annotation.strengths");
  const format = useFormatter();
  const trpc = useTRPC();
  const [lengthControlled, setLengthControlled] = useState(false);
  const query = useQuery(
    trpc.trust.strengths.queryOptions({ lengthControlled }, { placeholderData: keepPreviousData }),
  );
  return (
    <QueryView query={query}>
      {(strengths) =>
        strengths.comparisons === 0 ? (
          <EmptyState icon={Swords} title={t("none")} description={t("noneText")} />
        ) : (
          <div className="space-y-6">
            <Sentence strengths={strengths} />
            <Card
              title={
                <span className="flex items-center gap-1">
                  {t("title")}
                  <Help about={t("title")}>{t("help")}</Help>
                </span>
              }
              actions={
                <span className="flex items-center gap-2 text-sm">
                  {t("lengthControlled")}
                  <Help about={t("lengthControlled")}>{t("lengthHelp")}</Help>
                  <Switch
                    label={t("lengthControlled")}
                    checked={lengthControlled}
                    onCheckedChange={setLengthControlled}
                  />
                </span>
              }
            >
              <Points adapters={strengths.adapters} />
              <LengthSentence strengths={strengths} />
            </Card>
            <WinMatrix strengths={strengths} />
            <p className="text-quiet text-sm">
              {t("asOf", { at: format.dateTime(strengths.at, { dateStyle: "medium", timeStyle: "short" }) })}
            </p>
          </div>
        )
      }
    </QueryView>
  );
}

function Sentence({ strengths }: { strengths: StrengthsView }) {
  const t = useTranslations("annotation.strengths");
  const { points } = useFigures();
  const nameOf = useStrengthName();
  const count = strengths.comparisons;
  const best = strongest(strengths.adapters);
  if (!best) return <p className="text-lg">{t("sentenceBase", { count })}</p>;
  const { value, low, high } = best.adapter.strength;
  return (
    <p className="text-lg">
      {t(best.settled ? "sentence" : "sentenceOpen", {
        name: nameOf(best.adapter),
        points: points(value),
        low: points(low),
        high: points(high),
        count,
      })}
    </p>
  );
}

function LengthSentence({ strengths: { lengthControlled, lengthCoefficient } }: { strengths: StrengthsView }) {
  const t = useTranslations("annotation.strengths");
  const { coefficient } = useFigures();
  if (!lengthControlled || !lengthCoefficient) return null;
  const key = { above: "lengthFound", below: "lengthShort", neither: "lengthNone" } as const;
  return (
    <p className="mt-4 text-quiet text-sm">
      {t(key[leaning(lengthCoefficient, 0)], {
        value: coefficient(lengthCoefficient.value),
        low: coefficient(lengthCoefficient.low),
        high: coefficient(lengthCoefficient.high),
      })}
    </p>
  );
}

function Points({ adapters }: { adapters: StrengthsView["adapters"] }) {
  const t = useTranslations("annotation.strengths");
  const format = useFormatter();
  const { points, within } = useFigures();
  const nameOf = useStrengthName();
  const rows = [...adapters].sort((a, b) => b.strength.value - a.strength.value);
  const [low, high] = [
    Math.min(0, ...rows.map(({ strength }) => strength.low)),
    Math.max(0, ...rows.map(({ strength }) => strength.high)),
  ];
  const air = (high - low || 100) * 0.05;
  const scale = [low - air, high + air] as const;
  return (
    <Table label={t("title")}>
      <TableHead>
        <tr>
          <HeaderCell>{t("adapter")}</HeaderCell>
          <HeaderCell numeric>{t("points")}</HeaderCell>
          <HeaderCell className="w-1/2 min-w-48">
            <span aria-hidden className="relative block h-4 font-normal tabular-nums">
              {linearTicks(low, high, 4).map((tick) => (
                <span
                  key={tick}
                  className="-translate-x-1/2 absolute"
                  style={{ left: `${((tick - scale[0]) / (scale[1] - scale[0])) * 100}%` }}
                >
                  {points(tick)}
                </span>
              ))}
            </span>
            <span className="sr-only">{t("title")}</span>
          </HeaderCell>
          <HeaderCell numeric>{t("record")}</HeaderCell>
        </tr>
      </TableHead>
      <TableBody>
        {rows.map((row) => (
          <TableRow key={row.adapterId ?? "base"}>
            <Cell className="whitespace-nowrap font-medium tabular-nums">
              {row.adapterId ? (
                <Link href={`/admin/adapters/${row.adapterId}`} className="underline underline-offset-2">
                  {nameOf(row)}
                </Link>
              ) : (
                nameOf(row)
              )}
            </Cell>
            <Cell numeric className="whitespace-nowrap">
              <span className="font-medium">{points(row.strength.value)}</span>{" "}
              {row.adapterId && <span className="text-quiet">{within(points, row.strength)}</span>}
            </Cell>
            <Cell>
              <IntervalBar {...row.strength} scale={scale} marks={[0]} />
            </Cell>
            <Cell numeric className="whitespace-nowrap">
              {[row.wins, row.ties, row.losses].map((count) => format.number(count)).join(" · ")}
            </Cell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}
