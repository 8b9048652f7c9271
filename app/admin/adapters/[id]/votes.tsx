// The path from votes to an adapter's weights at a glance, and what was erased of it since.
"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Button } from "../../../_components/ui/button.tsx";
import { Card } from "../../../_components/ui/card.tsx";
import { Skeleton } from "../../../_components/ui/skeleton.tsx";
import { useTRPC } from "../../../_lib/trpc.ts";
import { QueryView } from "../../_components/query-view.tsx";
import { FlagNotice } from "../../erasures/flag-notice.tsx";
import { AdapterPath } from "../../lineage/adapter-lineage.tsx";

export function Votes({ adapterId }: { adapterId: string }) {
  const t = useTranslations("data.lineage");
  const trpc = useTRPC();
  const query = useQuery(trpc.lineage.adapter.queryOptions({ id: adapterId }));
  return (
    <Card
      title={t("open")}
      className="lg:col-span-2"
      actions={
        <Button asChild size="sm">
          <Link href={`/admin/lineage/adapters/${adapterId}`}>{t("whole")}</Link>
        </Button>
      }
    >
      <QueryView query={query} skeleton={<Skeleton className="h-32 w-full" />}>
        {(lineage) => (
          <div className="space-y-4">
            <FlagNotice adapterId={adapterId} erasures={lineage.erasures} />
            <AdapterPath lineage={lineage} />
          </div>
        )}
      </QueryView>
    </Card>
  );
}
