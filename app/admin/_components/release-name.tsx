// A release by number and adapter hash, "r7 · 3f9a2c", with a badge where it is the one that speaks now.
"use client";
import { useTranslations } from "next-intl";
import { Badge } from "../../_components/ui/badge.tsx";
import { releaseName } from "../_lib/format.ts";

export function LiveBadge() {
  const t = useTranslations("admin.common");
  return (
    <Badge tone="live">
      <span aria-hidden className="size-1.5 rounded-full bg-current" />
      {t("live")}
    </Badge>
  );
}

export function ReleaseName({ number, adapterSha256 }: { number: number; adapterSha256: string | null }) {
  const t = useTranslations("admin.common");
  return (
    <span title={adapterSha256 ?? undefined} className="whitespace-nowrap tabular-nums">
      {releaseName({ number, adapterSha256 })}
      {adapterSha256 === null && <span className="text-quiet"> · {t("baseModel")}</span>}
    </span>
  );
}
