// The list of runs: what they are, how far they are, who started them, what they made.
"use client";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Plus, Sparkles } from "lucide-react";
import Link from "next/link";
import { useFormatter, useLocale, useTranslations } from "next-intl";
import { Button } from "../../_components/ui/button.tsx";
import { EmptyState } from "../../_components/ui/empty-state.tsx";
import { Progress } from "../../_components/ui/progress.tsx";
import { RelativeTime } from "../../_components/ui/relative-time.tsx";
import { Cell, HeaderCell, Table, TableBody, TableHead, TableRow } from "../../_components/ui/table.tsx";
import { type Outputs, useTRPC } from "../../_lib/trpc.ts";
import { LoadMore } from "../_components/load-more.tsx";
import { PageHeader } from "../_components/page-header.tsx";
import { Person } from "../_components/person.tsx";
import { QueryView } from "../_components/query-view.tsx";
import { useRunName } from "../_components/run-name.ts";
import { RunStatusBadge } from "../_components/run-status.tsx";
import { span } from "../_lib/format.ts";
import { isOver } from "../_lib/run-states.ts";

export type RunRow = Outputs["run"]["list"]["items"][number];

/** How often the list asks again: often while something moves, seldom otherwise. */
const REFRESH_MS = { moving: 3_000, still: 30_000 };

export function Runs() {
  const t = useTranslations("admin");
  const trpc = useTRPC();
  const query = useInfiniteQuery(
    trpc.run.list.infiniteQueryOptions(
      {},
      {
        getNextPageParam: (page) => page.nextCursor,
        refetchInterval: ({ state }) => {
          const moving = state.data?.pages.some((page) => page.items.some((run) => !isOver(run.status)));
          return moving ? REFRESH_MS.moving : REFRESH_MS.still;
        },
      },
    ),
  );
  return (
    <>
      <PageHeader
        title={t("nav.runs")}
        description={t("runs.text")}
        actions={
          <Button asChild variant="primary">
            <Link href="/admin/runs/new">
              <Plus aria-hidden />
              {t("runs.new")}
            </Link>
          </Button>
        }
      />
      <QueryView query={query}>
        {({ pages }) => {
          const runs = pages.flatMap((page) => page.items);
          if (runs.length === 0)
            return <EmptyState icon={Sparkles} title={t("runs.empty")} description={t("runs.emptyText")} />;
          return (
            <>
              <RunTable runs={runs} />
              <LoadMore query={query} end={t("runs.end")} />
            </>
          );
        }}
      </QueryView>
    </>
  );
}

function RunTable({ runs }: { runs: readonly RunRow[] }) {
  const t = useTranslations("admin");
  const words = useTranslations("training");
  const runName = useRunName();
  return (
    <Table label={t("nav.runs")}>
      <TableHead>
        <tr>
          <HeaderCell>{t("runs.run")}</HeaderCell>
          <HeaderCell>{t("runs.state")}</HeaderCell>
          <HeaderCell>{t("runs.progress")}</HeaderCell>
          <HeaderCell numeric>{t("runs.examples")}</HeaderCell>
          <HeaderCell>{t("runs.startedBy")}</HeaderCell>
          <HeaderCell>{t("runs.adapter")}</HeaderCell>
        </tr>
      </TableHead>
      <TableBody>
        {runs.map((run) => (
          <TableRow key={run.id}>
            <Cell className="whitespace-nowrap">
              <Link href={`/admin/runs/${run.id}`} className="font-medium underline underline-offset-2">
                {runName(run)}
              </Link>
              <span className="block text-faint text-xs">
                <RelativeTime date={run.createdAt} />
              </span>
            </Cell>
            <Cell>
              <RunStatusBadge status={run.status} cancelling={run.cancelling} />
            </Cell>
            <Cell className="min-w-40">
              <RunProgress run={run} />
            </Cell>
            <Cell numeric className="whitespace-nowrap">
              {words(`count.${run.kind}`, { count: run.examples })}
            </Cell>
            <Cell className="whitespace-nowrap">
              <Person person={run.createdBy} />
            </Cell>
            <Cell>
              {run.adapterId ? (
                <Link href={`/admin/adapters/${run.adapterId}`} className="underline underline-offset-2">
                  {t("runs.seeAdapter")}
                </Link>
              ) : (
                <span className="text-quiet">–</span>
              )}
            </Cell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}

/** A bar with what is left while the run goes on; how long it took once it is over. */
function RunProgress({ run }: { run: RunRow }) {
  const t = useTranslations("admin.runs");
  const format = useFormatter();
  const locale = useLocale();
  if (run.status === "RUNNING" || run.status === "EVALUATING") {
    const share = run.totalSteps > 0 ? run.step / run.totalSteps : 0;
    return (
      <>
        <Progress label={t("progress")} value={run.step} max={run.totalSteps} />
        <span className="mt-1 block whitespace-nowrap text-faint text-xs tabular-nums">
          {format.number(share, { style: "percent", maximumFractionDigits: 0 })}
          {run.etaSeconds !== null && <> · {t("left", { span: span(run.etaSeconds, locale) })}</>}
        </span>
      </>
    );
  }
  if (run.status === "QUEUED") return <span className="text-quiet">{t("waiting")}</span>;
  const took =
    run.startedAt && run.finishedAt ? span((run.finishedAt.getTime() - run.startedAt.getTime()) / 1000, locale) : null;
  return (
    <span className="whitespace-nowrap text-quiet">
      {t("steps", { step: run.step, total: run.totalSteps })}
      {took && ` · ${took}`}
    </span>
  );
}
