// What a run measured on its adapter at the end, on data it was not trained on; of a reward model its calibration too.
"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { Card } from "../../../_components/ui/card.tsx";
import { Skeleton } from "../../../_components/ui/skeleton.tsx";
import { useTRPC } from "../../../_lib/trpc.ts";
import { Calibration } from "../../_components/calibration.tsx";
import { Figures } from "../../_components/figures.tsx";
import { QueryView } from "../../_components/query-view.tsx";

export function AtTheEnd({ adapterId }: { adapterId: string }) {
  const t = useTranslations();
  const trpc = useTRPC();
  const query = useQuery(trpc.adapter.get.queryOptions({ id: adapterId }));
  return (
    <QueryView query={query} skeleton={<Skeleton className="h-40 w-full" />}>
      {({ kind, metrics, reward }) => (
        <>
          <Card title={t("admin.run.figuresOf")}>
            <Figures metrics={metrics} />
          </Card>
          {kind === "REWARD" && (
            <Card title={t("training.calibration.title")} description={t("training.calibration.text")}>
              <Calibration bins={reward?.calibration ?? []} />
            </Card>
          )}
        </>
      )}
    </QueryView>
  );
}
