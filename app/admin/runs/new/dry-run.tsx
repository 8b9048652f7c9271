// The dry run: what would be used and what not, what to know before starting, steps, minutes, memory, and the same by command line.
"use client";
import { Check, Info, OctagonX } from "lucide-react";
import { useFormatter, useLocale, useTranslations } from "next-intl";
import type { TrainingMethod } from "../../../../server/domain/run-config.ts";
import { Button } from "../../../_components/ui/button.tsx";
import { Card } from "../../../_components/ui/card.tsx";
import { CopyButton } from "../../../_components/ui/copy-button.tsx";
import { ErrorState } from "../../../_components/ui/error-state.tsx";
import { SkeletonText } from "../../../_components/ui/skeleton.tsx";
import { cn } from "../../../_lib/cn.ts";
import type { Outputs } from "../../../_lib/trpc.ts";
import { Facts } from "../../_components/facts.tsx";
import { LeftOut } from "../../_components/left-out.tsx";
import { bytes, span } from "../../_lib/format.ts";
import { SplitBar } from "./split-bar.tsx";
import type { Preview } from "./use-preview.ts";

type RunPreview = Outputs["run"]["preview"];
type Advice = RunPreview["advice"][number];

type DryRunProps = {
  preview: Preview;
  /** False while a file is still to be uploaded. */
  planned: boolean;
  onMethod: (method: TrainingMethod) => void;
};

export function DryRun({ preview, planned, onMethod }: DryRunProps) {
  const t = useTranslations("training.dryRun");
  return (
    <Card title={t("title")} description={t("text")}>
      <div aria-live="polite" aria-busy={planned && preview.isFetching}>
        {!planned ? (
          <p className="text-quiet text-sm">{t("chooseFirst")}</p>
        ) : preview.error ? (
          <ErrorState error={preview.error} onRetry={() => void preview.refetch()} className="py-4" />
        ) : preview.data ? (
          <PlanFacts plan={preview.data} onMethod={onMethod} />
        ) : (
          <SkeletonText lines={5} />
        )}
      </div>
    </Card>
  );
}

function PlanFacts({ plan, onMethod }: { plan: RunPreview; onMethod: (method: TrainingMethod) => void }) {
  const t = useTranslations("training.dryRun");
  const format = useFormatter();
  const locale = useLocale();
  return (
    <div className="space-y-4">
      <AdviceList advice={plan.advice} onMethod={onMethod} />
      <Facts
        facts={[
          {
            name: t("used"),
            value: (
              <>
                {t("usable", { usable: plan.usable, found: plan.found })}
                <Quiet>{t("split", { train: plan.train, heldOut: plan.heldOut })}</Quiet>
              </>
            ),
          },
          ...(plan.balance ? [{ name: t("balance"), value: <Balance {...plan.balance} /> }] : []),
          ...(plan.leftOut.length > 0 ? [{ name: t("leftOut"), value: <LeftOut reasons={plan.leftOut} /> }] : []),
          { name: t("steps"), value: format.number(plan.steps) },
          {
            name: t("time"),
            value: (
              <>
                {t("about", { span: span(plan.minutes.value * 60, locale) })}
                <Quiet>{t(plan.minutes.from === "RUNS" ? "fromRuns" : "fromEstimate")}</Quiet>
              </>
            ),
          },
          {
            name: t("memory"),
            value:
              plan.memoryBytes === null ? (
                <span className="text-quiet">{t("memoryUnknown")}</span>
              ) : (
                t("about", { span: bytes(plan.memoryBytes, locale) })
              ),
          },
        ]}
      />
      <div>
        <div className="flex items-center justify-between">
          <p className="font-medium text-sm">{t("byHand")}</p>
          <CopyButton text={plan.command} label={t("copyCommand")} size="sm" />
        </div>
        <pre className="whitespace-pre-wrap break-words rounded-lg bg-sunken p-3 font-mono text-xs leading-5">
          {plan.command}
        </pre>
      </div>
    </div>
  );
}

const Quiet = ({ children }: { children: string }) => (
  <span className="block text-pretty text-quiet text-xs">{children}</span>
);

function Balance({ liked, disliked }: { liked: number; disliked: number }) {
  const t = useTranslations("training.dryRun");
  return (
    <SplitBar
      left={liked}
      right={disliked}
      leftLabel={t("liked", { count: liked })}
      rightLabel={t("disliked", { count: disliked })}
    />
  );
}

const ICONS = { stop: OctagonX, hint: Info, good: Check } as const;
const TONES = { stop: "text-danger", hint: "text-rejected", good: "text-chosen" } as const;

function AdviceList({ advice, onMethod }: { advice: readonly Advice[]; onMethod: (method: TrainingMethod) => void }) {
  const t = useTranslations("training");
  const locale = useLocale();
  return (
    <ul className="space-y-2.5 text-sm">
      {advice.map(({ key, level, numbers }) => {
        const Icon = ICONS[level];
        const { neededBytes = 0, machineBytes = 0 } = numbers;
        return (
          <li key={key} className="flex gap-2">
            <Icon aria-hidden className={cn("mt-0.5 size-4 shrink-0", TONES[level])} />
            <div className="min-w-0 space-y-1.5">
              <p className="text-pretty">
                {/* Which numbers a sentence has is the server's word (ADVICE_KEYS); sizes are written out here. */}
                {t(`advice.${key}`, {
                  ...(numbers as Record<AdviceNumber, number>),
                  needed: bytes(neededBytes, locale),
                  machine: bytes(machineBytes, locale),
                })}
              </p>
              {(key === "PREFER_KTO" || key === "PREFER_DPO") && (
                <Button size="sm" onClick={() => onMethod(key === "PREFER_KTO" ? "KTO" : "DPO")}>
                  {t(`adviceAct.${key}`)}
                </Button>
              )}
            </div>
          </li>
        );
      })}
    </ul>
  );
}

type AdviceNumber = "train" | "wanted" | "pairs" | "thumbs" | "liked" | "disliked" | "without";
