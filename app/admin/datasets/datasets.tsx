// The list of Datasets with filters, what each holds and where it comes from, and the ways to make one.
"use client";
import { useQuery } from "@tanstack/react-query";
import { Database, FileUp, SearchX, Snowflake } from "lucide-react";
import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { DATA_KINDS, type DataKind } from "../../../server/domain/run-config.ts";
import { Badge } from "../../_components/ui/badge.tsx";
import { Button } from "../../_components/ui/button.tsx";
import { EmptyState } from "../../_components/ui/empty-state.tsx";
import { RelativeTime } from "../../_components/ui/relative-time.tsx";
import { Cell, HeaderCell, Table, TableBody, TableHead, TableRow } from "../../_components/ui/table.tsx";
import { type Outputs, useTRPC } from "../../_lib/trpc.ts";
import { useDatasetName } from "../_components/dataset-name.ts";
import { Facet, FilterBar, SearchBox } from "../_components/filter-bar.tsx";
import { Hash } from "../_components/hash.tsx";
import { PageHeader } from "../_components/page-header.tsx";
import { QueryView } from "../_components/query-view.tsx";
import { capital } from "../_lib/format.ts";
import { ImportDialog } from "../imports/import-dialog.tsx";
import { FreezeDialog } from "./freeze-dialog.tsx";

type DatasetRow = Outputs["dataset"]["list"][number];

const ORIGINS = ["FEEDBACK", "UPLOAD", "AI"] as const;

interface Filter {
  search: string;
  kind?: DataKind;
  origin?: DatasetRow["origin"];
}

const ALL: Filter = { search: "" };

export function Datasets() {
  const t = useTranslations();
  const trpc = useTRPC();
  const [filter, setFilter] = useState(ALL);
  const query = useQuery(trpc.dataset.list.queryOptions());
  const nameOf = useDatasetName();
  const wanted = filter.search.trim().toLowerCase();
  const fits = (dataset: DatasetRow) =>
    (!filter.kind || dataset.kind === filter.kind) &&
    (!filter.origin || dataset.origin === filter.origin) &&
    `${nameOf(dataset)} ${dataset.sha256}`.toLowerCase().includes(wanted);
  return (
    <>
      <PageHeader title={t("admin.nav.datasets")} description={t("admin.datasets.text")} actions={<Acts />} />
      <QueryView query={query}>
        {(all) => {
          if (all.length === 0) {
            return (
              <EmptyState
                icon={Database}
                title={t("admin.datasets.empty")}
                description={t("admin.datasets.emptyText")}
              />
            );
          }
          const datasets = all.filter(fits);
          return (
            <>
              <DatasetFilters all={all} filter={filter} onChange={setFilter} />
              {datasets.length === 0 ? (
                <EmptyState icon={SearchX} title={t("data.list.nothing")} description={t("data.list.nothingText")} />
              ) : (
                <DatasetTable datasets={datasets} />
              )}
            </>
          );
        }}
      </QueryView>
    </>
  );
}

function Acts() {
  const t = useTranslations("data.dataset");
  const [open, setOpen] = useState<"freeze" | "import" | null>(null);
  const toggle = (dialog: "freeze" | "import") => (to: boolean) => setOpen(to ? dialog : null);
  return (
    <>
      <Button asChild variant="ghost">
        <Link href="/admin/imports">{t("imports")}</Link>
      </Button>
      <Button onClick={() => setOpen("freeze")}>
        <Snowflake aria-hidden />
        {t("freeze")}
      </Button>
      <Button variant="primary" onClick={() => setOpen("import")}>
        <FileUp aria-hidden />
        {t("import")}
      </Button>
      <FreezeDialog open={open === "freeze"} onOpenChange={toggle("freeze")} />
      <ImportDialog open={open === "import"} onOpenChange={toggle("import")} />
    </>
  );
}

type DatasetFiltersProps = {
  all: readonly DatasetRow[];
  filter: Filter;
  onChange: (change: (before: Filter) => Filter) => void;
};

function DatasetFilters({ all, filter, onChange }: DatasetFiltersProps) {
  const t = useTranslations("data");
  const words = useTranslations("training");
  const [searched] = useState(() => (search: string) => onChange((before) => ({ ...before, search })));
  const counted = (name: string, count: number) => t("dataset.count", { name, count });
  const some = (test: (dataset: DatasetRow) => boolean) => all.filter(test).length;
  return (
    <FilterBar
      label={t("dataset.find")}
      active={filter.search !== "" || filter.kind !== undefined || filter.origin !== undefined}
      onReset={() => onChange(() => ALL)}
    >
      <SearchBox label={t("dataset.searchName")} value={filter.search} onChange={searched} />
      <Facet
        label={t("dataset.kind")}
        value={filter.kind}
        onChange={(kind) => onChange((before) => ({ ...before, kind }))}
        options={DATA_KINDS.map((kind) => ({
          value: kind,
          label: counted(
            capital(words(`kind.${kind}`)),
            some((dataset) => dataset.kind === kind),
          ),
        }))}
      />
      <Facet
        label={t("dataset.origin")}
        value={filter.origin}
        onChange={(origin) => onChange((before) => ({ ...before, origin }))}
        options={ORIGINS.map((origin) => ({
          value: origin,
          label: counted(
            words(`origin.${origin}`),
            some((dataset) => dataset.origin === origin),
          ),
        }))}
      />
    </FilterBar>
  );
}

function DatasetTable({ datasets }: { datasets: readonly DatasetRow[] }) {
  const t = useTranslations("admin");
  const words = useTranslations("training");
  const data = useTranslations("data");
  const format = useFormatter();
  return (
    <Table label={t("nav.datasets")}>
      <TableHead>
        <tr>
          <HeaderCell>{t("datasets.dataset")}</HeaderCell>
          <HeaderCell>{t("datasets.holds")}</HeaderCell>
          <HeaderCell>{t("datasets.from")}</HeaderCell>
          <HeaderCell>{t("datasets.frozen")}</HeaderCell>
          <HeaderCell numeric>{t("datasets.train")}</HeaderCell>
          <HeaderCell numeric>{t("datasets.heldOut")}</HeaderCell>
          <HeaderCell numeric>{t("datasets.runs")}</HeaderCell>
        </tr>
      </TableHead>
      <TableBody>
        {datasets.map((dataset) => (
          <TableRow key={dataset.id}>
            <Cell className="min-w-40 wrap-anywhere font-medium">
              <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
                <Link href={`/admin/datasets/${dataset.id}`} className="underline underline-offset-2">
                  {dataset.name ?? <Hash sha256={dataset.sha256} />}
                </Link>
                {dataset.erased > 0 && (
                  <Badge tone="rejected">{data("lineage.erased", { count: dataset.erased })}</Badge>
                )}
              </span>
            </Cell>
            <Cell className="whitespace-nowrap">{capital(words(`kind.${dataset.kind}`))}</Cell>
            <Cell className="whitespace-nowrap">{words(`origin.${dataset.origin}`)}</Cell>
            <Cell className="whitespace-nowrap">
              <RelativeTime date={dataset.frozenAt} />
            </Cell>
            <Cell numeric>{format.number(dataset.train)}</Cell>
            <Cell numeric>{format.number(dataset.heldOut)}</Cell>
            <Cell numeric>{dataset.runs}</Cell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}
