// The list of raters with the figures that say how far each may be trusted.
"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Scale } from "lucide-react";
import Link from "next/link";
import { useFormatter, useLocale, useTranslations } from "next-intl";
import { useState } from "react";
import { IntervalBar } from "../../_components/charts/interval-bar.tsx";
import { Badge } from "../../_components/ui/badge.tsx";
import { Button } from "../../_components/ui/button.tsx";
import { EmptyState } from "../../_components/ui/empty-state.tsx";
import { RelativeTime } from "../../_components/ui/relative-time.tsx";
import { Cell, HeaderCell, Table, TableBody, TableHead, TableRow } from "../../_components/ui/table.tsx";
import { toast } from "../../_components/ui/toast.tsx";
import { useErrorText } from "../../_lib/error-text.ts";
import { type Outputs, useTRPC } from "../../_lib/trpc.ts";
import { Facet, FilterBar } from "../_components/filter-bar.tsx";
import { Help } from "../_components/help.tsx";
import { PageHeader } from "../_components/page-header.tsx";
import { Person } from "../_components/person.tsx";
import { QueryView } from "../_components/query-view.tsx";
import { span } from "../_lib/format.ts";
import { useFigures } from "../annotation/_components/use-figures.ts";
import { CHANCE, TRUST_SCALE } from "./_lib/scales.ts";

export type RaterRow = Outputs["trust"]["raters"][number];

/** Columns with an explanation, in their order. */
const EXPLAINED = ["trust", "gold", "repeats", "firstPlace", "agreement", "seconds", "burst"] as const;

export function Raters() {
  const t = useTranslations("annotation.raters");
  const nav = useTranslations("admin.nav");
  const trpc = useTRPC();
  const query = useQuery(trpc.trust.raters.queryOptions());
  const [only, setOnly] = useState<"quarantined" | undefined>();
  return (
    <>
      <PageHeader title={nav("raters")} description={t("text")} actions={<Recompute />} />
      <QueryView query={query}>
        {(raters) => {
          if (raters.length === 0) return <EmptyState icon={Scale} title={t("empty")} description={t("emptyText")} />;
          const shown = raters.filter(({ quarantinedAt }) => !only || quarantinedAt);
          return (
            <>
              {raters.some(({ quarantinedAt }) => quarantinedAt) && (
                <FilterBar label={t("filter")} active={only !== undefined} onReset={() => setOnly(undefined)}>
                  <Facet
                    label={t("filter")}
                    value={only}
                    options={[{ value: "quarantined", label: t("onlyQuarantined") }]}
                    onChange={setOnly}
                  />
                </FilterBar>
              )}
              <RaterTable raters={shown} />
            </>
          );
        }}
      </QueryView>
    </>
  );
}

function RaterTable({ raters }: { raters: readonly RaterRow[] }) {
  const t = useTranslations("annotation.raters");
  return (
    <Table label={t("rater")}>
      <TableHead>
        <tr>
          <HeaderCell>{t("rater")}</HeaderCell>
          <HeaderCell numeric>{t("judgements")}</HeaderCell>
          <HeaderCell numeric>{t("pairs")}</HeaderCell>
          {EXPLAINED.map((column) => (
            <HeaderCell key={column} numeric={column !== "trust"}>
              <span className="inline-flex items-center gap-0.5">
                {t(column)}
                <Help about={t(column)}>{t(`${column}Help`)}</Help>
              </span>
            </HeaderCell>
          ))}
          <HeaderCell>{t("last")}</HeaderCell>
        </tr>
      </TableHead>
      <TableBody>
        {raters.map((rater) => (
          <Row key={rater.rater.id} row={rater} />
        ))}
      </TableBody>
    </Table>
  );
}

function Row({ row }: { row: RaterRow }) {
  const t = useTranslations("annotation.raters");
  const role = useTranslations("common.role");
  const format = useFormatter();
  const locale = useLocale();
  const { percent } = useFigures();
  const share = (of: { value: number } | null) => (of ? percent(of.value) : "–");
  const score = (right: number, seen: number) =>
    seen === 0 ? "–" : t("of", { right: format.number(right, { maximumFractionDigits: 1 }), seen });
  return (
    <TableRow>
      <Cell className="min-w-44">
        <Link href={`/admin/raters/${row.rater.id}`} className="font-medium underline-offset-2 hover:underline">
          <Person person={row.rater} />
        </Link>
        <span className="flex flex-wrap items-center gap-1.5 text-quiet text-xs">
          {role(row.rater.role)}
          {row.quarantinedAt && <Badge tone="rejected">{t("quarantined")}</Badge>}
          {!row.confirmed && !row.quarantinedAt && <Badge>{t("unconfirmed")}</Badge>}
        </span>
      </Cell>
      <Cell numeric>{format.number(row.judgements)}</Cell>
      <Cell numeric>{format.number(row.pairs)}</Cell>
      <Cell className="min-w-40">
        {row.accuracy ? (
          <span className="flex items-center gap-2 tabular-nums">
            <span className="w-10 text-right">{percent(row.accuracy.value)}</span>
            <IntervalBar {...row.accuracy} scale={TRUST_SCALE} marks={[CHANCE]} />
          </span>
        ) : (
          <span className="text-quiet text-xs">{t("noTrustYet")}</span>
        )}
      </Cell>
      <Cell numeric className="whitespace-nowrap">
        {score(row.gold.right, row.gold.seen)}
      </Cell>
      <Cell numeric className="whitespace-nowrap">
        {score(row.repeats.same, row.repeats.seen)}
      </Cell>
      <Cell numeric>{share(row.firstPlace)}</Cell>
      <Cell numeric>{share(row.agreement)}</Cell>
      <Cell numeric className="whitespace-nowrap">
        {row.medianSeconds === null ? "–" : span(row.medianSeconds, locale)}
      </Cell>
      <Cell numeric>{format.number(row.burst)}</Cell>
      <Cell className="whitespace-nowrap text-quiet">{row.lastAt ? <RelativeTime date={row.lastAt} /> : "–"}</Cell>
    </TableRow>
  );
}

function Recompute() {
  const t = useTranslations("annotation.raters");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const errorText = useErrorText();
  const recompute = useMutation(
    trpc.trust.recompute.mutationOptions({
      onSuccess: ({ raters }) => void toast(t("recomputed", { count: raters })),
      onError: (error) => void toast(errorText(error)),
      onSettled: () => queryClient.invalidateQueries({ queryKey: trpc.trust.pathKey() }),
    }),
  );
  return (
    <Button busy={recompute.isPending} onClick={() => recompute.mutate()}>
      {t("recompute")}
    </Button>
  );
}
