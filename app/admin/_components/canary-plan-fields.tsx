// The plan of a canary as fields: its stages with their shares and needs, and how sure a test has to be.
"use client";
import { Plus, Trash2 } from "lucide-react";
import { useTranslations } from "next-intl";
import { Button } from "../../_components/ui/button.tsx";
import { Field } from "../../_components/ui/field.tsx";
import { IconButton } from "../../_components/ui/icon-button.tsx";
import { Input } from "../../_components/ui/input.tsx";
import { Switch } from "../../_components/ui/switch.tsx";
import { addStage, type PlanFields, removeStage, type StageFields } from "../_lib/canary-plan.ts";

type CanaryPlanFieldsProps = { fields: PlanFields; onChange: (fields: PlanFields) => void; error?: string };

const MOST_STAGES = 10;

export function CanaryPlanFields({ fields, onChange, error }: CanaryPlanFieldsProps) {
  const t = useTranslations("traffic.deployments.start");
  const { stages } = fields;
  const setStage = (key: number, change: Partial<StageFields>) =>
    onChange({ ...fields, stages: stages.map((stage) => (stage.key === key ? { ...stage, ...change } : stage)) });
  return (
    <fieldset className="space-y-3">
      <legend className="font-medium text-sm">{t("plan")}</legend>
      <p className="text-quiet text-sm">{t("planText")}</p>
      <div className="grid grid-cols-[minmax(0,1fr)_minmax(0,1fr)_minmax(0,1fr)_2rem] gap-x-2 gap-y-1.5 text-sm">
        <span className="text-quiet text-xs">{t("stageShare")}</span>
        <span className="text-quiet text-xs">{t("stageReplies")}</span>
        <span className="text-quiet text-xs">{t("stageMinutes")}</span>
        <span />
        {stages.map((stage, i) => {
          const last = i === stages.length - 1;
          const name = t("stage", { number: i + 1 });
          const field = (key: "share" | "replies" | "minutes", label: string) => (
            <Input
              inputMode="decimal"
              className="h-8 text-right text-sm tabular-nums"
              aria-label={`${name}: ${label}`}
              value={stage[key]}
              disabled={last}
              onChange={(event) => setStage(stage.key, { [key]: event.target.value })}
            />
          );
          return (
            <div key={stage.key} className="col-span-4 grid grid-cols-subgrid items-center">
              {field("share", t("stageShare"))}
              {field("replies", t("stageReplies"))}
              {field("minutes", t("stageMinutes"))}
              {!last && stages.length > 1 && (
                <IconButton
                  label={t("removeStage", { number: i + 1 })}
                  onClick={() => onChange(removeStage(fields, stage.key))}
                >
                  <Trash2 />
                </IconButton>
              )}
            </div>
          );
        })}
      </div>
      {stages.length < MOST_STAGES && (
        <Button size="sm" variant="ghost" onClick={() => onChange(addStage(fields))}>
          <Plus aria-hidden />
          {t("addStage")}
        </Button>
      )}
      {error && (
        <p role="alert" className="text-danger text-sm">
          {error}
        </p>
      )}
      <details className="text-sm">
        <summary className="w-fit cursor-pointer rounded-sm text-quiet hover:text-ink">{t("limits")}</summary>
        <div className="mt-3 space-y-3">
          <Field label={t("alpha")} hint={t("alphaHint")}>
            <Input
              inputMode="decimal"
              value={fields.alpha}
              onChange={(event) => onChange({ ...fields, alpha: event.target.value })}
            />
          </Field>
          <Field label={t("leastErrors")}>
            <Input
              inputMode="numeric"
              value={fields.leastErrors}
              onChange={(event) => onChange({ ...fields, leastErrors: event.target.value })}
            />
          </Field>
          <p className="flex items-center gap-2 text-sm">
            <Switch
              checked={fields.earlyPromotion}
              onCheckedChange={(earlyPromotion) => onChange({ ...fields, earlyPromotion })}
              label={t("early")}
            />
            {t("early")}
          </p>
        </div>
      </details>
    </fieldset>
  );
}
