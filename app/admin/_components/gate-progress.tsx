// How far a gate is: what it measures now, how much is done, and how long the rest may take.
"use client";
import { useFormatter, useLocale, useTranslations } from "next-intl";
import type { GateSummary } from "../../../server/domain/views/gate.ts";
import { Progress } from "../../_components/ui/progress.tsx";
import { span } from "../_lib/format.ts";

type GateProgressProps = { gate: Pick<GateSummary, "status" | "progress"> };

export function GateProgress({ gate: { status, progress } }: GateProgressProps) {
  const t = useTranslations("gate");
  const format = useFormatter();
  const locale = useLocale();
  const left = progress?.secondsLeft == null ? null : span(progress.secondsLeft, locale);
  const waiting = status === "QUEUED";
  return (
    <div>
      <Progress label={t("progress.label")} value={waiting ? 0 : (progress?.done ?? null)} max={1} />
      <p className="mt-1.5 flex flex-wrap justify-between gap-x-4 text-quiet text-sm tabular-nums">
        <span>
          {waiting
            ? t("progress.queued")
            : progress?.suite
              ? t("progress.suite", { suite: t(`suite.${progress.suite}`) })
              : t("progress.starting")}
        </span>
        <span>
          {!waiting && progress && format.number(progress.done, { style: "percent", maximumFractionDigits: 0 })}
          {left && (waiting ? t("progress.takes", { span: left }) : ` · ${t("progress.left", { span: left })}`)}
        </span>
      </p>
    </div>
  );
}
