// "r7 · 3f9a2c has been live for 6 days." — the first thing an admin wants to know.
"use client";
import Link from "next/link";
import { useLocale, useNow, useTranslations } from "next-intl";
import { Person } from "../_components/person.tsx";
import { releaseName, roughSpan } from "../_lib/format.ts";
import type { OverviewData } from "./overview.tsx";

export function LiveSentence({ live }: { live: OverviewData["live"] }) {
  const t = useTranslations("admin.overview");
  const locale = useLocale();
  const now = useNow({ updateInterval: 30_000 });
  if (!live) return <p className="text-pretty text-lg text-quiet">{t("nothingLive")}</p>;
  const age = roughSpan((now.getTime() - live.since.getTime()) / 1000, locale);
  const name = releaseName({ number: live.release, adapterSha256: live.adapterSha256 });
  return (
    <p className="max-w-3xl text-pretty text-lg">
      {t.rich(live.adapterId ? "live" : "liveBase", {
        release: () => (
          <Link
            href={live.adapterId ? `/admin/adapters/${live.adapterId}` : "/admin/deployments"}
            className="font-semibold underline decoration-line-strong underline-offset-4 hover:decoration-current"
          >
            {name}
          </Link>
        ),
        age,
        person: () => <Person person={live.activatedBy} />,
      })}
    </p>
  );
}
