// The dry run: pairs that would be used and why others would not, steps, predicted minutes, and the same by command line.
"use client";
import Link from "next/link";
import { useFormatter, useLocale, useTranslations } from "next-intl";
import { Card } from "../../../_components/ui/card.tsx";
import { CopyButton } from "../../../_components/ui/copy-button.tsx";
import { ErrorState } from "../../../_components/ui/error-state.tsx";
import { Notice } from "../../../_components/ui/notice.tsx";
import { SkeletonText } from "../../../_components/ui/skeleton.tsx";
import type { Outputs } from "../../../_lib/trpc.ts";
import { Facts } from "../../_components/facts.tsx";
import { span } from "../../_lib/format.ts";
import type { Method } from "../../_lib/metrics.ts";
import { PAIRS_FOR_A_RUN } from "../../_lib/next-step.ts";
import type { Preview } from "./use-preview.ts";

export function DryRun({ preview, method }: { preview: Preview; method: Method }) {
  const t = useTranslations("admin.newRun");
  return (
    <Card title={t("dryRun")} description={t("dryRunText")}>
      <div aria-live="polite" aria-busy={preview.isFetching}>
        {preview.error ? (
          <ErrorState error={preview.error} onRetry={() => void preview.refetch()} />
        ) : preview.data ? (
          <Plan plan={preview.data} method={method} />
        ) : (
          <SkeletonText lines={5} />
        )}
      </div>
    </Card>
  );
}

function Plan({ plan, method }: { plan: Outputs["run"]["preview"]; method: Method }) {
  const t = useTranslations("admin.newRun");
  const format = useFormatter();
  const locale = useLocale();
  if (plan.usable === 0) {
    return (
      <Notice tone="warning">
        {t.rich("noPairs", {
          chat: (text) => (
            <Link href="/chat" className="underline underline-offset-2">
              {text}
            </Link>
          ),
        })}
      </Notice>
    );
  }
  return (
    <div className="space-y-4">
      <Facts
        facts={[
          {
            name: t("pairsUsed"),
            value: (
              <>
                {t("ofPairs", { usable: plan.usable, all: plan.pairs })}
                <span className="block text-quiet text-xs">
                  {t("split", { train: plan.train, heldOut: plan.heldOut })}
                </span>
              </>
            ),
          },
          ...(plan.leftOut.length > 0 ? [{ name: t("leftOut"), value: <LeftOut reasons={plan.leftOut} /> }] : []),
          { name: t("steps"), value: format.number(plan.steps) },
          {
            name: t("time"),
            value:
              plan.minutes === null ? (
                <span className="text-quiet">{t("timeUnknown")}</span>
              ) : (
                t("about", { span: span(plan.minutes * 60, locale) })
              ),
          },
        ]}
      />
      {plan.usable < PAIRS_FOR_A_RUN && (
        <Notice>{t("fewPairs", { usable: plan.usable, wanted: PAIRS_FOR_A_RUN })}</Notice>
      )}
      {method === "SFT" && <p className="text-quiet text-sm">{t("sftUses")}</p>}
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

export function LeftOut({ reasons }: { reasons: Outputs["run"]["preview"]["leftOut"] }) {
  const t = useTranslations("admin.leftOut");
  return (
    <ul className="space-y-0.5">
      {reasons.map(({ reason, count }) => (
        <li key={reason}>{t(reason, { count })}</li>
      ))}
    </ul>
  );
}
