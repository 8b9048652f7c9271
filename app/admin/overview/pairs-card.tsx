// How many preference pairs there are, and how many no run has seen yet.
"use client";
import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { Card } from "../../_components/ui/card.tsx";
import { Progress } from "../../_components/ui/progress.tsx";
import type { OverviewData } from "./overview.tsx";

export function PairsCard({ pairs }: { pairs: OverviewData["pairs"] }) {
  const t = useTranslations("admin.overview");
  const format = useFormatter();
  const seen = pairs.total - pairs.newSinceLastRun;
  return (
    <Card title={t("pairs")}>
      <p className="font-semibold text-2xl tabular-nums">{format.number(pairs.total)}</p>
      {pairs.total === 0 ? (
        <p className="text-quiet text-sm">{t("pairsNone")}</p>
      ) : (
        <>
          <p className="mb-3 text-quiet text-sm">{t("pairsNew", { count: pairs.newSinceLastRun })}</p>
          <Progress label={t("pairsSeen", { seen, total: pairs.total })} value={seen} max={pairs.total} />
          <p className="mt-1.5 text-faint text-xs tabular-nums">{t("pairsSeen", { seen, total: pairs.total })}</p>
        </>
      )}
      <Link href="/admin/pairs" className="mt-3 inline-block text-sm underline underline-offset-2">
        {t("seePairs")}
      </Link>
    </Card>
  );
}
