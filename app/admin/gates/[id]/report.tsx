// The report of one gate, as a memo: the verdict and why, the table of suites, the pairs that tell most, who decided what.
"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import type { GateReport } from "../../../../server/domain/views/gate.ts";
import { Skeleton } from "../../../_components/ui/skeleton.tsx";
import { useTRPC } from "../../../_lib/trpc.ts";
import { useViewer } from "../../../_lib/viewer.ts";
import { GateStatusBadge } from "../../_components/gate-status.tsx";
import { PageHeader } from "../../_components/page-header.tsx";
import { QueryView } from "../../_components/query-view.tsx";
import { shortHash } from "../../_lib/format.ts";
import { GATE_REFRESH_MS, isMoving, nextAct } from "../../_lib/gate-states.ts";
import { Decisions } from "./decisions.tsx";
import { Particulars } from "./particulars.tsx";
import { Suites } from "./suites.tsx";
import { TellingPairs } from "./telling-pairs.tsx";
import { Verdict } from "./verdict.tsx";

export function Report({ id }: { id: string }) {
  const t = useTranslations("gate");
  const trpc = useTRPC();
  const query = useQuery(
    trpc.gate.get.queryOptions(
      { id },
      {
        refetchInterval: ({ state }) =>
          state.data && isMoving(state.data.status) ? GATE_REFRESH_MS.moving : GATE_REFRESH_MS.still,
      },
    ),
  );
  return (
    <QueryView query={query} skeleton={<ReportSkeleton />}>
      {(gate) => (
        <>
          <PageHeader
            back={{ href: "/admin/gates", label: t("all") }}
            title={
              <>
                {t("of", { hash: shortHash(gate.adapterSha256) })}
                <GateStatusBadge status={gate.status} stale={gate.stale} />
              </>
            }
            description={t(gate.liveAdapterSha256 ? "against" : "againstBase", {
              live: shortHash(gate.liveAdapterSha256 ?? ""),
            })}
          />
          <ReportBody gate={gate} />
        </>
      )}
    </QueryView>
  );
}

function ReportBody({ gate }: { gate: GateReport }) {
  const act = nextAct(gate, useViewer()?.id ?? null);
  return (
    <div className="space-y-4">
      <Verdict gate={gate} act={act} />
      <Suites gate={gate} />
      <TellingPairs gate={gate} act={act} />
      <div className="grid items-start gap-4 lg:grid-cols-2">
        {!isMoving(gate.status) && <Decisions gate={gate} />}
        <Particulars gate={gate} />
      </div>
    </div>
  );
}

function ReportSkeleton() {
  return (
    <div className="space-y-4">
      <Skeleton className="h-8 w-56" />
      <Skeleton className="h-40 w-full" />
      <Skeleton className="h-96 w-full" />
    </div>
  );
}
