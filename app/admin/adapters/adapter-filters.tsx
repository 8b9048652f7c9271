// What narrows the list of adapters: words, kind, state, tag.
"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type Dispatch, type SetStateAction, useState } from "react";
import { type Inputs, useTRPC } from "../../_lib/trpc.ts";
import { Facet, FilterBar, SearchBox } from "../_components/filter-bar.tsx";

export type AdapterFilter = Extract<Inputs["adapter"]["list"], object>;

const KINDS = ["POLICY", "REWARD"] as const;
const STATES = ["CANDIDATE", "APPROVED", "REJECTED", "RETIRED"] as const;

type AdapterFiltersProps = { filter: AdapterFilter; onChange: Dispatch<SetStateAction<AdapterFilter>> };

export function AdapterFilters({ filter, onChange }: AdapterFiltersProps) {
  const t = useTranslations("registry.list");
  const words = useTranslations("admin.adapters");
  const trpc = useTRPC();
  const { data: tags = [] } = useQuery(trpc.adapter.tags.queryOptions());
  const set = (change: AdapterFilter) => onChange((before) => ({ ...before, ...change }));
  // Kept the same from render to render, since the box acts whenever it changes.
  const [searched] = useState(() => (search: string) => set({ search: search.trim() || undefined }));
  return (
    <FilterBar
      label={t("filter")}
      active={Object.values(filter).some((value) => value !== undefined)}
      onReset={() => onChange({})}
    >
      <SearchBox label={t("search")} value={filter.search ?? ""} onChange={searched} />
      <Facet
        label={t("kind")}
        value={filter.kind}
        onChange={(kind) => set({ kind })}
        options={KINDS.map((value) => ({ value, label: words(`filter.${value}`) }))}
      />
      <Facet
        label={t("status")}
        value={filter.status}
        onChange={(status) => set({ status })}
        options={STATES.map((value) => ({ value, label: words(`state.${value}`) }))}
      />
      {(tags.length > 0 || filter.tag !== undefined) && (
        <Facet
          label={t("tag")}
          value={filter.tag}
          onChange={(tag) => set({ tag })}
          options={tags.map(({ tag, count }) => ({ value: tag, label: t("tagCount", { tag, count }) }))}
        />
      )}
    </FilterBar>
  );
}
