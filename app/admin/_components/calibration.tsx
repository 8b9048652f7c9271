// A reward model's calibration: how often it was right where it was so sure, as a plot, a sentence and a table.
"use client";
import { useFormatter, useTranslations } from "next-intl";
import { Cell, HeaderCell, Table, TableBody, TableHead, TableRow } from "../../_components/ui/table.tsx";
import { type CalibrationBin, calibrationPoints, LEAST_SURE, leastRight, overconfidence } from "../_lib/calibration.ts";

const SIDE = 200;
const MARGIN = { left: 36, top: 24, right: 14, bottom: 32 };
/** Of each axis, as shares of its length. */
const TICKS = [0, 0.2, 0.4, 0.6, 0.8, 1];
/** Closer than this, in shares, sure and right count as alike. */
const ALIKE = 0.03;

export function Calibration({ bins }: { bins: readonly CalibrationBin[] }) {
  const t = useTranslations("training.calibration");
  const over = overconfidence(bins);
  if (over === null) return <p className="text-quiet text-sm">{t("none")}</p>;
  const points = Math.round(Math.abs(over) * 100);
  return (
    <div className="space-y-3">
      <p className="text-sm">
        {Math.abs(over) < ALIKE ? t("even", { points: ALIKE * 100 }) : t(over > 0 ? "over" : "under", { points })}
      </p>
      <div className="flex flex-wrap items-start gap-x-8 gap-y-4">
        <Plot bins={bins} />
        <div className="min-w-56 max-w-sm flex-1">
          <BinTable bins={bins} />
        </div>
      </div>
    </div>
  );
}

function Plot({ bins }: { bins: readonly CalibrationBin[] }) {
  const t = useTranslations("training.calibration");
  const percent = usePercent();
  const bottom = leastRight(bins);
  const [width, height] = [MARGIN.left + SIDE + MARGIN.right, MARGIN.top + SIDE + MARGIN.bottom];
  return (
    <svg
      role="img"
      aria-label={t("title")}
      viewBox={`0 0 ${width} ${height}`}
      className="w-72 max-w-full [print-color-adjust:exact]"
      fontSize="10"
    >
      <g transform={`translate(${MARGIN.left} ${MARGIN.top})`}>
        {TICKS.map((tick) => (
          <g key={tick} className="fill-quiet">
            <line x1={0} x2={SIDE} y1={(1 - tick) * SIDE} y2={(1 - tick) * SIDE} className="stroke-line" />
            <line x1={tick * SIDE} x2={tick * SIDE} y1={0} y2={SIDE} className="stroke-line" />
            <text x={-6} y={(1 - tick) * SIDE + 3} textAnchor="end">
              {percent(bottom + tick * (1 - bottom))}
            </text>
            <text x={tick * SIDE} y={SIDE + 14} textAnchor="middle">
              {percent(LEAST_SURE + tick * (1 - LEAST_SURE))}
            </text>
          </g>
        ))}
        <line
          x1={0}
          y1={(1 - (LEAST_SURE - bottom) / (1 - bottom)) * SIDE}
          x2={SIDE}
          y2={0}
          strokeDasharray="4 3"
          className="stroke-quiet"
        />
        {calibrationPoints(bins, SIDE).map(({ bin, x, y, radius, predicted, observed, count }) => (
          <circle key={bin} cx={x} cy={y} r={radius} className="fill-accent/35 stroke-accent" strokeWidth={1.5}>
            <title>{t("point", { predicted: percent(predicted), observed: percent(observed), count })}</title>
          </circle>
        ))}
        <text x={SIDE} y={SIDE + 29} textAnchor="end" className="fill-ink">
          {t("predicted")}
        </text>
        <text x={-MARGIN.left} y={-11} className="fill-ink">
          {t("observed")}
        </text>
      </g>
    </svg>
  );
}

function BinTable({ bins }: { bins: readonly CalibrationBin[] }) {
  const t = useTranslations("training.calibration");
  const percent = usePercent();
  return (
    <Table label={t("title")}>
      <TableHead>
        <tr>
          <HeaderCell numeric>{t("predicted")}</HeaderCell>
          <HeaderCell numeric>{t("observed")}</HeaderCell>
          <HeaderCell numeric>{t("count")}</HeaderCell>
        </tr>
      </TableHead>
      <TableBody>
        {bins
          .filter(({ count }) => count > 0)
          .map(({ bin, predicted, observed, count }) => (
            <TableRow key={bin}>
              <Cell numeric>{percent(predicted)}</Cell>
              <Cell numeric>{percent(observed)}</Cell>
              <Cell numeric>{count}</Cell>
            </TableRow>
          ))}
      </TableBody>
    </Table>
  );
}

function usePercent(): (share: number) => string {
  const format = useFormatter();
  return (share) => format.number(share, { style: "percent", maximumFractionDigits: 0 });
}
