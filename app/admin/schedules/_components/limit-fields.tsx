// Within which limits a schedule works: quiet hours, minutes per run and month, and who comes first.
"use client";
import { Plus, X } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { Button } from "../../../_components/ui/button.tsx";
import { Card } from "../../../_components/ui/card.tsx";
import { Field } from "../../../_components/ui/field.tsx";
import { IconButton } from "../../../_components/ui/icon-button.tsx";
import { Input } from "../../../_components/ui/input.tsx";
import { span } from "../../_lib/format.ts";
import { newKey } from "../_lib/schedule-form.ts";
import { Days } from "./choices.tsx";
import type { FormPart } from "./when-fields.tsx";

const OFFICE_HOURS = { from: "08:00", to: "18:00", days: [1, 2, 3, 4, 5] };

export function LimitFields({ draft, faults, set }: FormPart) {
  const t = useTranslations("schedule.form");
  const locale = useLocale();
  const number = (key: "runMinutes" | "monthMinutes" | "priority", hint: "emptyNoLimit" | "priorityHint") => (
    <Field
      label={t(key)}
      hint={key !== "priority" && Number(draft[key]) > 60 ? `= ${span(Number(draft[key]) * 60, locale)}` : t(hint)}
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
    set({ quiet: quiet.map((hours) => (hours.key === key ? { ...hours, ...part } : hours)) });
  return (
    <div className="mt-5 border-t pt-4">
      <h3 className="font-medium text-sm">{t("quiet")}</h3>
      <ul className="mt-3 space-y-4">
        {quiet.map((hours) => (
          <li key={hours.key} className="space-y-3">
            <div className="flex items-start gap-4">
              {(["from", "to"] as const).map((edge) => (
                <Field key={edge} label={t(edge === "from" ? "quietFrom" : "quietTo")}>
                  <Input
                    type="time"
                    value={hours[edge]}
                    onChange={(event) => change(hours.key, { [edge]: event.target.value })}
                    className="w-32 tabular-nums"
                  />
                </Field>
              ))}
              <IconButton
                label={t("removeQuiet")}
                className="mt-6"
                onClick={() => set({ quiet: quiet.filter(({ key }) => key !== hours.key) })}
              >
                <X />
              </IconButton>
            </div>
            <Days
              label={t("days")}
              value={hours.days}
              onChange={(days) => change(hours.key, { days })}
              note={hours.days.length === 0 ? t("everyDay") : undefined}
            />
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
