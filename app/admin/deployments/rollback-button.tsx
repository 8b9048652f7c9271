// "Roll back to r6 · 3f9a2c": one click, with the target's name on it.
"use client";
import { Undo2 } from "lucide-react";
import { useTranslations } from "next-intl";
import { Button } from "../../_components/ui/button.tsx";
import { releaseName } from "../_lib/format.ts";
import type { Traffic, TrafficActs } from "./use-traffic.ts";

export function RollbackButton({ traffic, acts }: { traffic: Traffic; acts: TrafficActs }) {
  const t = useTranslations("traffic.deployments");
  const base = useTranslations("admin.common")("baseModel");
  const { rollback } = traffic;
  const live = traffic.arms.find((arm) => arm.isDefault);
  if (!rollback || !live) return null;
  const name = rollback.adapterSha256 ? releaseName(rollback) : `${releaseName(rollback)} · ${base}`;
  return (
    <Button busy={acts.rollingBack} onClick={() => acts.goBack(live)}>
      <Undo2 aria-hidden />
      {t("rollBackTo", { release: name })}
    </Button>
  );
}
