// What a schedule would do if it fired now: what stands in the way, each stage's data, steps and time, and its next times.
"use client";
import { CircleCheck, OctagonX, TriangleAlert } from "lucide-react";
import { useFormatter, useLocale, useTranslations } from "next-intl";
import type { Sentence } from "../../../../server/domain/views/sentence.ts";
import type { Outputs } from "../../../_lib/trpc.ts";
import { span } from "../../_lib/format.ts";
import { useReason } from "../../_lib/use-reason.ts";

type DryRun = Outputs["schedule"]["dryRun"];

/** @param times whether the next times are shown as well */
export function DryRunPlan({ plan, times }: { plan: DryRun; times: boolean }) {
  const t = useTranslations("schedule.dry");
  const locale = useLocale();
  const format = useFormatter();
  const { obstacles, warnings, stages, upcoming } = plan;
  const minutes = stages.reduce((sum, { plan }) => sum + (plan && plan.steps > 0 ? plan.minutes.value : 0), 0);
  return (
    <div className="space-y-4 text-sm">
      {obstacles.length > 0 ? (
        <Sentences title={t("wouldNot")} sentences={obstacles} icon={OctagonX} tone="text-danger" />
      ) : (
        <p className="flex gap-2">
          <CircleCheck aria-hidden className="mt-0.5 size-4 shrink-0 text-chosen" />
          {t("would")}
        </p>
      )}
      {warnings.length > 0 && (
        <Sentences title={t("warnings")} sentences={warnings} icon={TriangleAlert} tone="text-rejected" />
      )}
      <ol className="divide-y border-y">
        {stages.map((stage, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a stage is its place
          <li key={index} className="py-2">
            <Stage stage={stage} number={index + 1} />
          </li>
        ))}
      </ol>
      {stages.length > 1 && minutes > 0 && <p>{t("total", { span: span(minutes * 60, locale) })}</p>}
      {times && upcoming.length > 0 && (
        <div>
          <p className="text-quiet">{t("next")}</p>
          <ol className="mt-1 space-y-0.5 tabular-nums">
            {upcoming.map(({ at, quiet }) => (
              <li key={at.toISOString()}>
                {format.dateTime(at, { dateStyle: "medium", timeStyle: "short" })}
                {quiet && <span className="text-quiet"> · {t("quiet")}</span>}
              </li>
            ))}
          </ol>
        </div>
      )}
    </div>
  );
}

function Stage({ stage: { method, plan }, number }: { stage: DryRun["stages"][number]; number: number }) {
  const t = useTranslations("schedule.dry");
  const names = useTranslations("training.method");
  const locale = useLocale();
  return (
    <>
      <p className="font-medium">{t("stage", { number, method: names(method) })}</p>
      <p className="text-quiet tabular-nums">
        {/* Without anything to train on there is no time to tell. */}
        {plan && plan.steps > 0
          ? [
              t("data", { train: plan.train, heldOut: plan.heldOut }),
              t("steps", { count: plan.steps }),
              t("about", { span: span(plan.minutes.value * 60, locale) }),
            ].join(" · ")
          : t("notPlanned")}
      </p>
    </>
  );
}

type SentencesProps = { title: string; sentences: readonly Sentence[]; icon: typeof OctagonX; tone: string };

function Sentences({ title, sentences, icon: Icon, tone }: SentencesProps) {
  const reason = useReason();
  return (
    <div>
      <p className="font-medium">{title}</p>
      <ul className="mt-1 space-y-1.5">
        {sentences.map((sentence) => (
          <li key={`${sentence.code} ${sentence.values.stage ?? ""}`} className="flex gap-2">
            <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${tone}`} />
            <span className="text-pretty">{reason(sentence)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
