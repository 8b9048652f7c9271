// A path drawn as stations on a line, from who judged to what speaks: a row on a wide page, a column on a phone.
"use client";
import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { cn } from "../../_lib/cn.ts";

export interface Stop {
  key: string;
  label: ReactNode;
  href?: string;
  /** A few quiet words under the label. */
  note?: ReactNode;
}

export interface Stage {
  key: "raters" | "judgements" | "pairs" | "datasets" | "adapters" | "releases";
  count: number;
  /** The first few of them; the rest is said as a number. */
  stops: readonly Stop[];
}

/** Stops drawn per stage. */
const MOST_STOPS = 5;

export function Path({ stages }: { stages: readonly Stage[] }) {
  const t = useTranslations("data.lineage");
  return (
    <ol aria-label={t("path")} className="grid gap-6 lg:auto-cols-fr lg:grid-flow-col lg:gap-0">
      {stages.map((stage, i) => (
        <StageColumn key={stage.key} stage={stage} last={i === stages.length - 1} />
      ))}
    </ol>
  );
}

function StageColumn({ stage: { key, count, stops }, last }: { stage: Stage; last: boolean }) {
  const t = useTranslations("data.lineage");
  const format = useFormatter();
  const shown = stops.slice(0, MOST_STOPS);
  return (
    <li className="relative min-w-0 pl-6 lg:pt-6 lg:pr-4 lg:pl-0">
      {!last && (
        <span
          aria-hidden
          className="lg:-right-0 -bottom-8 absolute top-2.5 left-[5px] w-px bg-line-strong lg:top-[5px] lg:right-0 lg:bottom-auto lg:left-0 lg:h-px lg:w-full"
        />
      )}
      <span
        aria-hidden
        className={cn(
          "absolute top-2 left-0 size-[11px] rounded-full border-2 lg:top-0",
          count > 0 ? "border-accent bg-accent" : "border-line-strong bg-surface",
        )}
      />
      <h3 className="flex items-baseline gap-1.5 lg:block">
        <span className="font-semibold text-lg tabular-nums">{format.number(count)}</span>{" "}
        <span className="text-quiet text-sm">{count === 1 ? t(`stageOne.${key}`) : t(`stage.${key}`)}</span>
      </h3>
      {shown.length > 0 && (
        <ul className="mt-1 space-y-1.5 text-sm">
          {shown.map((stop) => (
            <li key={stop.key} className="min-w-0">
              {stop.href ? (
                <Link href={stop.href} className="line-clamp-2 break-words underline underline-offset-2">
                  {stop.label}
                </Link>
              ) : (
                <span className="line-clamp-2 break-words">{stop.label}</span>
              )}
              {stop.note && <span className="block text-faint text-xs">{stop.note}</span>}
            </li>
          ))}
        </ul>
      )}
      {count > shown.length && shown.length > 0 && (
        <p className="mt-1 text-faint text-xs">{t("more", { count: count - shown.length })}</p>
      )}
    </li>
  );
}
