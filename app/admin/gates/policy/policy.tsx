// The gate's policy: thresholds in groups that are saved together, who must approve, what happens to what passes, and how a canary grows.
"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useId } from "react";
import type { GatePolicy } from "../../../../server/domain/views/gate.ts";
import { Card } from "../../../_components/ui/card.tsx";
import { Select } from "../../../_components/ui/select.tsx";
import { Skeleton } from "../../../_components/ui/skeleton.tsx";
import { Switch } from "../../../_components/ui/switch.tsx";
import { useTRPC } from "../../../_lib/trpc.ts";
import { QueryView } from "../../_components/query-view.tsx";
import { NumbersForm } from "../../settings/numbers-form.tsx";
import { useSaveSettings } from "../../settings/use-save.ts";
import { GatesHeader } from "../_components/gates-header.tsx";
import { changedPolicy, flatPolicy, GROUPS } from "../_lib/policy-fields.ts";
import { usePolicyText } from "../_lib/use-policy-text.ts";
import { CanaryPlanForm } from "./canary-plan.tsx";

export function Policy() {
  const trpc = useTRPC();
  const query = useQuery(trpc.setting.get.queryOptions());
  return (
    <>
      <GatesHeader view="policy" />
      <QueryView query={query} skeleton={<Skeleton className="h-96 w-full" />}>
        {({ gatePolicy, canaryPlan }) => (
          <div className="space-y-4">
            <PolicyForms policy={gatePolicy} />
            <CanaryPlanForm plan={canaryPlan} />
          </div>
        )}
      </QueryView>
    </>
  );
}

function PolicyForms({ policy }: { policy: GatePolicy }) {
  const t = useTranslations("gate.policy");
  const { label, hint } = usePolicyText();
  const { save, isPending: busy } = useSaveSettings();
  const change = (gatePolicy: GatePolicy) => save({ gatePolicy });
  return (
    <>
      <p className="max-w-3xl text-pretty text-quiet text-sm">{t("text")}</p>
      {GROUPS.map(({ group, fields }) => (
        <NumbersForm
          key={group}
          id={group}
          title={t(`group.${group}`)}
          text={t(`groupText.${group}`)}
          fields={fields}
          values={flatPolicy(policy)}
          label={label}
          hint={hint}
          busy={busy}
          onSave={(changed) => change(changedPolicy(policy, changed))}
        />
      ))}
      <Card title={t("then")} description={t("thenText")}>
        <div className="divide-y">
          <Promotion policy={policy} busy={busy} onChange={change} />
          <Override policy={policy} busy={busy} onChange={change} />
        </div>
      </Card>
    </>
  );
}

type ChoiceProps = { policy: GatePolicy; busy: boolean; onChange: (policy: GatePolicy) => void };

function Promotion({ policy, busy, onChange }: ChoiceProps) {
  const t = useTranslations("gate.policy");
  const id = useId();
  return (
    <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-2 pb-4">
      <div className="min-w-0 max-w-xl">
        <label htmlFor={id} className="font-medium text-sm">
          {t("promotion")}
        </label>
        <p className="mt-0.5 text-pretty text-quiet text-sm">{t(`promotionText.${policy.promotion}`)}</p>
      </div>
      <Select
        id={id}
        value={policy.promotion}
        disabled={busy}
        onValueChange={(promotion) => onChange({ ...policy, promotion })}
        options={(["ASK", "CANARY"] as const).map((value) => ({ value, label: t(`promotionName.${value}`) }))}
        className="w-56 text-sm"
      />
    </div>
  );
}

function Override({ policy, busy, onChange }: ChoiceProps) {
  const t = useTranslations("gate.policy");
  const id = useId();
  return (
    <div className="flex items-start justify-between gap-6 pt-4">
      <div className="min-w-0 max-w-xl">
        <label htmlFor={id} className="font-medium text-sm">
          {t("override")}
        </label>
        <p className="mt-0.5 text-pretty text-quiet text-sm">{t(policy.override ? "overrideOn" : "overrideOff")}</p>
      </div>
      <Switch
        id={id}
        checked={policy.override}
        disabled={busy}
        onCheckedChange={(override) => onChange({ ...policy, override })}
      />
    </div>
  );
}
