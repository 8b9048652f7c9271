// The list of adapters, newest first: to search, to compare two, to activate one, to bring one along, and to say what is kept.
"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Boxes, SearchX, Upload } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "../../_components/ui/button.tsx";
import { EmptyState } from "../../_components/ui/empty-state.tsx";
import { useTRPC } from "../../_lib/trpc.ts";
import { PageHeader } from "../_components/page-header.tsx";
import { QueryView } from "../_components/query-view.tsx";
import { type AdapterFilter, AdapterFilters } from "./adapter-filters.tsx";
import { AdapterTable } from "./adapter-table.tsx";
import { ImportDialog } from "./import-dialog.tsx";
import { RetentionDialog } from "./retention-dialog.tsx";

/** A run may end, or somebody may activate, while the list is open. */
const REFRESH_MS = 10_000;

export function Adapters() {
  const t = useTranslations("admin");
  const words = useTranslations("registry");
  const trpc = useTRPC();
  const [filter, setFilter] = useState<AdapterFilter>({});
  const [picked, setPicked] = useState<readonly string[]>([]);
  const [importing, setImporting] = useState(false);
  const query = useQuery(
    trpc.adapter.list.queryOptions(filter, { refetchInterval: REFRESH_MS, placeholderData: keepPreviousData }),
  );
  const filtered = Object.values(filter).some((value) => value !== undefined);
  // A third takes the place of the first.
  const pick = (id: string) =>
    setPicked((before) => (before.includes(id) ? before.filter((other) => other !== id) : [...before, id].slice(-2)));
  return (
    <>
      <PageHeader
        title={t("nav.adapters")}
        description={t("adapters.text")}
        actions={
          <>
            <RetentionDialog />
            <Button onClick={() => setImporting(true)}>
              <Upload aria-hidden />
              {words("import.open")}
            </Button>
          </>
        }
      />
      <ImportDialog open={importing} onOpenChange={setImporting} />
      <AdapterFilters filter={filter} onChange={setFilter} />
      <QueryView query={query}>
        {(adapters) =>
          adapters.length > 0 ? (
            <>
              <AdapterTable
                adapters={adapters}
                picked={picked}
                onPick={pick}
                onTag={(tag) => setFilter((before) => ({ ...before, tag }))}
              />
              <Picked picked={picked} onClear={() => setPicked([])} />
            </>
          ) : filtered ? (
            <EmptyState icon={SearchX} title={words("list.nothing")} description={words("list.nothingText")} />
          ) : (
            <NoAdapters />
          )
        }
      </QueryView>
    </>
  );
}

function NoAdapters() {
  const t = useTranslations("admin");
  return (
    <EmptyState
      icon={Boxes}
      title={t("adapters.empty")}
      description={t("adapters.emptyText")}
      action={
        <Button asChild variant="primary">
          <Link href="/admin/runs/new">{t("runs.new")}</Link>
        </Button>
      }
    />
  );
}

type PickedProps = { picked: readonly string[]; onClear: () => void };

/** Stays in sight while the list is scrolled. */
function Picked({ picked, onClear }: PickedProps) {
  const t = useTranslations("registry.list");
  const [a, b] = picked;
  if (!a) return null;
  return (
    <div
      role="status"
      className="sticky bottom-3 mt-3 flex flex-wrap items-center gap-3 rounded-lg border bg-surface px-4 py-2 text-sm shadow-float print:hidden"
    >
      <span>{t("picked", { count: picked.length })}</span>
      <span className="ml-auto flex gap-2">
        <Button size="sm" variant="ghost" onClick={onClear}>
          {t("clear")}
        </Button>
        {b && (
          <Button asChild size="sm" variant="primary">
            <Link href={`/admin/adapters/compare?a=${a}&b=${b}`}>{t("compare")}</Link>
          </Button>
        )}
      </span>
    </div>
  );
}
