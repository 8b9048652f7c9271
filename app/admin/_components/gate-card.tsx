// The newest gate of an adapter in short: its state, its verdict or how far it is, and the way to its report.
"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "next-intl";
import type { GateSummary } from "../../../server/domain/views/gate.ts";
import { Button } from "../../_components/ui/button.tsx";
import { Card } from "../../_components/ui/card.tsx";
import { RelativeTime } from "../../_components/ui/relative-time.tsx";
import { Skeleton } from "../../_components/ui/skeleton.tsx";
import { useTRPC } from "../../_lib/trpc.ts";
import { GATE_REFRESH_MS, isMoving, pointers } from "../_lib/gate-states.ts";
import { useParagraph } from "../_lib/use-paragraph.ts";
import { GateProgress } from "./gate-progress.tsx";
import { GateStatusBadge } from "./gate-status.tsx";
import { MeasureButton } from "./measure-button.tsx";
import { QueryView } from "./query-view.tsx";

/** Reasons that are told here; the report has them all. */
const REASONS = 2;

export function GateCard({ adapterId }: { adapterId: string }) {
  const t = useTranslations("gate");
  const query = useNewestGate(adapterId);
  return (
    <QueryView query={query} skeleton={<Skeleton className="h-32 w-full" />}>
      {({ items: [newest] }) => (
        <Card
          title={
            <span className="flex flex-wrap items-center gap-2">
              {t("one")}
              {newest && <GateStatusBadge status={newest.status} stale={newest.stale} />}
            </span>
          }
          actions={
            newest ? (
              <Button asChild size="sm">
                <Link href={`/admin/gates/${newest.id}`}>{t("readReport")}</Link>
              </Button>
            ) : (
              <MeasureButton adapterId={adapterId} size="sm" />
            )
          }
        >
          {newest ? <Newest gate={newest} /> : <p className="text-quiet text-sm">{t("notMeasured")}</p>}
        </Card>
      )}
    </QueryView>
  );
}

/** All gates of an adapter, the newest first, asked for often while one is at work. */
function useNewestGate(adapterId: string) {
  const trpc = useTRPC();
  return useQuery(
    trpc.gate.list.queryOptions(
      { adapterId },
      {
        refetchInterval: ({ state }) => {
          const newest = state.data?.items[0];
          return newest && isMoving(newest.status) ? GATE_REFRESH_MS.moving : GATE_REFRESH_MS.still;
        },
      },
    ),
  );
}

function Newest({ gate }: { gate: GateSummary }) {
  const t = useTranslations("gate");
  const paragraph = useParagraph();
  if (isMoving(gate.status)) return <GateProgress gate={gate} />;
  const reasons = pointers(gate.verdict, REASONS);
  return (
    <div className="space-y-1 text-sm">
      <p className="text-pretty">
        {t(`short.${gate.status}`)} {gate.status !== "PASSED" && paragraph(reasons)}
      </p>
      <p className="text-quiet">
        {gate.stale && <>{t("staleText")} </>}
        {gate.finishedAt && <RelativeTime date={gate.finishedAt} />}
      </p>
    </div>
  );
}
