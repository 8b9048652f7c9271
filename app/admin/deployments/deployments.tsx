// What people talk to: the bar of traffic, the canary that runs, how each arm does, the way back, and the history of releases.
"use client";
import { useQuery } from "@tanstack/react-query";
import { Rocket } from "lucide-react";
import { useTranslations } from "next-intl";
import { Card } from "../../_components/ui/card.tsx";
import { EmptyState } from "../../_components/ui/empty-state.tsx";
import { Skeleton } from "../../_components/ui/skeleton.tsx";
import { useTRPC } from "../../_lib/trpc.ts";
import { ActivateButton } from "../_components/activate-button.tsx";
import { PageHeader } from "../_components/page-header.tsx";
import { QueryView, SkeletonRows } from "../_components/query-view.tsx";
import { StartCanaryButton } from "../_components/start-canary-button.tsx";
import { ArmFigures } from "./arm-figures.tsx";
import { CanaryCard } from "./canary-card.tsx";
import { FreezeButton, FrozenNotice } from "./freeze.tsx";
import { PastCanaries } from "./past-canaries.tsx";
import { ReleaseTable } from "./release-table.tsx";
import { RollbackButton } from "./rollback-button.tsx";
import { TrafficBar } from "./traffic-bar.tsx";
import { type Traffic, type TrafficActs, useTraffic, useTrafficActs } from "./use-traffic.ts";

/** Another admin, or another tab, may move the live release. */
const REFRESH_MS = 5_000;

export function Deployments() {
  const t = useTranslations("traffic.deployments");
  const nav = useTranslations("admin.nav");
  const traffic = useTraffic();
  const acts = useTrafficActs();
  return (
    <>
      <PageHeader
        title={nav("deployments")}
        description={t("text")}
        actions={traffic.data && <Acts traffic={traffic.data} acts={acts} />}
      />
      <QueryView query={traffic} skeleton={<TrafficSkeleton />}>
        {(now) =>
          now.arms.length === 0 ? (
            <EmptyState icon={Rocket} title={t("empty")} description={t("emptyText")} />
          ) : (
            <div className="space-y-6">
              {now.frozen && <FrozenNotice frozen={now.frozen} acts={acts} />}
              <Card title={t("traffic")} description={t(now.arms.length > 1 ? "trafficText" : "trafficOne")}>
                <TrafficBar traffic={now} acts={acts} />
              </Card>
              {now.canary && <CanaryCard canary={now.canary} acts={acts} />}
              <ArmFigures arms={now.arms} />
              {now.past.length > 0 && <PastCanaries canaries={now.past} />}
              <Releases />
            </div>
          )
        }
      </QueryView>
    </>
  );
}

function Acts({ traffic, acts }: { traffic: Traffic; acts: TrafficActs }) {
  const t = useTranslations("traffic.deployments");
  const full = traffic.arms.length >= traffic.mostArms;
  return (
    <>
      {!traffic.frozen && <FreezeButton acts={acts} />}
      {traffic.arms.some((arm) => arm.isDefault && arm.adapterId) && <ActivateButton adapter={null} variant="ghost" />}
      {full ? (
        <p className="max-w-56 text-faint text-xs">{t("noMoreArms", { count: traffic.arms.length })}</p>
      ) : (
        <StartCanaryButton adapter={null} variant="secondary" />
      )}
      <RollbackButton traffic={traffic} acts={acts} />
    </>
  );
}

function Releases() {
  const trpc = useTRPC();
  const query = useQuery(trpc.deployment.list.queryOptions(undefined, { refetchInterval: REFRESH_MS }));
  return <QueryView query={query}>{(releases) => <ReleaseTable releases={releases} />}</QueryView>;
}

function TrafficSkeleton() {
  return (
    <div className="space-y-6">
      <Skeleton className="h-40" />
      <SkeletonRows rows={6} />
    </div>
  );
}
