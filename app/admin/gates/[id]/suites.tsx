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
            <HeaderCell numeric className="max-md:hidden">
              {t("figure")}
            </HeaderCell>
            <HeaderCell className="max-md:hidden">
              <span className="sr-only">{t("bar")}</span>
            </HeaderCell>
            <HeaderCell className="max-md:hidden">{t("verdict")}</HeaderCell>
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

/** On a phone everything stands in the first cell: name and verdict, the figure, the reason. */
function MeasuredRow({ suite }: { suite: SuiteView }) {
  const paragraph = useParagraph();
  const { estimate, threshold } = useFigure();
  const { value, unit } = suite;
  const scale = scaleOf(suite);
  const bounds = threshold(suite);
  return (
    <TableRow>
      <Cell className="align-top md:min-w-52">
        <span className="flex items-center justify-between gap-2">
          <SuiteName suite={suite.suite} />
          <span className="md:hidden">
            <SuiteStatusBadge status={suite.status} />
          </span>
        </span>
        {value && (
          <p className="tabular-nums md:hidden">
            <span className="font-medium">{estimate(unit, value)}</span>
            {bounds && <span className="text-quiet"> · {bounds}</span>}
          </p>
        )}
        {suite.reason.length > 0 && <p className="max-w-prose text-pretty text-quiet">{paragraph(suite.reason)}</p>}
        <SuiteFigures metrics={suite.metrics} seconds={suite.seconds} />
      </Cell>
      <Cell numeric className="whitespace-nowrap align-top leading-6 max-md:hidden">
        {value ? <span className="font-medium">{estimate(unit, value)}</span> : <span className="text-quiet">–</span>}
        {bounds && <span className="block text-quiet text-xs">{bounds}</span>}
      </Cell>
      <Cell className="w-56 min-w-44 pt-3 align-top max-md:hidden">
        {value && scale && <IntervalBar {...value} scale={scale} marks={marksOf(suite)} tone={TONE[suite.status]} />}
      </Cell>
      <Cell className="pt-2.5 align-top max-md:hidden">
        <SuiteStatusBadge status={suite.status} />
      </Cell>
    </TableRow>
  );
}

function ComingRow({ suite, now }: { suite: Suite; now: boolean }) {
  const t = useTranslations("gate.report");
  const badge = <Badge tone={now ? "candidate" : "neutral"}>{t(now ? "measuring" : "toCome")}</Badge>;
  return (
    <TableRow>
      <Cell>
        <span className="flex items-center justify-between gap-2">
          <SuiteName suite={suite} />
          <span className="md:hidden">{badge}</span>
        </span>
      </Cell>
      <Cell numeric className="text-quiet max-md:hidden">
        –
      </Cell>
      <Cell className="max-md:hidden" />
      <Cell className="max-md:hidden">{badge}</Cell>
    </TableRow>
  );
}
