// The table of suites: what was measured, how it came out beside its threshold, and what that means in a sentence.
"use client";
import { useTranslations } from "next-intl";
import { type GateReport, SUITES, type Suite, type SuiteView } from "../../../../server/domain/views/gate.ts";
import { IntervalBar } from "../../../_components/charts/interval-bar.tsx";
import { Badge } from "../../../_components/ui/badge.tsx";
import { Card } from "../../../_components/ui/card.tsx";
import { Cell, HeaderCell, Table, TableBody, TableHead, TableRow } from "../../../_components/ui/table.tsx";
import { SuiteStatusBadge } from "../../_components/gate-status.tsx";
import { Help } from "../../_components/help.tsx";
import { isMoving } from "../../_lib/gate-states.ts";
import { useParagraph } from "../../_lib/use-paragraph.ts";
import { marksOf, scaleOf } from "../_lib/suite-scale.ts";
import { useFigure } from "../_lib/use-figure.ts";
import { SuiteFigures } from "./suite-figures.tsx";

const TONE = {
  PASSED: "accent",
  NOT_APPLICABLE: "accent",
  UNDECIDED: "rejected",
  FAILED: "danger",
  MISSING: "danger",
} as const satisfies Record<SuiteView["status"], string>;

/** While the gate is at work, suites that have not been measured stand in the table too, as what is still to come. */
export function Suites({ gate }: { gate: GateReport }) {
  const t = useTranslations("gate.report");
  const measured = new Map(gate.suites.map((suite) => [suite.suite, suite]));
  const shown = SUITES.filter((suite) => measured.has(suite) || isMoving(gate.status));
  if (shown.length === 0) return null;
  return (
    <Card title={t("suites")} description={t("suitesText", { level: Math.round((1 - gate.policy.alpha) * 1000) / 10 })}>
      <Table label={t("suites")}>
        <TableHead>
          <tr>
            <HeaderCell>{t("suite")}</HeaderCell>
            <HeaderCell numeric>{t("figure")}</HeaderCell>
            <HeaderCell className="max-md:hidden">
              <span className="sr-only">{t("bar")}</span>
            </HeaderCell>
            <HeaderCell>{t("verdict")}</HeaderCell>
          </tr>
        </TableHead>
        <TableBody>
          {shown.map((name) => {
            const suite = measured.get(name);
            return suite ? (
              <MeasuredRow key={name} suite={suite} />
            ) : (
              <ComingRow key={name} suite={name} now={gate.progress?.suite === name} />
            );
          })}
        </TableBody>
      </Table>
    </Card>
  );
}

function SuiteName({ suite }: { suite: Suite }) {
  const t = useTranslations("gate");
  return (
    <span className="flex items-center gap-1 font-medium">
      {t(`suite.${suite}`)}
      <Help about={t(`suite.${suite}`)}>{t(`suiteHelp.${suite}`)}</Help>
    </span>
  );
}

function MeasuredRow({ suite }: { suite: SuiteView }) {
  const paragraph = useParagraph();
  const { estimate, threshold } = useFigure();
  const { value, unit } = suite;
  const scale = scaleOf(suite);
  const bounds = threshold(suite);
  return (
    <TableRow className="align-top">
      <Cell className="min-w-52 align-top">
        <SuiteName suite={suite.suite} />
        {suite.reason.length > 0 && <p className="max-w-prose text-pretty text-quiet">{paragraph(suite.reason)}</p>}
        <SuiteFigures metrics={suite.metrics} seconds={suite.seconds} />
      </Cell>
      <Cell numeric className="align-top leading-6">
        {value ? (
          <span className="font-medium sm:whitespace-nowrap">{estimate(unit, value)}</span>
        ) : (
          <span className="text-quiet">–</span>
        )}
        {bounds && <span className="block text-quiet text-xs sm:whitespace-nowrap">{bounds}</span>}
      </Cell>
      <Cell className="w-56 min-w-44 pt-3 align-top max-md:hidden">
        {value && scale && <IntervalBar {...value} scale={scale} marks={marksOf(suite)} tone={TONE[suite.status]} />}
      </Cell>
      <Cell className="pt-2.5 align-top">
        <SuiteStatusBadge status={suite.status} />
      </Cell>
    </TableRow>
  );
}

function ComingRow({ suite, now }: { suite: Suite; now: boolean }) {
  const t = useTranslations("gate.report");
  return (
    <TableRow>
      <Cell>
        <SuiteName suite={suite} />
      </Cell>
      <Cell numeric className="text-quiet">
        –
      </Cell>
      <Cell className="max-md:hidden" />
      <Cell>
        <Badge tone={now ? "candidate" : "neutral"}>{t(now ? "measuring" : "toCome")}</Badge>
      </Cell>
    </TableRow>
  );
}
