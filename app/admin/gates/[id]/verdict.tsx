// The verdict as a memo: what was found in one sentence, why in two, and what can be done about it now.
"use client";
import { useFormatter, useTranslations } from "next-intl";
import type { GateReport } from "../../../../server/domain/views/gate.ts";
import { Notice } from "../../../_components/ui/notice.tsx";
import { useSentence } from "../../../_lib/sentence.ts";
import { GateProgress } from "../../_components/gate-progress.tsx";
import { shortHash } from "../../_lib/format.ts";
import { failedSuites, isMoving, type NextAct, undecidedSuites, weighing } from "../../_lib/gate-states.ts";
import { useParagraph } from "../../_lib/use-paragraph.ts";
import { Acts } from "./acts.tsx";

/** Reasons that stand in the paragraph; the others are in the list under it. */
const TOLD_AT_ONCE = 2;

export function Verdict({ gate, act }: { gate: GateReport; act: NextAct }) {
  const t = useTranslations("gate.report");
  return (
    <section aria-label={t("verdict")} className="rounded-lg border bg-surface p-4 sm:p-5">
      <VerdictText gate={gate} />
      {isMoving(gate.status) && (
        <div className="mt-4 max-w-3xl">
          <GateProgress gate={gate} />
        </div>
      )}
      <div className="mt-4 border-t pt-4 print:hidden">
        <p className="mb-3 max-w-3xl text-pretty text-sm">
          <NextText gate={gate} act={act} />
        </p>
        <Acts gate={gate} act={act} />
      </div>
    </section>
  );
}

/** What was found and why, without anything that can be pressed. */
export function VerdictText({ gate }: { gate: GateReport }) {
  const t = useTranslations("gate");
  const paragraph = useParagraph();
  const reasons = weighing(gate)
    .filter(({ reason }) => reason.length > 0)
    .map(({ suite, reason }) => t("report.why", { suite: t(`suite.${suite}`), reason: paragraph(reason) }));
  return (
    <>
      <p className="max-w-3xl text-pretty font-medium text-lg">
        <Headline gate={gate} />
      </p>
      {reasons.length > 0 && (
        <p className="mt-1.5 max-w-3xl text-pretty">{paragraph(reasons.slice(0, TOLD_AT_ONCE))}</p>
      )}
      {reasons.length > TOLD_AT_ONCE && (
        <ul className="mt-2 max-w-3xl list-disc space-y-0.5 pl-5 text-quiet text-sm">
          {reasons.slice(TOLD_AT_ONCE).map((reason) => (
            <li key={reason} className="text-pretty">
              {reason}
            </li>
          ))}
        </ul>
      )}
      {gate.status === "FAILED" && gate.error && (
        <Notice tone="danger" role="status" className="mt-3">
          <span lang="en" className="break-words">
            {gate.error}
          </span>
        </Notice>
      )}
    </>
  );
}

function Headline({ gate }: { gate: GateReport }) {
  const t = useTranslations("gate");
  const format = useFormatter();
  const names = (suites: ReturnType<typeof failedSuites>) => format.list(suites.map((suite) => t(`suite.${suite}`)));
  const hash = shortHash(gate.adapterSha256);
  const failed = failedSuites(gate.suites);
  const open = undecidedSuites(gate.suites);
  if (gate.status === "REFUSED" && failed.length > 0) return t("headline.REFUSED_BY", { hash, suites: names(failed) });
  if (gate.status === "UNDECIDED" && open.length > 0) return t("headline.UNDECIDED_BY", { hash, suites: names(open) });
  return t(`headline.${gate.status}`, { hash });
}

/** What to do now, in a sentence. */
export function NextText({ gate, act }: { gate: GateReport; act: NextAct }) {
  const t = useTranslations("gate.next");
  const sentence = useSentence();
  const tasteFirst = gate.obstacles.find(({ code }) => code === "TASTE_FIRST");
  if (act === "taste" && tasteFirst) return sentence(tasteFirst);
  return t(act, {
    missing: gate.approvalsNeeded - gate.approvals,
    number: gate.deployment?.number ?? 0,
  });
}
