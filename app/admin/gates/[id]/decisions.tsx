// Who approved or refused the candidate, when, and why; and how the blind comparisons came out so far.
"use client";
import { Check, X } from "lucide-react";
import { useTranslations } from "next-intl";
import type { GateReport } from "../../../../server/domain/views/gate.ts";
import { Card } from "../../../_components/ui/card.tsx";
import { RelativeTime } from "../../../_components/ui/relative-time.tsx";
import { Person } from "../../_components/person.tsx";

export function Decisions({ gate }: { gate: GateReport }) {
  const t = useTranslations("gate.report");
  const { candidate, live, neither } = gate.tastes;
  const tasted = candidate + live + neither;
  return (
    <Card title={t("decisions")} description={t("decisionsText", { needed: gate.approvalsNeeded })}>
      {gate.decisions.length === 0 ? (
        <p className="text-quiet text-sm">{t("noDecision")}</p>
      ) : (
        <ul className="divide-y text-sm">
          {gate.decisions.map((decision) => {
            const Icon = decision.approved ? Check : X;
            return (
              <li
                key={`${decision.by?.id}${decision.at.getTime()}`}
                className="flex gap-2.5 py-2.5 first:pt-0 last:pb-0"
              >
                <Icon
                  aria-hidden
                  className={decision.approved ? "mt-0.5 size-4 text-chosen" : "mt-0.5 size-4 text-danger"}
                />
                <div className="min-w-0">
                  <p>
                    {t.rich(decision.approved ? "approvedBy" : "refusedBy", {
                      person: () => <Person person={decision.by} />,
                    })}{" "}
                    <RelativeTime date={decision.at} className="text-quiet" />
                  </p>
                  {decision.note && <p className="whitespace-pre-wrap break-words text-quiet">{decision.note}</p>}
                </div>
              </li>
            );
          })}
        </ul>
      )}
      {tasted > 0 && <p className="mt-3 border-t pt-3 text-sm">{t("tasted", { tasted, candidate, live, neither })}</p>}
    </Card>
  );
}
