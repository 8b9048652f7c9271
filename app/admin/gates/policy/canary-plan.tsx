// How a canary grows unless its starter says otherwise: kept here, since those that the policy begins have no starter.
"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import type { CanaryPlan } from "../../../../server/domain/views/deployment.ts";
import { CanaryPlanFields } from "../../_components/canary-plan-fields.tsx";
import { type PlanFields, planFields, planOf } from "../../_lib/canary-plan.ts";
import { SettingsCard } from "../../settings/settings-card.tsx";
import { useSaveSettings } from "../../settings/use-save.ts";

export function CanaryPlanForm({ plan }: { plan: CanaryPlan }) {
  const t = useTranslations("gate.policy");
  const start = useTranslations("traffic.deployments.start");
  const { save, isPending } = useSaveSettings();
  const [typed, setTyped] = useState<PlanFields | null>(null);
  const made = typed && planOf(typed);
  return (
    <SettingsCard
      id="canary"
      title={t("canary")}
      text={t("canaryText")}
      dirty={typed !== null}
      busy={isPending}
      onSave={() => {
        if (!made) return;
        save({ canaryPlan: made });
        setTyped(null);
      }}
      onReset={() => setTyped(null)}
    >
      <div className="max-w-xl">
        <CanaryPlanFields
          fields={typed ?? planFields(plan)}
          onChange={setTyped}
          error={typed && !made ? start("badPlan") : undefined}
        />
      </div>
    </SettingsCard>
  );
}
