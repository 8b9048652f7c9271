// The settings of a new run: the few that matter in sight, the others folded away; an empty one takes the default it shows.
"use client";
import { ChevronRight } from "lucide-react";
import { useTranslations } from "next-intl";
import { type ReactNode, useMemo, useState } from "react";
import { Field } from "../../../_components/ui/field.tsx";
import { Input } from "../../../_components/ui/input.tsx";
import { Select } from "../../../_components/ui/select.tsx";
import { Textarea } from "../../../_components/ui/textarea.tsx";
import { useSettingText } from "../../_components/setting-text.ts";
import { type FormField, fieldsOf, settingText } from "../../_lib/run-form.ts";
import type { RunForm } from "./use-run-form.ts";

/** Stands for "the default" in a list, whose values may not be empty. */
const USUAL = "usual";

/** What the fields need of a form: that of a run, or of one stage of a schedule. */
export type SettingsForm = Pick<RunForm, "method" | "typed" | "parsed"> & {
  set: (change: { typed?: RunForm["typed"]; seed?: string }) => void;
  /** Left out where every run is to draw its own. */
  seed?: string;
  seedFaulty?: boolean;
};

type RunFieldsProps = {
  form: SettingsForm;
  /** As the dry run filled them in; undefined until it has answered. */
  defaults?: Readonly<Record<string, unknown>>;
};

export function RunFields({ form, defaults }: RunFieldsProps) {
  const t = useTranslations("training");
  const { first, more } = useMemo(() => fieldsOf(form.method), [form.method]);
  const control = (field: FormField) => (
    <SettingField key={field.key} field={field} form={form} settled={defaults?.[field.key]} />
  );
  const grid = "grid gap-x-6 gap-y-5 sm:grid-cols-2";
  return (
    <>
      <p className="mb-4 text-quiet text-sm">{t("emptyMeansDefault")}</p>
      <div className={grid}>{first.map(control)}</div>
      <Folded
        title={t("advanced")}
        forcedOpen={form.seedFaulty === true || more.some(({ key }) => form.parsed.faults[key])}
      >
        <div className={`${grid} mt-4`}>
          {more.map(control)}
          {form.seed !== undefined && (
            <Field label={t("field.seed")} hint={t("hint.seed")} error={form.seedFaulty ? t("fault.seed") : undefined}>
              <Input
                inputMode="numeric"
                autoComplete="off"
                value={form.seed}
                placeholder={t("seedDrawn")}
                onChange={(event) => form.set({ seed: event.target.value })}
                className="tabular-nums"
              />
            </Field>
          )}
        </div>
      </Folded>
    </>
  );
}

/** A faulty field inside must be seen, so a fault opens it and keeps it open. */
function Folded({ title, forcedOpen, children }: { title: string; forcedOpen: boolean; children: ReactNode }) {
  const [open, setOpen] = useState(false);
  return (
    <details
      className="group mt-6 border-t pt-4"
      open={open || forcedOpen}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary className="flex w-fit cursor-pointer list-none items-center gap-1 rounded-md font-medium text-sm [&::-webkit-details-marker]:hidden">
        <ChevronRight aria-hidden className="size-4 text-quiet transition-transform group-open:rotate-90" />
        {title}
      </summary>
      {children}
    </details>
  );
}

function SettingField({ field, form, settled }: { field: FormField; form: SettingsForm; settled: unknown }) {
  const words = useSettingText();
  const { key, kind } = field;
  const fault = form.parsed.faults[key];
  const typed = form.typed[key];
  const set = (value: string | readonly string[]) => form.set({ typed: { ...form.typed, [key]: value } });
  if (kind === "several") {
    return <SeveralField field={field} form={form} ticked={typeof typed === "object" ? typed : null} onTick={set} />;
  }
  const text = typeof typed === "string" ? typed : "";
  const frame = {
    label: words.label(key),
    hint: words.hint(form.method, key),
    error: fault && words.fault(fault),
  };
  if (kind === "choice" || kind === "switch") {
    return <ChoiceField frame={frame} field={field} value={text} onChoose={set} />;
  }
  const usual = settled ?? field.usual;
  const placeholder = text === "" && usual !== undefined ? settingText(usual) : undefined;
  const shared = { autoComplete: "off", value: text, placeholder };
  return (
    <Field {...frame}>
      {kind === "text" ? (
        <Textarea {...shared} onChange={(event) => set(event.target.value)} />
      ) : (
        <Input
          {...shared}
          inputMode={kind === "whole" ? "numeric" : "decimal"}
          onChange={(event) => set(event.target.value)}
          className="tabular-nums"
        />
      )}
    </Field>
  );
}

type ChoiceFieldProps = {
  frame: { label: string; hint?: string; error?: string };
  field: FormField;
  value: string;
  onChoose: (value: string) => void;
};

function ChoiceField({ frame, field: { key, choices, usual }, value, onChoose }: ChoiceFieldProps) {
  const t = useTranslations("training");
  const words = useSettingText();
  const option = (choice: string) => ({ value: choice, label: words.option(key, choice) });
  return (
    <Field {...frame}>
      <Select
        value={value || USUAL}
        onValueChange={(next) => onChoose(next === USUAL ? "" : next)}
        options={[
          { value: USUAL, label: t("usual", { value: words.option(key, String(usual)) }) },
          ...choices.filter((choice) => choice !== String(usual)).map(option),
        ]}
      />
    </Field>
  );
}

type SeveralFieldProps = {
  field: FormField;
  form: SettingsForm;
  ticked: readonly string[] | null;
  onTick: (ticked: readonly string[]) => void;
};

function SeveralField({ field: { key, choices, usual }, form, ticked, onTick }: SeveralFieldProps) {
  const words = useSettingText();
  const fault = form.parsed.faults[key];
  const on = ticked ?? (Array.isArray(usual) ? (usual as string[]) : choices);
  return (
    <fieldset className="min-w-0 sm:col-span-2">
      <legend className="font-medium text-sm">{words.label(key)}</legend>
      <div className="mt-1.5 flex flex-wrap gap-x-4 gap-y-1.5">
        {choices.map((choice) => (
          <label key={choice} className="flex min-h-6 cursor-pointer items-center gap-1.5">
            <input
              type="checkbox"
              checked={on.includes(choice)}
              onChange={() => onTick(choices.filter((one) => (one === choice) !== on.includes(one)))}
              className="size-4 accent-accent"
            />
            <code className="font-mono text-xs">{choice}</code>
          </label>
        ))}
      </div>
      <p className={`mt-1.5 text-sm ${fault ? "text-danger" : "text-quiet"}`}>
        {fault ? words.fault(fault) : words.hint(form.method, key)}
      </p>
    </fieldset>
  );
}
