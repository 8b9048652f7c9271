// What a run starts from, which part of the model changes, and which reward model scores its replies.
"use client";
import { useFormatter, useTranslations } from "next-intl";
import { METHOD_TRAITS, type Tuning } from "../../../../server/domain/run-config.ts";
import { Field } from "../../../_components/ui/field.tsx";
import { Select } from "../../../_components/ui/select.tsx";
import { shortHash } from "../../_lib/format.ts";
import type { AdapterChoice } from "./use-offer.ts";
import { asksRewardModel, type RunForm } from "./use-run-form.ts";

type ShapeChoiceProps = { form: RunForm; policies: readonly AdapterChoice[]; rewardModels: readonly AdapterChoice[] };

export function ShapeChoice({ form, policies, rewardModels }: ShapeChoiceProps) {
  const t = useTranslations("training");
  const format = useFormatter();
  const { method, usedTuning } = form;
  const tunings: readonly Tuning[] = METHOD_TRAITS[method].tunings;
  const percent = (share: number) => format.number(share, { style: "percent", maximumFractionDigits: 0 });
  const date = (made: Date) => format.dateTime(made, { dateStyle: "medium" });
  // A reward model goes on from a reward model: the others have no score to go on from.
  const starts = method === "REWARD" ? rewardModels : policies;
  const note = method === "REWARD" ? t("tuning.rewardText") : t(`tuning.text.${usedTuning}`);
  return (
    <div className="grid gap-x-6 gap-y-5 sm:grid-cols-2">
      <Field label={t("start.label")} hint={t("start.hint")}>
        <Select
          value={form.fromAdapterId ?? "base"}
          onValueChange={(id) => form.set({ fromAdapterId: id === "base" ? null : id })}
          options={[
            { value: "base", label: t("start.base") },
            ...starts.map(({ id, sha256, createdAt }) => ({
              value: id,
              label: t("start.adapter", { hash: shortHash(sha256), date: date(createdAt) }),
            })),
          ]}
        />
      </Field>
      <Field label={t("tuning.label")} hint={tunings.length === 1 ? t("tuning.only") : note}>
        <Select
          value={usedTuning}
          disabled={tunings.length === 1}
          onValueChange={(tuning) => form.set({ tuning })}
          options={tunings.map((value) => ({ value, label: t(`tuning.name.${value}`) }))}
        />
      </Field>
      {asksRewardModel(form) && rewardModels.length > 0 && (
        <Field label={t("start.rewardModel")} hint={t("start.rewardModelHint")}>
          <Select
            value={form.rewardAdapterId ?? rewardModels[0]?.id ?? ""}
            onValueChange={(rewardAdapterId) => form.set({ rewardAdapterId })}
            options={rewardModels.map(({ id, sha256, createdAt, reward }) => ({
              value: id,
              label: [
                shortHash(sha256),
                ...(reward ? [t("start.rewardModelRight", { share: percent(reward.accuracy) })] : []),
                date(createdAt),
              ].join(" · "),
            }))}
          />
        </Field>
      )}
    </div>
  );
}
