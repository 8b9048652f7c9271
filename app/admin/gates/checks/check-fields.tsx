// What a reply must be like to pass: the kind of rule, and what that rule needs.
"use client";
import { useTranslations } from "next-intl";
import { Field } from "../../../_components/ui/field.tsx";
import { Input } from "../../../_components/ui/input.tsx";
import { Select } from "../../../_components/ui/select.tsx";
import { Textarea } from "../../../_components/ui/textarea.tsx";
import { CHECK_TYPES, type CheckDraft, type CheckFault, LONGEST_PHRASE, MOST_PHRASES } from "../_lib/check-form.ts";

type CheckFieldsProps = { draft: CheckDraft; fault: CheckFault | null; onChange: (draft: CheckDraft) => void };

export function CheckFields({ draft, fault, onChange }: CheckFieldsProps) {
  const t = useTranslations("gate.checks");
  return (
    <>
      <Field label={t("type")} hint={t(`typeHint.${draft.type}`)}>
        <Select
          value={draft.type}
          onValueChange={(type) => onChange({ ...draft, type })}
          options={CHECK_TYPES.map((value) => ({ value, label: t(`typeName.${value}`) }))}
        />
      </Field>
      {draft.type === "NUMBER" ? (
        <div className="grid grid-cols-2 gap-4">
          <Field label={t("number")} error={fault === "notANumber" ? t("fault.notANumber") : undefined}>
            <Input
              inputMode="decimal"
              autoComplete="off"
              value={draft.number}
              onChange={(event) => onChange({ ...draft, number: event.target.value })}
            />
          </Field>
          <Field label={t("tolerance")} hint={t("toleranceHint")}>
            <Input
              inputMode="decimal"
              autoComplete="off"
              value={draft.tolerance}
              onChange={(event) => onChange({ ...draft, tolerance: event.target.value })}
            />
          </Field>
        </div>
      ) : draft.type === "PATTERN" ? (
        <Field
          label={t("pattern")}
          hint={t("patternHint")}
          error={fault === "noPattern" ? t("fault.noPattern") : undefined}
        >
          <Input
            autoComplete="off"
            spellCheck={false}
            maxLength={LONGEST_PHRASE}
            className="font-mono text-sm"
            value={draft.pattern}
            onChange={(event) => onChange({ ...draft, pattern: event.target.value })}
          />
        </Field>
      ) : (
        <Field
          label={t("phrases")}
          hint={t(draft.type === "REFUSES" ? "refusalHint" : "phrasesHint", { most: MOST_PHRASES })}
          error={fault === "noPhrase" ? t("fault.noPhrase") : undefined}
        >
          <Textarea
            value={draft.phrases}
            className="min-h-16"
            onChange={(event) => onChange({ ...draft, phrases: event.target.value })}
          />
        </Field>
      )}
    </>
  );
}
