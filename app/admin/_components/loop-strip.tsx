// The loop on one line, on top of every admin page: seven stations from conversations to what is live, each leading to its page.
"use client";
import { useQuery } from "@tanstack/react-query";
import { ChevronRight } from "lucide-react";
import Link from "next/link";
import { useFormatter, useLocale, useNow, useTranslations } from "next-intl";
import { Skeleton } from "../../_components/ui/skeleton.tsx";
import { type Outputs, useTRPC } from "../../_lib/trpc.ts";
import { roughSpan } from "../_lib/format.ts";
import { STATION_PATHS, STATIONS, type Station, type StationState } from "../_lib/loop.ts";
import { StateDot } from "./state-dot.tsx";

/** How often the strip asks again while the page is in view. */
const REFRESH_MS = 10_000;
/** Below this an age in seconds would only flicker. */
const JUST_NOW_S = 60;

export function useOverview() {
  const trpc = useTRPC();
  return useQuery(trpc.overview.get.queryOptions(undefined, { refetchInterval: REFRESH_MS }));
}

export function LoopStrip() {
  const t = useTranslations("admin.loop");
  const { data } = useOverview();
  return (
    <nav aria-label={t("label")} className="overflow-x-auto border-b bg-surface [scrollbar-width:thin] print:hidden">
      <ol className="flex min-w-max px-2 sm:px-4">
        {STATIONS.map((station, i) => (
          <li key={station} className="flex min-w-32 flex-1 items-center">
            {i > 0 && <ChevronRight aria-hidden className="size-4 shrink-0 text-line-strong" />}
            <StationLink station={station} overview={data} />
          </li>
        ))}
      </ol>
    </nav>
  );
}

function StationLink({ station, overview }: { station: Station; overview: Outputs["overview"]["get"] | undefined }) {
  const t = useTranslations("admin.loop");
  const format = useFormatter();
  const state: StationState | null = overview?.loop[station].state ?? null;
  const count = () => {
    if (!overview) return null;
    if (station === "live") return overview.live ? `r${overview.live.number}` : "–";
    return format.number(overview.loop[station].count);
  };
  return (
    <Link
      href={STATION_PATHS[station]}
      className="group flex-1 rounded-lg px-2.5 py-2 hover:bg-hover focus-visible:-outline-offset-2"
    >
      <span className="flex items-center gap-1.5 text-quiet text-xs group-hover:text-ink">
        {t(`station.${station}`)}
      </span>
      <span className="flex h-6.5 items-baseline gap-1.5">
        {overview ? (
          <>
            <span className="font-semibold text-lg tabular-nums">{count()}</span>
            <Age at={overview.loop[station].at} />
          </>
        ) : (
          <Skeleton className="my-1 h-4 w-12" />
        )}
      </span>
      <span className="flex h-4 items-center gap-1 text-faint text-xs">
        {state && (
          <>
            <StateDot state={state} />
            {t(`state.${state}`)}
          </>
        )}
      </span>
    </Link>
  );
}

/** How long ago something last came through, in one short word. */
function Age({ at }: { at: Date | null }) {
  const t = useTranslations("admin.loop");
  const format = useFormatter();
  const locale = useLocale();
  const now = useNow({ updateInterval: 30_000 });
  if (!at) return null;
  const seconds = (now.getTime() - at.getTime()) / 1000;
  return (
    <time
      dateTime={at.toISOString()}
      title={format.dateTime(at, { dateStyle: "medium", timeStyle: "short" })}
      className="whitespace-nowrap text-faint text-xs"
    >
      {seconds < JUST_NOW_S ? t("justNow") : t("age", { span: roughSpan(seconds, locale, "narrow") })}
    </time>
  );
}
