// How the live release stands to the one before it: as a sentence, and as intervals beside one half.
"use client";
import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { IntervalBar } from "../../_components/charts/interval-bar.tsx";
import { certainty, type Interval } from "../_lib/certainty.ts";
import { releaseName, shortHash } from "../_lib/format.ts";
import { shareScale } from "../_lib/overview-charts.ts";
import { CertaintyBadge } from "./certainty-badge.tsx";
import type { FiguresData } from "./live-sentence.tsx";

type ComparedData = NonNullable<FiguresData["compared"]>;

const strong = (words: ReactNode) => <strong className="font-semibold tabular-nums">{words}</strong>;

export function useShares() {
  const format = useFormatter();
  const percent = (share: number) => format.number(share, { style: "percent", maximumFractionDigits: 0 });
  const bare = (share: number) => format.number(share * 100, { maximumFractionDigits: 0 });
  return (interval: Interval) => ({
    share: percent(interval.value),
    low: bare(interval.low),
    high: bare(interval.high),
  });
}

const short = ({ share, low, high }: { share: string; low: string; high: string }) => `${share} [${low}, ${high}]`;

export function ComparedSentence({ compared }: { compared: FiguresData["compared"] }) {
  const t = useTranslations("traffic.overview.compared");
  const shares = useShares();
  if (!compared) return t("only");
  const { gate, people } = compared;
  const before = releaseName(compared.before);
  const measured = gate?.winRate;
  const other = gate?.other ? otherName(gate.other, t) : before;
  return (
    <>
      {measured && gate?.other && `${t("besideAnother", { before })} `}
      {measured && t.rich("wins", { ...shares(measured), pairs: measured.pairs, other, strong })}
      {!measured && (gate ? t("noPairs") : t("notMeasured", { other: before }))}{" "}
      {people && t.rich("people", { ...shares(people), comparisons: people.comparisons, strong })}
    </>
  );
}

function otherName(
  other: NonNullable<NonNullable<ComparedData["gate"]>["other"]>,
  t: ReturnType<typeof useTranslations<"traffic.overview.compared">>,
): string {
  return other.adapterSha256 ? t("otherWeights", { hash: shortHash(other.adapterSha256) }) : t("otherBase");
}

/** What both kinds of evidence say, each with its interval on one scale. */
export function Compared({ compared: { gate, people } }: { compared: ComparedData }) {
  const t = useTranslations("traffic.overview.compared");
  const shares = useShares();
  const rows = [
    ...(gate?.winRate ? [{ key: "gate" as const, name: t("gate"), ...gate.winRate }] : []),
    ...(people ? [{ key: "people" as const, name: t("peopleName"), ...people }] : []),
  ];
  if (rows.length === 0) return null;
  const scale = shareScale(rows);
  return (
    <div className="max-w-3xl">
      <ul className="space-y-1.5">
        {rows.map((row) => (
          <li
            key={row.key}
            className="grid items-center gap-x-4 gap-y-0.5 text-sm sm:grid-cols-[11rem_minmax(8rem,1fr)_8rem_minmax(0,13rem)]"
          >
            <span className="text-quiet">{row.name}</span>
            <IntervalBar
              value={row.value}
              low={row.low}
              high={row.high}
              scale={scale}
              marks={[0.5]}
              className="max-sm:max-w-xs"
            />
            <span className="tabular-nums">{short(shares(row))}</span>
            <CertaintyBadge certainty={certainty(row)} />
          </li>
        ))}
      </ul>
      <p className="mt-1.5 flex flex-wrap gap-x-3 text-faint text-xs">
        {t("half")} {t(`sureText.${certainty(rows[0]!)}`)}
        {gate && (
          <Link href={`/admin/gates/${gate.id}`} className="text-quiet underline underline-offset-2 print:hidden">
            {t("report")}
          </Link>
        )}
      </p>
    </div>
  );
}
