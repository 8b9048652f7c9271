// Filters of the pairs: words, source, state, rater, adapter, days.
"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type Dispatch, type SetStateAction, useId, useState } from "react";
import type { PairFilter } from "../../../server/domain/views.ts";
import { Input } from "../../_components/ui/input.tsx";
import { useTRPC } from "../../_lib/trpc.ts";
import { Facet, FilterBar, SearchBox } from "../_components/filter-bar.tsx";
import { shortHash } from "../_lib/format.ts";

const SOURCES = ["FEEDBACK", "CHOICE", "EDIT", "RANKING"] as const;
const STATES = ["ACTIVE", "QUARANTINED", "RETRACTED"] as const;
/** A list of more people than this is no list any more. */
const MOST_PEOPLE = 200;

type PairFiltersProps = { filter: PairFilter; onChange: Dispatch<SetStateAction<PairFilter>> };

export function PairFilters({ filter, onChange }: PairFiltersProps) {
  const t = useTranslations("data");
  const words = useTranslations("admin.pairs");
  const trpc = useTRPC();
  const people = useQuery(trpc.people.list.queryOptions());
  const adapters = useQuery(trpc.adapter.list.queryOptions());
  const set = (change: PairFilter) => onChange((before) => ({ ...before, ...change }));
  // Kept the same from render to render, since the box acts whenever it changes.
  const [searched] = useState(() => (search: string) => set({ search: search.trim() || undefined }));
  const raters = (people.data ?? []).filter(
    ({ id, feedback, role }, i) => id === filter.raterId || ((feedback > 0 || role !== "USER") && i < MOST_PEOPLE),
  );
  const spoke = (adapters.data ?? []).filter(({ kind }) => kind === "POLICY");
  return (
    <FilterBar
      label={t("pair.filter")}
      active={Object.values(filter).some((value) => value !== undefined)}
      onReset={() => onChange({})}
    >
      <SearchBox label={t("list.search")} value={filter.search ?? ""} onChange={searched} />
      <Facet
        label={t("dataset.source")}
        value={filter.source}
        onChange={(source) => set({ source })}
        options={SOURCES.map((source) => ({ value: source, label: words(`source.${source}`) }))}
      />
      <Facet
        label={t("pair.state")}
        value={filter.status}
        onChange={(status) => set({ status })}
        options={STATES.map((status) => ({ value: status, label: words(`status.${status}`) }))}
      />
      {raters.length > 0 && (
        <Facet
          label={t("pair.rater")}
          value={filter.raterId}
          onChange={(raterId) => set({ raterId })}
          options={raters.map(({ id, name, email }) => ({ value: id, label: name || email }))}
        />
      )}
      {spoke.length > 0 && (
        <Facet
          label={t("pair.adapter")}
          value={filter.adapterSha256}
          onChange={(adapterSha256) => set({ adapterSha256 })}
          options={spoke.map(({ sha256 }) => ({ value: sha256, label: shortHash(sha256) }))}
        />
      )}
      <Day label={t("pair.from")} value={filter.from} onChange={(from) => set({ from })} />
      <Day
        label={t("pair.to")}
        value={filter.to && new Date(filter.to.getTime() - DAY_MS + 1)}
        // The last day counts to its end.
        onChange={(to) => set({ to: to && new Date(to.getTime() + DAY_MS - 1) })}
      />
    </FilterBar>
  );
}

const DAY_MS = 24 * 3600 * 1000;

type DayProps = { label: string; value: Date | undefined; onChange: (day: Date | undefined) => void };

/** A calendar day of the viewer's; a Date at its beginning. */
function Day({ label, value, onChange }: DayProps) {
  const id = useId();
  const text = value
    ? [value.getFullYear(), value.getMonth() + 1, value.getDate()].map((n) => String(n).padStart(2, "0")).join("-")
    : "";
  return (
    <div className="min-w-36">
      <label htmlFor={id} className="mb-1 block text-quiet text-xs">
        {label}
      </label>
      <Input
        id={id}
        type="date"
        value={text}
        className="text-sm"
        onChange={(event) => {
          const day = new Date(`${event.target.value}T00:00:00`);
          onChange(Number.isNaN(day.getTime()) ? undefined : day);
        }}
      />
    </div>
  );
}
