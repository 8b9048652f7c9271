// The files that were imported or are on their way, newest first.
"use client";
import { useInfiniteQuery } from "@tanstack/react-query";
import { FileUp } from "lucide-react";
import Link from "next/link";
import { useFormatter, useLocale, useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "../../_components/ui/button.tsx";
import { EmptyState } from "../../_components/ui/empty-state.tsx";
import { Progress } from "../../_components/ui/progress.tsx";
import { RelativeTime } from "../../_components/ui/relative-time.tsx";
import { Cell, HeaderCell, Table, TableBody, TableHead, TableRow } from "../../_components/ui/table.tsx";
import { type Outputs, useTRPC } from "../../_lib/trpc.ts";
import { LoadMore } from "../_components/load-more.tsx";
import { PageHeader } from "../_components/page-header.tsx";
import { QueryView } from "../_components/query-view.tsx";
import { bytes } from "../_lib/format.ts";
import { ImportDialog } from "./import-dialog.tsx";
import { ImportStateBadge } from "./import-state.tsx";

type Import = Outputs["import"]["get"];

/** While something is on its way. */
const REFRESH_MS = 2_000;

const underWay = ({ state }: Import) => state === "RECEIVING" || state === "FREEZING";

export function Imports() {
  const t = useTranslations();
  const trpc = useTRPC();
  const [importing, setImporting] = useState(false);
  const query = useInfiniteQuery(
    trpc.import.list.infiniteQueryOptions(
      {},
      {
        getNextPageParam: (page) => page.nextCursor,
        refetchInterval: ({ state }) =>
          state.data?.pages.some(({ items }) => items.some(underWay)) ? REFRESH_MS : false,
      },
    ),
  );
  return (
    <>
      <PageHeader
        back={{ href: "/admin/datasets", label: t("admin.nav.datasets") }}
        title={t("data.import.listTitle")}
        description={t("data.import.listText")}
        actions={
          <Button variant="primary" onClick={() => setImporting(true)}>
            <FileUp aria-hidden />
            {t("data.dataset.import")}
          </Button>
        }
      />
      <ImportDialog open={importing} onOpenChange={setImporting} />
      <QueryView query={query}>
        {({ pages }) => {
          const imports = pages.flatMap(({ items }) => items);
          if (imports.length === 0) {
            return <EmptyState icon={FileUp} title={t("data.import.empty")} description={t("data.import.emptyText")} />;
          }
          return (
            <>
              <ImportTable imports={imports} />
              <LoadMore query={query} end={t("data.import.end")} />
            </>
          );
        }}
      </QueryView>
    </>
  );
}

function ImportTable({ imports }: { imports: readonly Import[] }) {
  const t = useTranslations("data.import");
  const formats = useTranslations("data.format");
  const format = useFormatter();
  const locale = useLocale();
  return (
    <Table label={t("listTitle")}>
      <TableHead>
        <tr>
          <HeaderCell>{t("name")}</HeaderCell>
          <HeaderCell>{t("format")}</HeaderCell>
          <HeaderCell>{t("state")}</HeaderCell>
          <HeaderCell numeric>{t("size")}</HeaderCell>
          <HeaderCell numeric>{t("good")}</HeaderCell>
          <HeaderCell numeric>{t("bad")}</HeaderCell>
          <HeaderCell>{t("begun")}</HeaderCell>
        </tr>
      </TableHead>
      <TableBody>
        {imports.map((one) => (
          <TableRow key={one.id}>
            <Cell className="min-w-40 wrap-anywhere font-medium">
              <Link href={`/admin/imports/${one.id}`} className="underline underline-offset-2">
                {one.name}
              </Link>
            </Cell>
            <Cell className="whitespace-nowrap">{formats(one.format)}</Cell>
            <Cell className="min-w-36">
              <ImportStateBadge state={one.state} />
              {underWay(one) && <Progress label={one.name} value={one.bytesRead} max={one.bytes} className="mt-1.5" />}
            </Cell>
            <Cell numeric className="whitespace-nowrap">
              {bytes(one.bytes, locale)}
            </Cell>
            <Cell numeric>{format.number(one.good)}</Cell>
            <Cell numeric>{one.bad > 0 ? format.number(one.bad) : "–"}</Cell>
            <Cell className="whitespace-nowrap text-quiet">
              <RelativeTime date={one.createdAt} />
            </Cell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}
