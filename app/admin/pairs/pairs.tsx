// The browser of preference pairs, newest first, with filters, and a way to put pairs aside or take them back.
"use client";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { GitCompareArrows, SearchX } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useCallback, useState } from "react";
import type { PairFilter } from "../../../server/domain/views.ts";
import { Button } from "../../_components/ui/button.tsx";
import { EmptyState } from "../../_components/ui/empty-state.tsx";
import { cn } from "../../_lib/cn.ts";
import { useTRPC } from "../../_lib/trpc.ts";
import { PageHeader } from "../_components/page-header.tsx";
import { PagedFeed } from "../_components/paged-feed.tsx";
import { type Pair, PairCard, PairSkeleton } from "../_components/pair-card.tsx";
import { QueryView } from "../_components/query-view.tsx";
import { PairFilters } from "./pair-filters.tsx";
import { SelectionBar } from "./selection-bar.tsx";

/** Height in pixels of a card of two short replies. */
const CARD = 240;

export function Pairs({ raterId, adapterSha256 }: { raterId?: string; adapterSha256?: string }) {
  const t = useTranslations();
  const trpc = useTRPC();
  const [filter, setFilter] = useState<PairFilter>({ raterId, adapterSha256 });
  const [selected, setSelected] = useState<ReadonlyMap<string, Pair>>(new Map());
  const query = useInfiniteQuery(
    trpc.pair.list.infiniteQueryOptions(filter, {
      getNextPageParam: (page) => page.nextCursor,
      placeholderData: keepPreviousData,
    }),
  );
  const active = Object.values(filter).some((value) => value !== undefined);
  const toggle = useCallback(
    (pair: Pair) =>
      setSelected((before) => {
        const next = new Map(before);
        if (!next.delete(pair.id)) next.set(pair.id, pair);
        return next;
      }),
    [],
  );
  return (
    <>
      <PageHeader title={t("admin.nav.pairs")} description={t("admin.pairs.text")} />
      <PairFilters filter={filter} onChange={setFilter} />
      <QueryView query={query} skeleton={<PairSkeleton />}>
        {({ pages }) => (
          <div className={cn(query.isPlaceholderData && "opacity-60")}>
            <PagedFeed
              query={query}
              items={pages.flatMap((page) => page.items)}
              label={t("data.pair.one")}
              keyOf={({ id }) => id}
              estimate={CARD}
              end={t("admin.pairs.end")}
              empty={active ? <NothingFound /> : <NoPairs />}
            >
              {(pair) => (
                <PairCard
                  pair={pair}
                  link
                  actions={<SelectBox checked={selected.has(pair.id)} onChange={() => toggle(pair)} />}
                />
              )}
            </PagedFeed>
          </div>
        )}
      </QueryView>
      <SelectionBar selected={selected} onClear={() => setSelected(new Map())} />
    </>
  );
}

function SelectBox({ checked, onChange }: { checked: boolean; onChange: () => void }) {
  const t = useTranslations("data.pair");
  return (
    <label className="flex min-h-6 items-center gap-1.5 text-quiet">
      <input type="checkbox" checked={checked} onChange={onChange} className="size-4 accent-accent" />
      {t("select")}
    </label>
  );
}

function NothingFound() {
  const t = useTranslations("data.list");
  return <EmptyState icon={SearchX} title={t("nothing")} description={t("nothingText")} />;
}

function NoPairs() {
  const t = useTranslations("admin");
  const step = useTranslations("traffic.overview.stepAct");
  return (
    <EmptyState
      icon={GitCompareArrows}
      title={t("pairs.empty")}
      description={t("pairs.emptyText")}
      action={
        <Button asChild>
          <Link href="/chat">{step("chat")}</Link>
        </Button>
      }
    />
  );
}
