// The page of one run, before, while and after it trains.
"use client";
import { useTranslations } from "next-intl";
import { Card } from "../../../_components/ui/card.tsx";
import { Notice } from "../../../_components/ui/notice.tsx";
import { Skeleton } from "../../../_components/ui/skeleton.tsx";
import { GateCard } from "../../_components/gate-card.tsx";
import { LineageFacts } from "../../_components/lineage-facts.tsx";
import { PageHeader } from "../../_components/page-header.tsx";
import { QueryView } from "../../_components/query-view.tsx";
import { useRunName } from "../../_components/run-name.ts";
import { RunStatusBadge } from "../../_components/run-status.tsx";
import { isOver } from "../../_lib/run-states.ts";
import { AtTheEnd } from "./at-the-end.tsx";
import { CancelButton } from "./cancel-button.tsx";
import { Charts } from "./charts.tsx";
import { Configuration } from "./configuration.tsx";
import { GatheredFigures } from "./gathered.tsx";
import { RunLog } from "./run-log.tsx";
import { RunOutcome } from "./run-outcome.tsx";
import { RunState } from "./run-state.tsx";
import { Samples } from "./samples.tsx";
import { useRun } from "./use-run.ts";

export function Run({ id }: { id: string }) {
  const t = useTranslations("admin");
  const words = useTranslations("training");
  const runName = useRunName();
  const { details, rows, arriving, broken } = useRun(id);
  return (
    <QueryView query={details} skeleton={<RunSkeleton />}>
      {(run) => (
        <>
          <PageHeader
            back={{ href: "/admin/runs", label: t("nav.runs") }}
            title={
              <>
                {runName(run)}
                <RunStatusBadge status={run.status} cancelling={run.cancelling} />
              </>
            }
            description={words(`when.${run.method}`)}
            actions={!isOver(run.status) && <CancelButton run={run} />}
          />
          <div className="space-y-4">
            <RunOutcome run={run} />
            {run.lineage.adapter?.servable && <GateCard adapterId={run.lineage.adapter.id} />}
            {broken && (
              <Notice role="status" tone="warning">
                {t("run.reconnecting")}
              </Notice>
            )}
            <Card aria-label={t("run.progressCard")}>
              <RunState run={run} />
            </Card>
            <GatheredFigures rows={rows} />
            <Charts run={run} rows={rows} arriving={arriving} />
            <Samples run={run} />
            {run.lineage.adapter && <AtTheEnd adapterId={run.lineage.adapter.id} />}
            <div className="grid items-start gap-4 lg:grid-cols-2">
              <Card title={t("run.configuration")} description={t("run.configurationText")}>
                <Configuration run={run} />
              </Card>
              <Card title={t("adapters.lineage")} description={t("run.lineageText")}>
                <LineageFacts run={run} of="run" />
              </Card>
            </div>
            <RunLog run={run} />
          </div>
        </>
      )}
    </QueryView>
  );
}

function RunSkeleton() {
  return (
    <div className="space-y-4">
      <Skeleton className="h-8 w-56" />
      <Skeleton className="h-28 w-full" />
      <div className="grid gap-4 sm:grid-cols-2">
        <Skeleton className="h-56" />
        <Skeleton className="h-56" />
      </div>
    </div>
  );
}
