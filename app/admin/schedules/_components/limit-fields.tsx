// Within which limits a schedule works: quiet hours, minutes per run and month, and who comes first.
"use client";
import { Plus, X } from "lucide-react";
import { useTranslations } from "next-intl";
import { Button } from "../../../_components/ui/button.tsx";
import { Card } from "../../../_components/ui/card.tsx";
import { Field } from "../../../_components/ui/field.tsx";
import { IconButton } from "../../../_components/ui/icon-button.tsx";
import { Input } from "../../../_components/ui/input.tsx";
import { newKey } from "../_lib/schedule-form.ts";
import { Days } from "./choices.tsx";
import type { FormPart } from "./when-fields.tsx";

const OFFICE_HOURS = { from: "08:00", to: "18:00", days: [1, 2, 3, 4, 5] };

export function LimitFields({ draft, faults, set }: FormPart) {
  const t = useTranslations("schedule.form");
  const number = (key: "runMinutes" | "monthMinutes" | "priority", hint: "emptyNoLimit" | "priorityHint") => (
    <Field
      label={t(key)}
      hint={t(hint)}
      error={faults.has(key) ? t(key === "priority" ? "fault.priority" : "fault.minutes") : undefined}
    >
      <Input
        inputMode="numeric"
        autoComplete="off"
        value={draft[key]}
        onChange={(event) => set({ [key]: event.target.value })}
        className="tabular-nums"
      />
    </Field>
  );
  return (
    <Card title={t("limitsTitle")} description={t("limitsText")}>
      <div className="grid gap-x-6 gap-y-4 sm:grid-cols-3">
        {number("runMinutes", "emptyNoLimit")}
        {number("monthMinutes", "emptyNoLimit")}
        {number("priority", "priorityHint")}
      </div>
      <Quiet draft={draft} faults={faults} set={set} />
    </Card>
  );
}

function Quiet({ draft: { quiet }, faults, set }: FormPart) {
  const t = useTranslations("schedule.form");
  const change = (key: number, part: Partial<(typeof quiet)[number]>) =>
    set({ quiet: quiet.map((span) => (span.key === key ? { ...span, ...part } : span)) });
  return (
    <div className="mt-5 border-t pt-4">
      <h3 className="font-medium text-sm">{t("quiet")}</h3>
      <ul className="mt-3 space-y-4">
        {quiet.map((span) => (
          <li key={span.key} className="flex flex-wrap items-start gap-x-4 gap-y-3">
            {(["from", "to"] as const).map((edge) => (
              <Field key={edge} label={t(edge === "from" ? "quietFrom" : "quietTo")}>
                <Input
                  type="time"
                  value={span[edge]}
                  onChange={(event) => change(span.key, { [edge]: event.target.value })}
                  className="w-32 tabular-nums"
                />
              </Field>
            ))}
            <Days
              label={t("days")}
              value={span.days}
              onChange={(days) => change(span.key, { days })}
              note={span.days.length === 0 ? t("everyDay") : undefined}
            />
            <IconButton
              label={t("removeQuiet")}
              className="mt-6"
              onClick={() => set({ quiet: quiet.filter(({ key }) => key !== span.key) })}
            >
              <X />
            </IconButton>
          </li>
        ))}
      </ul>
      {faults.has("quiet") && <p className="mt-2 text-danger text-sm">{t("fault.quiet")}</p>}
      <Button size="sm" className="mt-3" onClick={() => set({ quiet: [...quiet, { key: newKey(), ...OFFICE_HOURS }] })}>
        <Plus aria-hidden />
        {t("addQuiet")}
      </Button>
    </div>
  );
}
