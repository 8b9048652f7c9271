// How the queue of annotators stands: tasks open and being drafted, rankings lately, raters put aside.
"use client";
import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { Card } from "../../_components/ui/card.tsx";
import type { OverviewData } from "./overview.tsx";

export function AnnotationCard({ annotation }: { annotation: OverviewData["annotation"] }) {
  const t = useTranslations("traffic.overview");
  const format = useFormatter();
  const { open, drafting, rankings, quarantinedRaters } = annotation;
  return (
    <Card title={t("annotation")}>
      <p className="font-semibold text-2xl tabular-nums">{format.number(open)}</p>
      <p className="text-quiet text-sm">{open === 0 ? t("annotationNone") : t("annotationOpen", { count: open })}</p>
      <ul className="mt-3 space-y-0.5 text-faint text-xs">
        {drafting > 0 && <li>{t("annotationDrafting", { count: drafting })}</li>}
        <li>{t("annotationRankings", { count: rankings })}</li>
        {quarantinedRaters > 0 && <li>{t("annotationQuarantined", { count: quarantinedRaters })}</li>}
      </ul>
      <Link href="/admin/annotation" className="mt-3 inline-block text-sm underline underline-offset-2">
        {t("seeAnnotation")}
      </Link>
    </Card>
  );
}
