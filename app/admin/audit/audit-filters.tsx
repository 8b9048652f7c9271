// What narrows the audit trail: an area, whose deeds, and the one thing that they were done to.
"use client";
import { X } from "lucide-react";
import { useTranslations } from "next-intl";
import { type AuditFilter, auditAreas } from "../../../server/domain/views/audit.ts";
import { Button } from "../../_components/ui/button.tsx";
import { Facet, FilterBar } from "../_components/filter-bar.tsx";

/** Names of what is filtered by, as the rows that are shown say them. */
export type FilterNames = { actor: string | null; subject: string | null };

type AuditFiltersProps = { filter: AuditFilter; names: FilterNames; onChange: (filter: AuditFilter) => void };

export function AuditFilters({ filter, names, onChange }: AuditFiltersProps) {
  const t = useTranslations("admin");
  return (
    <FilterBar
      label={t("audit.filter")}
      active={Object.values(filter).some((value) => value !== undefined)}
      onReset={() => onChange({})}
    >
      <Facet
        label={t("audit.area")}
        value={filter.area}
        onChange={(area) => onChange({ ...filter, area })}
        options={auditAreas.map((value) => ({ value, label: t(`nav.${value}`) }))}
      />
      {filter.actorId && (
        <Chosen
          label={t("audit.who")}
          name={names.actor ?? filter.actorId}
          onRemove={() => onChange({ ...filter, actorId: undefined })}
        />
      )}
      {filter.subject && (
        <Chosen
          label={t("audit.subject")}
          name={names.subject ?? filter.subject}
          onRemove={() => onChange({ ...filter, subject: undefined })}
        />
      )}
    </FilterBar>
  );
}

function Chosen({ label, name, onRemove }: { label: string; name: string; onRemove: () => void }) {
  const t = useTranslations("admin.audit");
  return (
    <div className="min-w-0 max-w-full">
      <p className="mb-1 text-quiet text-xs">{label}</p>
      <Button onClick={onRemove} aria-label={t("remove", { name })} className="max-w-full">
        <span className="truncate">{name}</span>
        <X aria-hidden />
      </Button>
    </div>
  );
}
