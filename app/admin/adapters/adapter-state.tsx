// What state an adapter is in: live, candidate, retired, and whether something it learned from was erased or its files are gone.
"use client";
import { Flag } from "lucide-react";
import { useTranslations } from "next-intl";
import { Badge } from "../../_components/ui/badge.tsx";
import type { Outputs } from "../../_lib/trpc.ts";
import { LiveBadge } from "../_components/release-name.tsx";

export type AdapterRow = Outputs["adapter"]["list"][number];

/** What cannot go live is no candidate for it. */
export function AdapterState({ adapter }: { adapter: Pick<AdapterRow, "live" | "servable" | "status"> }) {
  const t = useTranslations("admin.adapters");
  if (adapter.live) return <LiveBadge />;
  if (!adapter.servable && adapter.status !== "RETIRED") return null;
  return <Badge tone={adapter.status === "CANDIDATE" ? "candidate" : "neutral"}>{t(`state.${adapter.status}`)}</Badge>;
}

/** The state and all else that a row says of it. */
export function AdapterBadges({ adapter }: { adapter: AdapterRow }) {
  const t = useTranslations("registry.list");
  const words = useTranslations("data.lineage");
  return (
    <span className="flex flex-wrap gap-1">
      <AdapterState adapter={adapter} />
      {/* Learned from something that was erased since, and not trained anew yet. */}
      {adapter.flags > 0 && (
        <Badge tone="rejected">
          <Flag aria-hidden />
          {words("flagged")}
        </Badge>
      )}
      {adapter.source !== null && <Badge>{t("imported")}</Badge>}
      {adapter.filesDeletedAt !== null && <Badge>{t("gone")}</Badge>}
    </span>
  );
}
