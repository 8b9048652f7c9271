// One count per day as bars, and the same as a table.
"use client";
import { useTranslations } from "next-intl";
import { TableForReaders } from "./table-for-readers.tsx";
import { useDayName } from "./use-day-name.ts";

type DayCountsProps = { label: string; days: readonly { day: string; count: number }[] };

export function DayCounts({ label, days }: DayCountsProps) {
  const name = useDayName();
  const t = useTranslations("annotation");
  const charts = useTranslations("admin.charts");
  const most = Math.max(1, ...days.map(({ count }) => count));
  return (
    <figure className="min-w-0 [print-color-adjust:exact]">
      <p aria-hidden className="mb-1 text-right text-faint text-xs tabular-nums">
        {charts("most", { count: most })}
      </p>
      <div aria-hidden className="flex h-24 items-end gap-[2px] border-b border-line-strong sm:gap-1">
        {days.map(({ day, count }) => (
          <div
            key={day}
            title={`${name(day)} · ${count}`}
            className="flex h-full min-w-0 flex-1 items-end hover:bg-hover"
          >
            <div className="w-full rounded-t-sm bg-accent/75" style={{ height: `${(count / most) * 100}%` }} />
          </div>
        ))}
      </div>
      <div aria-hidden className="mt-1 flex justify-between text-faint text-xs">
        <span>{days[0] && name(days[0].day)}</span>
        <span>{days.at(-1) && name(days.at(-1)!.day)}</span>
      </div>
      <TableForReaders
        caption={label}
        head={[t("day"), t("count")]}
        rows={days.filter(({ count }) => count > 0).map(({ day, count }) => ({ name: name(day), cells: [count] }))}
      />
    </figure>
  );
}
