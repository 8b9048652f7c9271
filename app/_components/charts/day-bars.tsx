// Days as bars around a line: what speaks for a reply above it, what speaks against it below, hatched.
"use client";
import { useTranslations } from "next-intl";
import { TableForReaders } from "./table-for-readers.tsx";
import { useDayName } from "./use-day-name.ts";

export interface Day {
  /** ISO date, e.g. "2026-03-31". */
  day: string;
  up: number;
  down: number;
}

type DayBarsProps = { days: readonly Day[]; upLabel: string; downLabel: string; label: string };

const HATCH =
  "repeating-linear-gradient(45deg, var(--rejected) 0 3px, color-mix(in oklab, var(--rejected) 55%, transparent) 3px 5px)";

export function DayBars({ days, upLabel, downLabel, label }: DayBarsProps) {
  const name = useDayName();
  const t = useTranslations("admin.charts");
  const most = Math.max(1, ...days.map(({ up, down }) => Math.max(up, down)));
  const share = (count: number) => `${(count / most) * 100}%`;
  return (
    <figure className="min-w-0 [print-color-adjust:exact]">
      <div className="mb-2 flex flex-wrap gap-x-4 text-xs" aria-hidden>
        <span className="flex items-center gap-1.5 text-quiet">
          <span className="size-2.5 rounded-sm bg-chosen" /> {upLabel}
        </span>
        <span className="flex items-center gap-1.5 text-quiet">
          <span className="size-2.5 rounded-sm" style={{ background: HATCH }} /> {downLabel}
        </span>
        <span className="ml-auto text-faint tabular-nums">{t("most", { count: most })}</span>
      </div>
      <div className="flex h-36 items-stretch gap-[2px] sm:gap-1" aria-hidden>
        {days.map(({ day, up, down }) => (
          <div
            key={day}
            title={`${name(day)} · ${upLabel} ${up} · ${downLabel} ${down}`}
            className="flex min-w-0 flex-1 flex-col rounded-sm hover:bg-hover"
          >
            <div className="flex flex-1 items-end">
              <div className="w-full rounded-t-sm bg-chosen" style={{ height: share(up) }} />
            </div>
            <div className="h-px bg-line-strong" />
            <div className="flex flex-1 items-start">
              <div className="w-full rounded-b-sm" style={{ height: share(down), background: HATCH }} />
            </div>
          </div>
        ))}
      </div>
      <div className="mt-1 flex justify-between text-faint text-xs" aria-hidden>
        <span>{days[0] && name(days[0].day)}</span>
        <span>{days.at(-1) && name(days.at(-1)!.day)}</span>
      </div>
      <TableForReaders
        caption={label}
        head={[t("day"), upLabel, downLabel]}
        rows={days
          .filter(({ up, down }) => up + down > 0)
          .map(({ day, up, down }) => ({ name: name(day), cells: [up, down] }))}
      />
    </figure>
  );
}
