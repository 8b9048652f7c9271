// How shares, coefficients and points are written, with and without their interval.
"use client";
import { useFormatter } from "next-intl";
import type { Estimate } from "../../../../server/domain/views/trust.ts";

export function useFigures() {
  const format = useFormatter();
  const percent = (share: number) => format.number(share, { style: "percent", maximumFractionDigits: 0 });
  const coefficient = (value: number) => format.number(value, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const points = (value: number) => format.number(Math.round(value) || 0, { signDisplay: "exceptZero" });
  const within = (write: (value: number) => string, { low, high }: Estimate) => `[${write(low)}, ${write(high)}]`;
  return { percent, coefficient, points, within };
}
