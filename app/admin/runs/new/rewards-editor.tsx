// The rewards of a run: registered checks, the reward model and the judge, added and removed, each with its fields and weight.
"use client";
import { Plus, Trash2 } from "lucide-react";
import { useTranslations } from "next-intl";
import { REWARD_KINDS } from "../../../../server/domain/run-config.ts";
import { Button } from "../../../_components/ui/button.tsx";
import { Field } from "../../../_components/ui/field.tsx";
import { IconButton } from "../../../_components/ui/icon-button.tsx";
import { Input } from "../../../_components/ui/input.tsx";
import { Select } from "../../../_components/ui/select.tsx";
import { Textarea } from "../../../_components/ui/textarea.tsx";
import { useSettingText } from "../../_components/setting-text.ts";
import type { RewardedMethod } from "../../_lib/methods.ts";
import {
  newReward,
  nextKind,
  type ParsedRewards,
  REWARD_FIELDS,
  REWARD_LANGUAGES,
  type RewardDraft,
  type RewardFault,
  type RewardField,
  type RewardKind,
} from "../../_lib/reward-form.ts";
import type { RunForm } from "./use-run-form.ts";

export function RewardsEditor({ form, method }: { form: RunForm; method: RewardedMethod }) {
  const t = useTranslations("training.reward");
  const drafts = form.rewards[method];
  const set = (next: RewardDraft[]) => form.set({ rewards: { ...form.rewards, [method]: next } });
  const add = () => set([...drafts, newReward(nextKind(drafts), Math.max(-1, ...drafts.map(({ id }) => id)) + 1)]);
  return (
    <div className="space-y-3">
      <p className="text-quiet text-sm">{t("help")}</p>
      <ul className="space-y-3">
        {drafts.map((draft) => (
          <li key={draft.id} className="rounded-lg border p-3">
            <RewardRow
              draft={draft}
              faults={form.rewardsParsed.faults[draft.id] ?? {}}
              onChange={(next) => set(drafts.map((one) => (one.id === draft.id ? next : one)))}
              onRemove={() => set(drafts.filter(({ id }) => id !== draft.id))}
            />
          </li>
        ))}
      </ul>
      {drafts.length === 0 && (
        <p role="status" className="text-danger text-sm">
          {t("fault.none")}
        </p>
      )}
      <Button size="sm" onClick={add}>
        <Plus aria-hidden />
        {t("add")}
      </Button>
    </div>
  );
}

type RewardRowProps = {
  draft: RewardDraft;
  faults: ParsedRewards["faults"][number];
  onChange: (draft: RewardDraft) => void;
  onRemove: () => void;
};

function RewardRow({ draft, faults, onChange, onRemove }: RewardRowProps) {
  const t = useTranslations("training.reward");
  const faultText = useFaultText();
  const { id, kind, weight, fields } = draft;
  return (
    <div className="space-y-3">
      <div className="grid grid-cols-[minmax(0,1fr)_5rem_auto] items-start gap-3">
        <Field label={t("title")} hint={t(`text.${kind}`)} error={faults.kind && faultText(faults.kind)}>
          <Select<RewardKind>
            value={kind}
            onValueChange={(next) => onChange({ ...newReward(next, id), weight })}
            options={REWARD_KINDS.map((value) => ({ value, label: t(`kind.${value}`) }))}
          />
        </Field>
        <Field label={t("weight")} error={faults.weight && faultText(faults.weight)}>
          <Input
            inputMode="decimal"
            autoComplete="off"
            value={weight}
            placeholder="1"
            onChange={(event) => onChange({ ...draft, weight: event.target.value })}
            className="tabular-nums"
          />
        </Field>
        <IconButton label={t("remove", { name: t(`kind.${kind}`) })} className="mt-6.5" onClick={onRemove}>
          <Trash2 />
        </IconButton>
      </div>
      {REWARD_FIELDS[kind].length > 0 && (
        <div className="grid gap-x-6 gap-y-4 sm:grid-cols-2">
          {REWARD_FIELDS[kind].map((field) => {
            const fault = faults[field.key];
            return (
              <RewardInput
                key={field.key}
                field={field}
                value={fields[field.key] ?? ""}
                error={fault && faultText(fault)}
                onType={(text) => onChange({ ...draft, fields: { ...fields, [field.key]: text } })}
              />
            );
          })}
        </div>
      )}
    </div>
  );
}

type RewardInputProps = {
  field: RewardField;
  value: string;
  error: string | undefined;
  onType: (text: string) => void;
};

function RewardInput({ field: { key, kind }, value, error, onType }: RewardInputProps) {
  const t = useTranslations("training.reward");
  const control =
    kind === "language" ? (
      <Select
        value={value}
        onValueChange={onType}
        options={REWARD_LANGUAGES.map((language) => ({
          value: language as string,
          label: t(`languageName.${language}`),
        }))}
      />
    ) : kind === "json" || key === "question" ? (
      <Textarea
        value={value}
        spellCheck={kind !== "json"}
        onChange={(event) => onType(event.target.value)}
        className={kind === "json" ? "font-mono text-sm" : undefined}
      />
    ) : (
      <Input
        inputMode={kind === "number" ? "decimal" : undefined}
        autoComplete="off"
        spellCheck={false}
        value={value}
        onChange={(event) => onType(event.target.value)}
        className={kind === "number" ? "tabular-nums" : "font-mono text-sm"}
      />
    );
  return (
    <Field label={t(`field.${key}`)} hint={t(`hint.${key}`)} error={error}>
      {control}
    </Field>
  );
}

function useFaultText(): (fault: RewardFault) => string {
  const t = useTranslations("training.reward");
  const words = useSettingText();
  return (fault) => ("own" in fault ? t(`fault.${fault.own}`) : words.fault(fault.shared));
}
