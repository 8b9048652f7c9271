// The list of gates: which adapter was measured against what, and how that came out.
"use client";
import { useInfiniteQuery } from "@tanstack/react-query";
import { ShieldCheck } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import type { GateSummary } from "../../../server/domain/views/gate.ts";
import { IntervalBar } from "../../_components/charts/interval-bar.tsx";
import { Button } from "../../_components/ui/button.tsx";
import { EmptyState } from "../../_components/ui/empty-state.tsx";
import { Notice } from "../../_components/ui/notice.tsx";
import { RelativeTime } from "../../_components/ui/relative-time.tsx";
import { Cell, HeaderCell, Table, TableBody, TableHead, TableRow } from "../../_components/ui/table.tsx";
import { useTRPC } from "../../_lib/trpc.ts";
import { GateProgress } from "../_components/gate-progress.tsx";
import { GateStatusBadge } from "../_components/gate-status.tsx";
import { Hash } from "../_components/hash.tsx";
import { LoadMore } from "../_components/load-more.tsx";
import { QueryView } from "../_components/query-view.tsx";
import { GATE_REFRESH_MS, isMoving, pointers } from "../_lib/gate-states.ts";
import { useParagraph } from "../_lib/use-paragraph.ts";
import { GatesHeader } from "./_components/gates-header.tsx";
import { useFigure } from "./_lib/use-figure.ts";

/** Suites that a row names. */
const NAMED = 2;

/** A tie with what is live. */
const EVEN = 0.5;

export function Gates({ adapterId }: { adapterId?: string }) {
  const t = useTranslations("gate");
  const trpc = useTRPC();
  const query = useInfiniteQuery(
    trpc.gate.list.infiniteQueryOptions(
      { adapterId },
      {
        getNextPageParam: (page) => page.nextCursor,
        refetchInterval: ({ state }) =>
          state.data?.pages.some(({ items }) => items.some(({ status }) => isMoving(status)))
            ? GATE_REFRESH_MS.moving
            : GATE_REFRESH_MS.still,
      },
    ),
  );
  return (
    <>
      <GatesHeader view="reports" />
      {adapterId && (
        <Notice
          className="mb-4"
          action={
            <Button asChild size="sm">
              <Link href="/admin/gates">{t("list.showAll")}</Link>
            </Button>
          }
        >
          {t("list.ofOne")}
        </Notice>
      )}
      <QueryView query={query}>
        {({ pages }) => {
          const gates = pages.flatMap(({ items }) => items);
          if (gates.length === 0)
            return <EmptyState icon={ShieldCheck} title={t("list.empty")} description={t("list.emptyText")} />;
          return (
            <>
              <GateTable gates={gates} />
              <LoadMore query={query} end={t("list.end")} />
            </>
          );
        }}
      </QueryView>
    </>
  );
}

function GateTable({ gates }: { gates: readonly GateSummary[] }) {
  const t = useTranslations("gate.list");
  const common = useTranslations("admin.common");
  return (
    <Table label={t("label")}>
      <TableHead>
        <tr>
          <HeaderCell>{t("candidate")}</HeaderCell>
          <HeaderCell className="max-md:hidden">{t("against")}</HeaderCell>
          <HeaderCell>{t("state")}</HeaderCell>
          <HeaderCell className="max-md:hidden">{t("winRate")}</HeaderCell>
          <HeaderCell className="max-md:hidden">{t("why")}</HeaderCell>
        </tr>
      </TableHead>
      <TableBody>
        {gates.map((gate) => (
          <TableRow key={gate.id}>
            <Cell className="whitespace-nowrap align-top font-medium">
              <Link href={`/admin/gates/${gate.id}`} className="underline underline-offset-2">
                <Hash sha256={gate.adapterSha256} />
              </Link>
              <span className="block font-normal text-faint text-xs">
                <RelativeTime date={gate.finishedAt ?? gate.createdAt} />
              </span>
            </Cell>
            <Cell className="whitespace-nowrap align-top max-md:hidden">
              {gate.liveAdapterSha256 ? (
                <Hash sha256={gate.liveAdapterSha256} />
              ) : (
                <span className="text-quiet">{common("baseModel")}</span>
              )}
            </Cell>
            <Cell className="align-top">
              <GateStatusBadge status={gate.status} stale={gate.stale} />
              <div className="mt-1 text-quiet md:hidden">
                <Why gate={gate} />
              </div>
            </Cell>
            <Cell className="min-w-40 align-top max-md:hidden">
              <WinRate gate={gate} />
            </Cell>
            <Cell className="min-w-64 align-top max-md:hidden">
              <Why gate={gate} />
            </Cell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}

function WinRate({ gate: { winRate } }: { gate: GateSummary }) {
  const { estimate } = useFigure();
  if (!winRate) return <span className="text-quiet">–</span>;
  return (
    <>
      <IntervalBar {...winRate} scale={[0, 1]} marks={[EVEN]} />
      <span className="whitespace-nowrap text-quiet text-xs tabular-nums">{estimate("share", winRate)}</span>
    </>
  );
}

/** The suites that it hangs on, or how far it is. */
function Why({ gate }: { gate: GateSummary }) {
  const t = useTranslations("gate");
  const paragraph = useParagraph();
  const reasons = pointers(gate.verdict, NAMED);
  if (isMoving(gate.status)) return <GateProgress gate={gate} />;
  return <span className="text-pretty">{reasons.length > 0 ? paragraph(reasons) : t(`short.${gate.status}`)}</span>;
}
