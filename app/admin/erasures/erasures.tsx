// The list of erasures, newest first, with how many adapters each still leaves to train anew.
"use client";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Eraser } from "lucide-react";
import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { Badge } from "../../_components/ui/badge.tsx";
import { EmptyState } from "../../_components/ui/empty-state.tsx";
import { RelativeTime } from "../../_components/ui/relative-time.tsx";
import { Cell, HeaderCell, Table, TableBody, TableHead, TableRow } from "../../_components/ui/table.tsx";
import { type Outputs, useTRPC } from "../../_lib/trpc.ts";
import { LoadMore } from "../_components/load-more.tsx";
import { PageHeader } from "../_components/page-header.tsx";
import { Person } from "../_components/person.tsx";
import { QueryView } from "../_components/query-view.tsx";

type Erasure = Outputs["erasure"]["get"];

export function Erasures() {
  const t = useTranslations();
  const trpc = useTRPC();
  const query = useInfiniteQuery(
    trpc.erasure.list.infiniteQueryOptions({}, { getNextPageParam: (page) => page.nextCursor }),
  );
  return (
    <>
      <PageHeader
        back={{ href: "/admin/people", label: t("admin.nav.people") }}
        title={t("data.erasure.title")}
        description={t("data.erasure.text")}
      />
      <QueryView query={query}>
        {({ pages }) => {
          const erasures = pages.flatMap(({ items }) => items);
          if (erasures.length === 0) {
            return (
              <EmptyState icon={Eraser} title={t("data.erasure.empty")} description={t("data.erasure.emptyText")} />
            );
          }
          return (
            <>
              <ErasureTable erasures={erasures} />
              <LoadMore query={query} end={t("data.erasure.end")} />
            </>
          );
        }}
      </QueryView>
    </>
  );
}

function ErasureTable({ erasures }: { erasures: readonly Erasure[] }) {
  const t = useTranslations("data.erasure");
  const format = useFormatter();
  return (
    <Table label={t("title")}>
      <TableHead>
        <tr>
          <HeaderCell>{t("when")}</HeaderCell>
          <HeaderCell>{t("subject")}</HeaderCell>
          <HeaderCell>{t("by")}</HeaderCell>
          <HeaderCell numeric>{t("of.datasetExamples")}</HeaderCell>
          <HeaderCell numeric>{t("flagged")}</HeaderCell>
          <HeaderCell>{t("open")}</HeaderCell>
        </tr>
      </TableHead>
      <TableBody>
        {erasures.map(({ id, at, subject, requestedBy, report, adapters }) => {
          const open = adapters.filter(({ retrainedBy }) => retrainedBy === null).length;
          return (
            <TableRow key={id}>
              <Cell className="whitespace-nowrap">
                <Link href={`/admin/erasures/${id}`} className="underline underline-offset-2">
                  <RelativeTime date={at} />
                </Link>
              </Cell>
              <Cell className="font-mono text-xs">{subject}</Cell>
              <Cell>{report.requestedBy === "SELF" ? t("bySelf") : <Person person={requestedBy} />}</Cell>
              <Cell numeric>{format.number(report.removed.datasetExamples)}</Cell>
              <Cell numeric>{format.number(adapters.length)}</Cell>
              <Cell>{open > 0 ? <Badge tone="rejected">{open}</Badge> : "–"}</Cell>
            </TableRow>
          );
        })}
      </TableBody>
    </Table>
  );
}
