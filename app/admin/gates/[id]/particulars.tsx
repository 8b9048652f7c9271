// What the verdict rests on besides the figures: which weights were compared, when, and under which policy.
"use client";
import Link from "next/link";
import { useFormatter, useLocale, useTranslations } from "next-intl";
import type { GateReport } from "../../../../server/domain/views/gate.ts";
import { Card } from "../../../_components/ui/card.tsx";
import { Facts } from "../../_components/facts.tsx";
import { Hash } from "../../_components/hash.tsx";
import { span } from "../../_lib/format.ts";
import { GROUPS } from "../_lib/policy-fields.ts";
import { usePolicyText } from "../_lib/use-policy-text.ts";

export function Particulars({ gate }: { gate: GateReport }) {
  const t = useTranslations("gate.report");
  const common = useTranslations("admin.common");
  const format = useFormatter();
  const locale = useLocale();
  const { startedAt, finishedAt } = gate;
  const measured = format.dateTime(finishedAt ?? gate.createdAt, { dateStyle: "medium", timeStyle: "short" });
  const took = startedAt && finishedAt ? span((finishedAt.getTime() - startedAt.getTime()) / 1000, locale) : null;
  return (
    <Card title={t("particulars")}>
      <Facts
        facts={[
          {
            name: t("candidate"),
            value: (
              <Link href={`/admin/adapters/${gate.adapterId}`}>
                <Hash sha256={gate.adapterSha256} />
              </Link>
            ),
          },
          {
            name: t("liveThen"),
            value: gate.liveAdapterSha256 ? <Hash sha256={gate.liveAdapterSha256} /> : common("baseModel"),
          },
          ...(gate.runId
            ? [
                {
                  name: t("run"),
                  value: (
                    <Link href={`/admin/runs/${gate.runId}`} className="underline underline-offset-2">
                      {t("seeRun")}
                    </Link>
                  ),
                },
              ]
            : []),
          {
            name: finishedAt ? t("measuredAt") : t("askedFor"),
            value: took ? t("atIn", { at: measured, span: took }) : measured,
          },
        ]}
      />
      <details className="mt-3 border-t pt-3 text-sm">
        <summary className="w-fit cursor-pointer rounded-sm text-quiet hover:text-ink">{t("policyThen")}</summary>
        <PolicyThen gate={gate} />
      </details>
    </Card>
  );
}

/** The policy as it was when the gate was opened, which may have been changed since. */
function PolicyThen({ gate: { policy } }: { gate: GateReport }) {
  const { label, inWords } = usePolicyText();
  return (
    <div className="mt-2 space-y-3">
      {GROUPS.map(({ group, fields }) => (
        <Facts key={group} facts={fields.map((field) => ({ name: label(field.key), value: inWords(field, policy) }))} />
      ))}
    </div>
  );
}
