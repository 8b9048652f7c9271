// Where an adapter comes from and where it speaks, read from the run that made it.
"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { Skeleton } from "../../../_components/ui/skeleton.tsx";
import { useTRPC } from "../../../_lib/trpc.ts";
import { LineageFacts } from "../../_components/lineage-facts.tsx";
import { QueryView } from "../../_components/query-view.tsx";

export function Lineage({ runId }: { runId: string | null }) {
  const t = useTranslations("admin.adapters");
  if (!runId) return <p className="text-quiet text-sm">{t("noRun")}</p>;
  return <LineageOfRun runId={runId} />;
}

function LineageOfRun({ runId }: { runId: string }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.run.get.queryOptions({ id: runId }));
  return (
    <QueryView query={query} skeleton={<Skeleton className="h-32 w-full" />}>
      {(run) => <LineageFacts run={run} of="adapter" />}
    </QueryView>
  );
}
