// The list of frozen datasets: each what a run, or several, were trained on.
"use client";
import { useQuery } from "@tanstack/react-query";
import { Database } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { EmptyState } from "../../_components/ui/empty-state.tsx";
import { RelativeTime } from "../../_components/ui/relative-time.tsx";
import { Cell, HeaderCell, Table, TableBody, TableHead, TableRow } from "../../_components/ui/table.tsx";
import { useTRPC } from "../../_lib/trpc.ts";
import { Hash } from "../_components/hash.tsx";
import { PageHeader } from "../_components/page-header.tsx";
import { QueryView } from "../_components/query-view.tsx";

export function Datasets() {
  const t = useTranslations("admin");
  const trpc = useTRPC();
  const query = useQuery(trpc.dataset.list.queryOptions());
  return (
    <>
      <PageHeader title={t("nav.datasets")} description={t("datasets.text")} />
      <QueryView query={query}>
        {(datasets) =>
          datasets.length === 0 ? (
            <EmptyState icon={Database} title={t("datasets.empty")} description={t("datasets.emptyText")} />
          ) : (
            <Table label={t("nav.datasets")}>
              <TableHead>
                <tr>
                  <HeaderCell>{t("datasets.dataset")}</HeaderCell>
                  <HeaderCell>{t("datasets.frozen")}</HeaderCell>
                  <HeaderCell numeric>{t("datasets.train")}</HeaderCell>
                  <HeaderCell numeric>{t("datasets.heldOut")}</HeaderCell>
                  <HeaderCell numeric>{t("datasets.runs")}</HeaderCell>
                </tr>
              </TableHead>
              <TableBody>
                {datasets.map((dataset) => (
                  <TableRow key={dataset.id}>
                    <Cell className="font-medium">
                      <Link href={`/admin/datasets/${dataset.id}`} className="underline underline-offset-2">
                        <Hash sha256={dataset.sha256} />
                      </Link>
                    </Cell>
                    <Cell className="whitespace-nowrap">
                      <RelativeTime date={dataset.frozenAt} />
                    </Cell>
                    <Cell numeric>{dataset.train}</Cell>
                    <Cell numeric>{dataset.heldOut}</Cell>
                    <Cell numeric>{dataset.runs}</Cell>
                  </TableRow>
                ))}
              </TableBody>
            </Table>
          )
        }
      </QueryView>
    </>
  );
}
