// What keeps watch over an arm without a canary: beside what it is compared, and the strongest evidence so far that it is worse.
"use client";
import { useTranslations } from "next-intl";
import { shortNumber } from "../../_components/charts/axis.ts";
import { strength } from "../_lib/evidence.ts";
import type { ArmData } from "./use-traffic.ts";

export function ArmWatch({ arm: { isDefault, watch } }: { arm: Pick<ArmData, "isDefault" | "watch"> }) {
  const t = useTranslations("traffic.deployments");
  if (!watch) return null;
  const control = `r${watch.controlNumber}`;
  // Nothing had been said of the release before it: then there was nothing to hold its own beside.
  if (watch.endedAt && watch.tests.every(({ observations }) => observations.arm === 0)) return null;
  if (watch.endedAt) return <p className="w-full text-quiet text-xs">{t("watchHeld", { control })}</p>;
  const worst = watch.tests.reduce((worst, test) => (test.evidenceWorse > worst.evidenceWorse ? test : worst));
  const { metric, evidenceWorse, bar } = worst;
  const worse = Math.round(evidenceWorse * 10) / 10;
  const said = t(`strength.${strength(evidenceWorse, bar)}`);
  return (
    <p className="w-full text-quiet text-xs">
      {t(isDefault ? "watchedRelease" : "watchedArm", { control })} {worse > 1 ? said : t("alone", { worse: said })}
      {worse > 1 && ` · ${t(`test.${metric}`)} · ${t("eValue", { worse: shortNumber(worse), bar: shortNumber(bar) })}`}
    </p>
  );
}
