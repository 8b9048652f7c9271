// The fields of a new run: the few that matter in sight, the others folded away; an empty one takes the default it shows.
"use client";
import { ChevronRight } from "lucide-react";
import { useTranslations } from "next-intl";
import { Field } from "../../../_components/ui/field.tsx";
import { Input } from "../../../_components/ui/input.tsx";
import type { Method } from "../../_lib/metrics.ts";
import { type FieldKey, type FormField, fieldsOf, type ParsedForm, settingText } from "../../_lib/run-form.ts";

type RunFieldsProps = {
  method: Method;
  typed: Partial<Record<FieldKey, string>>;
  faults: ParsedForm["faults"];
  /** As the dry run filled them in; undefined until it has answered. */
  defaults: Readonly<Record<string, unknown>> | undefined;
  onType: (key: FieldKey, text: string) => void;
  seed: { text: string; faulty: boolean; onType: (text: string) => void };
};

export function RunFields({ method, typed, faults, defaults, onType, seed }: RunFieldsProps) {
  const t = useTranslations("admin.newRun");
  const fields = fieldsOf(method);
  const advanced = fields.filter((field) => field.advanced);
  const control = (field: FormField) => {
    const fault = faults[field.key];
    const usual = settingText(defaults?.[field.key]);
    return (
      <Field
        key={field.key}
        label={t(`field.${field.key}`)}
        hint={t(`hint.${field.key}`)}
        error={fault && t(`fault.${fault}`, { min: field.min, max: field.max })}
      >
        <Input
          inputMode={field.whole ? "numeric" : "decimal"}
          autoComplete="off"
          value={typed[field.key] ?? ""}
          placeholder={typed[field.key] ? undefined : usual}
          onChange={(event) => onType(field.key, event.target.value)}
          className="tabular-nums"
        />
      </Field>
    );
  };
  const grid = "grid gap-x-6 gap-y-5 sm:grid-cols-2";
  return (
    <>
      <p className="mt-6 mb-4 text-quiet text-sm">{t("emptyMeansDefault")}</p>
      <div className={grid}>{fields.filter((field) => !field.advanced).map(control)}</div>
      <details
        className="group mt-6 border-t pt-4"
        open={advanced.some(({ key }) => faults[key]) || seed.faulty || undefined}
      >
        <summary className="flex w-fit cursor-pointer list-none items-center gap-1 rounded-md font-medium text-sm [&::-webkit-details-marker]:hidden">
          <ChevronRight aria-hidden className="size-4 text-quiet transition-transform group-open:rotate-90" />
          {t("advanced")}
        </summary>
        <div className={`${grid} mt-4`}>
          {advanced.map(control)}
          <Field label={t("field.seed")} hint={t("hint.seed")} error={seed.faulty ? t("fault.seed") : undefined}>
            <Input
              inputMode="numeric"
              autoComplete="off"
              value={seed.text}
              placeholder={t("seedDrawn")}
              onChange={(event) => seed.onType(event.target.value)}
              className="tabular-nums"
            />
          </Field>
        </div>
      </details>
    </>
  );
}
