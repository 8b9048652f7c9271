// What a schedule does: where it starts, its stages in a row that can be added to and moved, and what becomes of the result.
"use client";
import { ArrowDown, ArrowUp, ChevronRight, Plus, X } from "lucide-react";
import { useTranslations } from "next-intl";
import { METHODS } from "../../../../server/domain/run-config.ts";
import { Button } from "../../../_components/ui/button.tsx";
import { Card } from "../../../_components/ui/card.tsx";
import { Field } from "../../../_components/ui/field.tsx";
import { IconButton } from "../../../_components/ui/icon-button.tsx";
import { Select } from "../../../_components/ui/select.tsx";
import { useDatasetName } from "../../_components/dataset-name.ts";
import { shortHash } from "../../_lib/format.ts";
import { parseForm } from "../../_lib/run-form.ts";
import { feedbackKind, fittingDatasets } from "../../_lib/run-source.ts";
import { RunFields } from "../../runs/new/run-fields.tsx";
import type { RunOffer } from "../../runs/new/use-offer.ts";
import { moved, newStage, RECIPES, type ScheduleDraft, type StageDraft } from "../_lib/schedule-form.ts";

type PipelineFieldsProps = {
  draft: ScheduleDraft;
  faulty: ReadonlySet<number>;
  offer: RunOffer;
  set: (change: Partial<ScheduleDraft>) => void;
};

const MOST_STAGES = 6;
const PROMOTIONS = ["POLICY", "ASK", "CANARY"] as const;

export function PipelineFields({ draft, faulty, offer, set }: PipelineFieldsProps) {
  const t = useTranslations("schedule");
  const { stages } = draft;
  const change = (index: number, part: Partial<StageDraft>) =>
    set({ stages: stages.map((stage, i) => (i === index ? { ...stage, ...part } : stage)) });
  return (
    <Card title={t("form.pipelineTitle")} description={t("form.pipelineText")}>
      <fieldset className="mb-4 flex flex-wrap items-center gap-1.5">
        <legend className="sr-only">{t("form.recipes")}</legend>
        {(Object.keys(RECIPES) as (keyof typeof RECIPES)[]).map((key) => (
          <Button key={key} size="sm" onClick={() => set({ stages: RECIPES[key].map(newStage) })}>
            {t(`form.recipe.${key}`)}
          </Button>
        ))}
      </fieldset>
      <div className="mb-4 grid gap-x-6 gap-y-4 sm:grid-cols-2">
        <Field label={t("form.startFrom")}>
          <Select value={draft.start} onValueChange={(start) => set({ start })} options={useStarts(offer)} />
        </Field>
        <Field label={t("form.promotion")}>
          <Select
            value={draft.promotion}
            onValueChange={(promotion) => set({ promotion })}
            options={PROMOTIONS.map((value) => ({ value, label: t(`promotion.${value}`) }))}
          />
        </Field>
      </div>
      <ol className="space-y-3">
        {stages.map((stage, index) => (
          <li key={stage.key}>
            <StageFields
              {...{ stage, index, offer }}
              last={index === stages.length - 1}
              alone={stages.length === 1}
              faulty={faulty.has(stage.key)}
              onChange={(part) => change(index, part)}
              onMove={(by) => set({ stages: moved(stages, index, by) })}
              onRemove={() => set({ stages: stages.filter(({ key }) => key !== stage.key) })}
            />
          </li>
        ))}
      </ol>
      <Button
        size="sm"
        className="mt-3"
        disabled={stages.length >= MOST_STAGES}
        onClick={() => set({ stages: [...stages, newStage("DPO")] })}
      >
        <Plus aria-hidden />
        {t("form.addStage")}
      </Button>
    </Card>
  );
}

/** What is live when it fires, the bare base, or one adapter for good. */
function useStarts({ policies }: RunOffer) {
  const t = useTranslations("schedule.start");
  return [
    { value: "LIVE", label: t("LIVE") },
    { value: "BASE", label: t("BASE") },
    ...policies.map(({ id, sha256 }) => ({ value: id, label: t("OTHER", { hash: shortHash(sha256) }) })),
  ];
}

