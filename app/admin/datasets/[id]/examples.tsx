// The examples of a Dataset with filters, as a list that scrolls without end.
"use client";
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { SearchX } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import type { DatasetFilter } from "../../../../server/domain/views.ts";
import { EmptyState } from "../../../_components/ui/empty-state.tsx";
import { cn } from "../../../_lib/cn.ts";
import { type Outputs, useTRPC } from "../../../_lib/trpc.ts";
import { Facet, FilterBar, SearchBox } from "../../_components/filter-bar.tsx";
import { PagedFeed } from "../../_components/paged-feed.tsx";
import { PairCard, PairSkeleton } from "../../_components/pair-card.tsx";
import { QueryView } from "../../_components/query-view.tsx";
import { useLanguageName } from "../../_lib/language-name.ts";
import type { DatasetDetails } from "./dataset.tsx";
import { ItemCard } from "./item-card.tsx";

type Statistics = Outputs["dataset"]["statistics"];
type Example =
  | { kind: "pair"; pair: DatasetDetails["pairs"]["items"][number] }
  | { kind: "item"; item: DatasetDetails["items"]["items"][number] };

/** Height in pixels of a card of two short replies. */
const CARD = 230;

/** Statistics of more examples than this take a while the first time, so that a list is no reason to work them out. */
const COUNTED_AT_ONCE = 20_000;

export function Examples({ dataset: { id, train, heldOut } }: { dataset: DatasetDetails }) {
  const t = useTranslations();
  const trpc = useTRPC();
  const [filter, setFilter] = useState<DatasetFilter>({});
  const active = Object.values(filter).some((value) => value !== undefined);
  const query = useInfiniteQuery(
    trpc.dataset.get.infiniteQueryOptions(
      { id, filter: active ? filter : undefined },
      {
        getNextPageParam: (page) => page.pairs.nextCursor ?? page.items.nextCursor,
        placeholderData: keepPreviousData,
      },
    ),
  );
  const statistics = useQuery(
    trpc.dataset.statistics.queryOptions(
      { id },
      { enabled: train + heldOut <= COUNTED_AT_ONCE, staleTime: Number.POSITIVE_INFINITY },
    ),
  );
  return (
    <>
      <ExampleFilter filter={filter} onChange={setFilter} statistics={statistics.data} />
      <QueryView query={query} skeleton={<PairSkeleton />}>
        {({ pages }) => (
          <div className={cn(query.isPlaceholderData && "opacity-60")}>
            <PagedFeed
              query={query}
              items={pages.flatMap(examplesOf)}
              label={t("data.dataset.example")}
              keyOf={(example) => (example.kind === "pair" ? example.pair.id : example.item.id)}
              estimate={CARD}
              end={t("admin.datasets.itemsEnd")}
              empty={
                <EmptyState
                  icon={SearchX}
                  title={t("data.list.nothing")}
                  description={active ? t("data.list.nothingText") : undefined}
                />
              }
            >
              {(example) =>
                example.kind === "pair" ? (
                  <PairCard pair={example.pair} split={example.pair.split} epsilon={example.pair.epsilon} link />
                ) : (
                  <ItemCard item={example.item} />
                )
              }
            </PagedFeed>
          </div>
        )}
      </QueryView>
    </>
  );
}

const examplesOf = (page: DatasetDetails): Example[] => [
  ...page.pairs.items.map((pair) => ({ kind: "pair" as const, pair })),
  ...page.items.items.map((item) => ({ kind: "item" as const, item })),
];

type ExampleFilterProps = {
  filter: DatasetFilter;
  onChange: (change: (before: DatasetFilter) => DatasetFilter) => void;
  /** What there is to choose among, with counts; undefined until it is known. */
  statistics: Statistics | undefined;
};

function ExampleFilter({ filter, onChange, statistics }: ExampleFilterProps) {
  const t = useTranslations("data");
  const words = useTranslations("admin.pairs");
  const format = useFormatter();
  const languageName = useLanguageName();
  const set = (change: DatasetFilter) => onChange((before) => ({ ...before, ...change }));
  const counted = (name: string, count: number) => t("dataset.count", { name, count: format.number(count) });
  const sources = statistics?.sources.filter(({ source }) => source !== "UPLOAD") ?? [];
  const [searched] = useState(() => (search: string) => set({ search: search.trim() || undefined }));
  return (
    <FilterBar
      label={t("dataset.filter")}
      active={Object.values(filter).some((value) => value !== undefined)}
      onReset={() => onChange(() => ({}))}
    >
      <SearchBox label={t("list.search")} value={filter.search ?? ""} onChange={searched} />
      <Facet
        label={t("dataset.split")}
        value={filter.split}
        onChange={(split) => set({ split })}
        options={(["TRAIN", "HELDOUT"] as const).map((split) => ({ value: split, label: words(`split.${split}`) }))}
      />
      {sources.length > 1 && (
        <Facet
          label={t("dataset.source")}
          value={filter.source}
          onChange={(source) => set({ source })}
          options={sources.flatMap(({ source, count }) =>
            source === "UPLOAD" ? [] : [{ value: source, label: counted(words(`source.${source}`), count) }],
          )}
        />
      )}
      {statistics && statistics.languages.length > 1 && (
        <Facet
          label={t("dataset.language")}
          value={filter.language}
          onChange={(language) => set({ language })}
          options={statistics.languages.map(({ language, count }) => ({
            value: language,
            label: counted(languageName(language), count),
          }))}
        />
      )}
    </FilterBar>
  );
}
