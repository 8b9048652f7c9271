// How far raters agree: over all, between every two, and on which comparisons least.
"use client";
import { useQuery } from "@tanstack/react-query";
import { Scale } from "lucide-react";
import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { IntervalBar } from "../../_components/charts/interval-bar.tsx";
import { Card } from "../../_components/ui/card.tsx";
import { EmptyState } from "../../_components/ui/empty-state.tsx";
import { Cell, HeaderCell, Table, TableBody, TableHead, TableRow } from "../../_components/ui/table.tsx";
import { type Outputs, useTRPC } from "../../_lib/trpc.ts";
import { Help } from "../_components/help.tsx";
import { QueryView } from "../_components/query-view.tsx";
import { useFigures } from "./_components/use-figures.ts";
import { agreementVerdict, RELIABLE, TENTATIVE } from "./_lib/verdict.ts";
import { Between } from "./between.tsx";

type AgreementView = Outputs["trust"]["agreement"];

export function Agreement() {
  const t = useTranslations("annotation.agreement");
  const format = useFormatter();
  const trpc = useTRPC();
  const query = useQuery(trpc.trust.agreement.queryOptions());
  return (
    <QueryView query={query}>
      {(agreement) =>
        agreement.tasks === 0 ? (
          <EmptyState icon={Scale} title={t("none")} description={t("noneText")} />
        ) : (
          <div className="space-y-6">
            <p className="text-quiet">
              {t("over", { tasks: agreement.tasks, raters: agreement.raters })}{" "}
              {t("asOf", { at: format.dateTime(agreement.at, { dateStyle: "medium", timeStyle: "short" }) })}
            </p>
            <div className="grid gap-4 lg:grid-cols-2">
              <Coefficient name={t("alpha")} help={t("alphaHelp")} estimate={agreement.alpha} />
              <Coefficient name={t("kappa")} help={t("kappaHelp")} estimate={agreement.fleissKappa} />
            </div>
            {agreement.alpha && (
              <div>
                <p className="font-medium">{t(`alphaVerdict.${agreementVerdict(agreement.alpha)}`)}</p>
                <p className="mt-1 text-quiet text-sm">
                  {t("rule")} {t("interval")}
                </p>
              </div>
            )}
            {agreement.between.length > 0 && <Between between={agreement.between} />}
            {agreement.perTask.length > 0 && <PerTask tasks={agreement.perTask} />}
          </div>
        )
      }
    </QueryView>
  );
}

type CoefficientProps = { name: string; help: string; estimate: AgreementView["alpha"] };

function Coefficient({ name, help, estimate }: CoefficientProps) {
  const t = useTranslations("annotation.agreement");
  const { coefficient, within } = useFigures();
  return (
    <Card
      title={
        <span className="flex items-center gap-1">
          {name}
          <Help about={name}>{help}</Help>
        </span>
      }
    >
      {estimate ? (
        <>
          <p className="mb-3 tabular-nums">
            <span className="font-semibold text-2xl">{coefficient(estimate.value)}</span>{" "}
            <span className="text-quiet">{within(coefficient, estimate)}</span>
          </p>
          <IntervalBar {...estimate} scale={[-0.2, 1]} marks={[0, TENTATIVE, RELIABLE]} />
          <div aria-hidden className="relative mt-1 h-4 text-faint text-xs tabular-nums">
            {[0, TENTATIVE, RELIABLE].map((mark) => (
              <span key={mark} className="-translate-x-1/2 absolute" style={{ left: `${((mark + 0.2) / 1.2) * 100}%` }}>
                {mark}
              </span>
            ))}
            <span className="absolute right-0">1</span>
          </div>
        </>
      ) : (
        <p className="text-quiet text-sm">{t("unknown")}</p>
      )}
    </Card>
  );
}

function PerTask({ tasks }: { tasks: AgreementView["perTask"] }) {
  const t = useTranslations("annotation");
  const { percent } = useFigures();
  const rows = [...tasks].sort((a, b) => a.agreement - b.agreement);
  return (
    <div>
      <h2 className="font-semibold text-base">{t("agreement.perTask")}</h2>
      <p className="mt-1 mb-3 max-w-2xl text-quiet text-sm">{t("agreement.perTaskText")}</p>
      <Table label={t("agreement.perTask")}>
        <TableHead>
          <tr>
            <HeaderCell>{t("queue.prompt")}</HeaderCell>
            <HeaderCell numeric>{t("agreement.ratersOf")}</HeaderCell>
            <HeaderCell numeric>
              <span className="inline-flex items-center gap-1">
                {t("agreement.share")}
                <Help about={t("agreement.share")}>{t("agreement.shareHelp")}</Help>
              </span>
            </HeaderCell>
          </tr>
        </TableHead>
        <TableBody>
          {rows.map((task) => (
            <TableRow key={task.comparisonId}>
              <Cell className="min-w-48">
                <Link
                  href={`/admin/annotation/${task.comparisonId}`}
                  className="line-clamp-2 underline-offset-2 hover:underline"
                >
                  {task.prompt}
                </Link>
              </Cell>
              <Cell numeric>{task.raters}</Cell>
              <Cell numeric>{percent(task.agreement)}</Cell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
      <p className="mt-3 text-center text-faint text-xs">{t("agreement.allTasks")}</p>
    </div>
  );
}
