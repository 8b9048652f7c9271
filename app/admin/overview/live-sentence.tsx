// "r7 · 3f9a2c has been live for 6 days. It wins 58 % [54, 62] against r6 …": the first thing an admin wants to know.
"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useLocale, useNow, useTranslations } from "next-intl";
import { Skeleton } from "../../_components/ui/skeleton.tsx";
import { type Outputs, useTRPC } from "../../_lib/trpc.ts";
import { Person } from "../_components/person.tsx";
import { releaseName, roughSpan } from "../_lib/format.ts";
import { Compared, ComparedSentence } from "./compared.tsx";
import type { OverviewData } from "./overview.tsx";

/** Slower to change than the strip above. */
const REFRESH_MS = 60_000;

export type FiguresData = Outputs["overview"]["figures"];

export function useFigures() {
  const trpc = useTRPC();
  return useQuery(trpc.overview.figures.queryOptions(undefined, { refetchInterval: REFRESH_MS }));
}

export function LiveSentence({ live }: { live: OverviewData["live"] }) {
  const t = useTranslations("traffic.overview");
  const locale = useLocale();
  const now = useNow({ updateInterval: 30_000 });
  const { data: figures, isPending } = useFigures();
  if (!live) return <p className="text-pretty text-lg text-quiet">{t("nothingLive")}</p>;
  const age = roughSpan((now.getTime() - live.since.getTime()) / 1000, locale);
  return (
    <div className="space-y-3">
      <p className="max-w-3xl text-pretty text-xl leading-8">
        {t.rich(live.adapterId ? "live" : "liveBase", {
          release: () => (
            <Link
              href={live.adapterId ? `/admin/adapters/${live.adapterId}` : "/admin/deployments"}
              className="font-semibold underline decoration-line-strong underline-offset-4 hover:decoration-current"
            >
              {releaseName(live)}
            </Link>
          ),
          age,
          person: () => <Person person={live.activatedBy} />,
        })}{" "}
        {figures && <ComparedSentence compared={figures.compared} />}
        {isPending && <Skeleton className="mt-2 h-5 w-80 max-w-full" />}
      </p>
      {figures?.compared && <Compared compared={figures.compared} />}
    </div>
  );
}
