// Filters of a list in one row: choices with what each would leave, and a search that waits until one stops typing.
"use client";
import { useTranslations } from "next-intl";
import { type ReactNode, useEffect, useId, useState } from "react";
import { Button } from "../../_components/ui/button.tsx";
import { Input } from "../../_components/ui/input.tsx";
import { Select } from "../../_components/ui/select.tsx";
import { useDebounced } from "../../_lib/use-debounced.ts";

type FilterBarProps = { label: string; active: boolean; onReset: () => void; children: ReactNode };

export function FilterBar({ label, active, onReset, children }: FilterBarProps) {
  const t = useTranslations("data.list");
  return (
    <search aria-label={label} className="mb-4 flex flex-wrap items-end gap-3 print:hidden">
      {children}
      {active && (
        <Button variant="ghost" onClick={onReset}>
          {t("reset")}
        </Button>
      )}
    </search>
  );
}

const ANY = "any";

type FacetProps<T extends string> = {
  label: string;
  value: T | undefined;
  options: readonly { value: T; label: string }[];
  onChange: (value: T | undefined) => void;
};

export function Facet<T extends string>({ label, value, options, onChange }: FacetProps<T>) {
  const t = useTranslations("data.list");
  const id = useId();
  return (
    <div className="min-w-36 max-sm:flex-1">
      <label htmlFor={id} className="mb-1 block text-quiet text-xs">
        {label}
      </label>
      <Select
        id={id}
        value={value ?? ANY}
        onValueChange={(next) => onChange(next === ANY ? undefined : (next as T))}
        options={[{ value: ANY as T | typeof ANY, label: t("any") }, ...options]}
        className="text-sm"
      />
    </div>
  );
}

const STILL_MS = 350;

type SearchBoxProps = { label: string; value: string; onChange: (value: string) => void };

export function SearchBox({ label, value, onChange }: SearchBoxProps) {
  const id = useId();
  const [typed, setTyped] = useState(value);
  const settled = useDebounced(typed, STILL_MS);
  useEffect(() => onChange(settled), [settled, onChange]);
  // Cleared from outside.
  useEffect(() => {
    if (value === "") setTyped("");
  }, [value]);
  return (
    <div className="min-w-48 flex-1">
      <label htmlFor={id} className="mb-1 block text-quiet text-xs">
        {label}
      </label>
      <Input
        id={id}
        type="search"
        value={typed}
        maxLength={200}
        autoComplete="off"
        onChange={(event) => setTyped(event.target.value)}
        className="text-sm"
      />
    </div>
  );
}
