// What each metric says about the canary: evidence that it is worse to the left, better to the right, on a logarithmic scale with its bar, and in words.
"use client";
import { useFormatter, useTranslations } from "next-intl";
import { shortNumber } from "../../_components/charts/axis.ts";
import { Help } from "../_components/help.tsx";
import { BAR_REACH, decades, reach, strength } from "../_lib/evidence.ts";
import type { CanaryData } from "./canary-card.tsx";

type Test = CanaryData["tests"][number];

export function Evidence({ tests, earlyPromotion }: { tests: readonly Test[]; earlyPromotion: boolean }) {
  const t = useTranslations("traffic.deployments");
  return (
    <section aria-label={t("evidence")}>
      <h3 className="flex items-center gap-1 font-medium text-sm">
        {t("evidence")}
        <Help about={t("evidence")}>{t("evidenceText")}</Help>
      </h3>
      {tests.length === 0 ? (
        <p className="text-quiet text-sm">{t("evidenceNone")}</p>
      ) : (
        <ul className="divide-y">
          {tests.map((test) => (
            <li
              key={test.metric}
              className="grid items-center gap-x-5 gap-y-1 py-2.5 text-sm md:grid-cols-[11rem_minmax(10rem,1fr)_minmax(0,19rem)]"
            >
              <span>
                <span className="font-medium">{t(`test.${test.metric}`)}</span>
                <Observed observations={test.observations} />
              </span>
              <EvidenceBar test={test} earlyPromotion={earlyPromotion} />
              <EvidenceWords test={test} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Observed({ observations: { arm, control } }: Pick<Test, "observations">) {
  const t = useTranslations("traffic.deployments");
  const format = useFormatter();
  const words =
    arm + control === 0
      ? t("noObservation")
      : t("observed", { arm: format.number(arm), control: format.number(control) });
  return <span className="block text-faint text-xs tabular-nums">{words}</span>;
}

/** 1 in the middle; worse fills to the left, striped, and better to the right. The dashed line is the bar. */
function EvidenceBar({ test, earlyPromotion }: { test: Test; earlyPromotion: boolean }) {
  const t = useTranslations("traffic.deployments");
  const { evidenceWorse, evidenceBetter, bar } = test;
  const left = (share: number) => `${(50 - 50 * share).toFixed(2)}%`;
  const right = (share: number) => `${(50 + 50 * share).toFixed(2)}%`;
  const [worse, better] = [reach(evidenceWorse, bar), reach(evidenceBetter, bar)];
  return (
    <div className="[print-color-adjust:exact]">
      <svg aria-hidden="true" className="h-5 w-full">
        <defs>
          <pattern id="worse" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <rect width="5" height="5" className="fill-rejected-soft" />
            <rect width="2.5" height="5" className="fill-rejected" />
          </pattern>
        </defs>
        <line x1="0" x2="100%" y1="10" y2="10" className="stroke-line" />
        {decades(bar).map((power) => (
          <g key={power} className="stroke-line-strong">
            <line x1={left(reach(power, bar))} x2={left(reach(power, bar))} y1="6" y2="14" />
            <line x1={right(reach(power, bar))} x2={right(reach(power, bar))} y1="6" y2="14" />
          </g>
        ))}
        <rect x={left(worse)} y="5" width={`${(50 * worse).toFixed(2)}%`} height="10" fill="url(#worse)" />
        <rect x="50%" y="5" width={`${(50 * better).toFixed(2)}%`} height="10" className="fill-chosen" />
        <line x1="50%" x2="50%" y1="1" y2="19" className="stroke-quiet" />
        <line
          x1={left(BAR_REACH)}
          x2={left(BAR_REACH)}
          y1="0"
          y2="20"
          strokeWidth="1.5"
          strokeDasharray="3 2"
          className="stroke-danger"
        />
        {earlyPromotion && (
          <line
            x1={right(BAR_REACH)}
            x2={right(BAR_REACH)}
            y1="0"
            y2="20"
            strokeWidth="1.5"
            strokeDasharray="3 2"
            className="stroke-accent"
          />
        )}
      </svg>
      <div aria-hidden className="flex justify-between text-faint text-xs">
        <span>
          {t("worse")} · {t("bar", { bar: shortNumber(bar) })}
        </span>
        <span>{t("better")}</span>
      </div>
    </div>
  );
}

/** Small ones say nothing, so their digits would not either. */
const rounded = (evidence: number) => shortNumber(Math.round(evidence * 10) / 10);

function EvidenceWords({ test }: { test: Test }) {
  const t = useTranslations("traffic.deployments");
  const format = useFormatter();
  const { difference, evidenceWorse, evidenceBetter, bar } = test;
  const against = strength(evidenceWorse, bar);
  const speaksFor = strength(evidenceBetter, bar);
  const worse = t(`strength.${against}`);
  const points = (value: number) => format.number(value * 100, { maximumFractionDigits: 1, signDisplay: "exceptZero" });
  return (
    <span>
      {speaksFor === "none" || against === "over"
        ? t("alone", { worse })
        : t("both", { worse, better: t(`strengthBetter.${speaksFor === "over" ? "strong" : speaksFor}`) })}
      <span className="block text-faint text-xs tabular-nums">
        {difference &&
          `${t("points", { value: points(difference.value), low: points(difference.low), high: points(difference.high) })} · `}
        {t("eValue", { worse: rounded(evidenceWorse), bar: shortNumber(bar) })}
      </span>
    </span>
  );
}
