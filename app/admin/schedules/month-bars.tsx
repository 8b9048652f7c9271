// Months as bars, each with its number: cost where there are prices, else minutes of device time.
"use client";
import { useFormatter, useTranslations } from "next-intl";
import type { Outputs } from "../../_lib/trpc.ts";

type MonthBarsProps = Pick<Outputs["cost"]["months"], "months" | "currency">;

/** The table below says the same, so readers of the screen are spared the bars. */
export function MonthBars({ months, currency }: MonthBarsProps) {
  const t = useTranslations("schedule.costs");
  const format = useFormatter();
  const priced = months.some(({ cost }) => cost !== null);
  const bars = [...months].reverse().map((month) => ({
    month: month.month,
    value: priced ? (month.cost ?? 0) : month.cpuMinutes + month.gpuMinutes + month.gateMinutes,
  }));
  const most = Math.max(...bars.map(({ value }) => value), Number.MIN_VALUE);
  const written = (value: number) =>
    priced
      ? format.number(value, { style: "currency", currency, maximumFractionDigits: 2 })
      : t("minutes", { minutes: format.number(value, { maximumFractionDigits: 0 }) });
  return (
    <div aria-hidden className="flex items-end gap-2 overflow-x-auto [print-color-adjust:exact]">
      {bars.map(({ month, value }) => (
        <div key={month} className="flex min-w-14 max-w-24 flex-1 flex-col items-center gap-1">
          <span className="whitespace-nowrap text-quiet text-xs tabular-nums">
            {value === 0 ? "–" : written(value)}
          </span>
          <div className="flex h-28 w-full items-end rounded-t-sm bg-sunken/60">
            <div className="w-full rounded-t-sm bg-accent/75" style={{ height: `${(value / most) * 100}%` }} />
          </div>
          <span className="whitespace-nowrap text-faint text-xs">
            {format.dateTime(new Date(`${month}-01T00:00:00Z`), { month: "short", timeZone: "UTC" })}
          </span>
        </div>
      ))}
    </div>
  );
}