type StageFieldsProps = {
  stage: StageDraft;
  index: number;
  last: boolean;
  alone: boolean;
  faulty: boolean;
  offer: RunOffer;
  onChange: (part: Partial<StageDraft>) => void;
  onMove: (by: number) => void;
  onRemove: () => void;
};

function StageFields({ stage, index, last, alone, faulty, offer, onChange, onMove, onRemove }: StageFieldsProps) {
  const t = useTranslations("schedule.form");
  const method = useTranslations("training.method");
  const number = index + 1;
  return (
    <fieldset className="rounded-lg border p-3">
      <legend className="sr-only">{t("stageOf", { number })}</legend>
      <div className="flex items-center gap-2">
        <span
          aria-hidden
          className="flex size-6 shrink-0 items-center justify-center rounded-full bg-sunken font-medium text-xs tabular-nums"
        >
          {number}
        </span>
        <Select
          label={t("method")}
          value={stage.method}
          // Another method's settings and data would not fit.
          onValueChange={(next) => onChange({ ...newStage(next), key: stage.key })}
          options={METHODS.map((value) => ({ value, label: method(value) }))}
          className="max-w-56"
        />
        <div className="ml-auto flex">
          <IconButton label={t("moveUp", { number })} disabled={index === 0} onClick={() => onMove(-1)}>
            <ArrowUp />
          </IconButton>
          <IconButton label={t("moveDown", { number })} disabled={last} onClick={() => onMove(1)}>
            <ArrowDown />
          </IconButton>
          <IconButton label={t("remove", { number })} disabled={alone} onClick={onRemove}>
            <X />
          </IconButton>
        </div>
      </div>
      <details className="group mt-3" open={faulty || undefined}>
        <summary className="flex w-fit cursor-pointer list-none items-center gap-1 rounded-md text-quiet text-sm [&::-webkit-details-marker]:hidden">
          <ChevronRight aria-hidden className="size-4 transition-transform group-open:rotate-90" />
          {t("settings")}
        </summary>
        <div className="mt-4 space-y-5">
          <Sources {...{ stage, index, offer, onChange }} />
          <RunFields
            form={{
              method: stage.method,
              typed: stage.typed,
              parsed: parseForm(stage.method, stage.typed),
              set: ({ typed }) => typed && onChange({ typed }),
            }}
          />
        </div>
      </details>
      {faulty && <p className="mt-2 text-danger text-sm">{t("fault.stage")}</p>}
    </fieldset>
  );
}

function Sources({ stage, index, offer, onChange }: Pick<StageFieldsProps, "stage" | "index" | "offer" | "onChange">) {
  const t = useTranslations("schedule");
  const nameOf = useDatasetName();
  const starts = useStarts(offer);
  const usual = stage.method === "REWARD" ? "AUTO_REWARD" : index === 0 ? "AUTO_FIRST" : "AUTO";
  const rewards = offer.rewardModels.map(({ id, sha256 }) => ({
    value: id,
    label: t("start.OTHER", { hash: shortHash(sha256) }),
  }));
  const datasets = fittingDatasets(stage.method, offer.data).map((dataset) => ({
    value: dataset.id,
    label: nameOf(dataset),
  }));
  const judged = feedbackKind(stage.method) ? [{ value: "FEEDBACK", label: t("form.feedback") }] : [];
  return (
    <div className="grid gap-x-6 gap-y-4 sm:grid-cols-2">
      <Field label={t("form.from")}>
        <Select
          value={stage.from}
          onValueChange={(from) => onChange({ from })}
          options={[{ value: "AUTO", label: t(`start.${usual}`) }, ...(stage.method === "REWARD" ? rewards : starts)]}
        />
      </Field>
      <Field label={t("form.data")}>
        <Select value={stage.data} onValueChange={(data) => onChange({ data })} options={[...judged, ...datasets]} />
      </Field>
    </div>
  );
}
