// The comparisons themselves, in the order annotators get them: by state, reason and gold.
"use client";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Scale } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { EmptyState } from "../../_components/ui/empty-state.tsx";
import { RelativeTime } from "../../_components/ui/relative-time.tsx";
import { Cell, HeaderCell, Table, TableBody, TableHead, TableRow } from "../../_components/ui/table.tsx";
import { type Inputs, useTRPC } from "../../_lib/trpc.ts";
import { Facet, FilterBar } from "../_components/filter-bar.tsx";
import { LoadMore } from "../_components/load-more.tsx";
import { QueryView } from "../_components/query-view.tsx";
import { type ComparisonRow, GoldBadge, StatusBadge } from "./_components/status-badge.tsx";
import { Why } from "./_components/why.tsx";

type Filter = Pick<Extract<Inputs["comparison"]["list"], object>, "status" | "reason" | "gold">;

const STATUSES = ["DRAFTING", "OPEN", "DONE", "CLOSED"] as const;
const REASONS = ["REQUESTED", "DISAGREEMENT", "DISLIKED", "UNCERTAIN", "UNCOVERED", "CHAT"] as const;

export function ComparisonList() {
  const t = useTranslations("annotation");
  const trpc = useTRPC();
  const [filter, setFilter] = useState<Filter>({});
  const filtered = Object.values(filter).some((value) => value !== undefined);
  const query = useInfiniteQuery(
    trpc.comparison.list.infiniteQueryOptions(filter, { getNextPageParam: (page) => page.nextCursor }),
  );
  return (
    <div>
      <h2 className="mb-3 font-semibold text-base">{t("queue.list")}</h2>
      <FilterBar label={t("queue.filters")} active={filtered} onReset={() => setFilter({})}>
        <Facet
          label={t("queue.filterStatus")}
          value={filter.status}
          options={STATUSES.map((value) => ({ value, label: t(`status.${value}`) }))}
          onChange={(status) => setFilter({ ...filter, status })}
        />
        <Facet
          label={t("queue.filterReason")}
          value={filter.reason}
          options={REASONS.map((value) => ({ value, label: t(`reason.${value}`) }))}
          onChange={(reason) => setFilter({ ...filter, reason })}
        />
        <Facet
          label={t("queue.filterGold")}
          value={filter.gold === undefined ? undefined : filter.gold ? "yes" : "no"}
          options={[
            { value: "yes", label: t("queue.onlyGold") },
            { value: "no", label: t("queue.noGoldOnes") },
          ]}
          onChange={(gold) => setFilter({ ...filter, gold: gold === undefined ? undefined : gold === "yes" })}
        />
      </FilterBar>
      <QueryView query={query}>
        {({ pages }) => {
          const rows = pages.flatMap((page) => page.items);
          if (rows.length === 0)
            return filtered ? (
              <EmptyState icon={Scale} title={t("queue.emptyFiltered")} />
            ) : (
              <EmptyState icon={Scale} title={t("queue.empty")} description={t("queue.emptyText")} />
            );
          return (
            <>
              <Rows rows={rows} />
              <LoadMore query={query} end={t("queue.end")} />
            </>
          );
        }}
      </QueryView>
    </div>
  );
}

function Rows({ rows }: { rows: readonly ComparisonRow[] }) {
  const t = useTranslations("annotation.queue");
  return (
    <Table label={t("list")}>
      <TableHead>
        <tr>
          <HeaderCell>{t("prompt")}</HeaderCell>
          <HeaderCell>{t("filterReason")}</HeaderCell>
          <HeaderCell numeric>{t("replies")}</HeaderCell>
          <HeaderCell numeric>{t("rankings")}</HeaderCell>
          <HeaderCell>{t("state")}</HeaderCell>
          <HeaderCell>{t("opened")}</HeaderCell>
        </tr>
      </TableHead>
      <TableBody>
        {rows.map((row) => (
          <TableRow key={row.id}>
            <Cell className="max-w-80 min-w-48">
              <Link
                href={`/admin/annotation/${row.id}`}
                className="line-clamp-2 font-medium underline-offset-2 hover:underline"
              >
                {row.prompt}
              </Link>
            </Cell>
            <Cell className="min-w-36">
              <Why comparison={row} />
            </Cell>
            <Cell numeric>{row.candidates}</Cell>
            <Cell numeric className="whitespace-nowrap">
              {t("rankingsOf", { given: row.rankings, wanted: row.wanted })}
            </Cell>
            <Cell>
              <span className="flex flex-wrap items-center gap-1">
                <StatusBadge status={row.status} />
                {row.gold && <GoldBadge />}
              </span>
              {row.lentTo.length > 0 && (
                <span className="mt-0.5 block text-faint text-xs">
                  {t("lentTo", { names: row.lentTo.map(({ name, email }) => name || email).join(", ") })}
                </span>
              )}
            </Cell>
            <Cell className="whitespace-nowrap text-quiet">
              <RelativeTime date={row.createdAt} />
            </Cell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}
