// A group of settings that are numbers, each with an explanation, checked before anything is sent.
"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Field } from "../../_components/ui/field.tsx";
import { Input } from "../../_components/ui/input.tsx";
import { isFault, type NumberFault, type NumberField, readNumber, written } from "../_lib/number-settings.ts";
import { SettingsCard } from "./settings-card.tsx";

type NumbersFormProps<Key extends string> = {
  id: string;
  title: string;
  text: string;
  fields: readonly NumberField<Key>[];
  /** Values now in force. */
  values: Readonly<Record<Key, number>>;
  label: (key: Key) => string;
  hint: (key: Key) => string;
  busy: boolean;
  /** Only what differs. */
  onSave: (change: Partial<Record<Key, number>>) => void;
};

export function NumbersForm<Key extends string>(props: NumbersFormProps<Key>) {
  const { fields, values, label, hint } = props;
  const t = useTranslations("data.settings");
  const [typed, setTyped] = useState<Partial<Record<Key, string>>>({});
  const read = fields.map((field) => {
    const text = typed[field.key];
    return { field, value: text === undefined ? values[field.key] : readNumber(field, text) };
  });
  const changed = read.filter(({ field, value }) => value !== values[field.key]);
  const faulty = changed.some(({ value }) => isFault(value));
  const save = () => {
    if (faulty) return;
    props.onSave(
      Object.fromEntries(changed.map(({ field, value }) => [field.key, value])) as Partial<Record<Key, number>>,
    );
    setTyped({});
  };
  const fault = (wrong: NumberFault) =>
    wrong.kind === "outside" ? t("fault.outside", { least: wrong.least, most: wrong.most }) : t(`fault.${wrong.kind}`);
  return (
    <SettingsCard
      id={props.id}
      title={props.title}
      text={props.text}
      dirty={changed.length > 0}
      busy={props.busy}
      onSave={save}
      onReset={() => setTyped({})}
    >
      <div className="grid grid-cols-1 gap-x-6 gap-y-4 sm:grid-cols-2">
        {read.map(({ field, value }) => (
          <Field
            key={field.key}
            label={field.kind === "share" ? t("inPercent", { name: label(field.key) }) : label(field.key)}
            hint={hint(field.key)}
            error={isFault(value) ? fault(value) : undefined}
          >
            <Input
              inputMode="decimal"
              autoComplete="off"
              value={typed[field.key] ?? written(field, values[field.key])}
              onChange={(event) => setTyped({ ...typed, [field.key]: event.target.value })}
              className="tabular-nums"
            />
          </Field>
        ))}
      </div>
    </SettingsCard>
  );
}
