// Figures of the load tests: quantiles of times, and a line with a verdict per limit.

/** Value below which the share of the sorted values lies; the nearest one that was measured. */
export function quantile(sorted: readonly number[], share: number): number {
  const at = Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1));
  return sorted[at] ?? Number.NaN;
}

export interface Times {
  count: number;
  p50: number;
  p95: number;
  p99: number;
  most: number;
}

/** @param times in milliseconds, in any order */
export function summary(times: readonly number[]): Times {
  const sorted = [...times].sort((a, b) => a - b);
  return {
    count: sorted.length,
    ...{ p50: quantile(sorted, 0.5), p95: quantile(sorted, 0.95), p99: quantile(sorted, 0.99) },
    most: sorted.at(-1) ?? Number.NaN,
  };
}

const ms = (value: number) => `${value.toFixed(value < 10 ? 1 : 0)} ms`;

export const describe = ({ p50, p95, p99, most }: Times) =>
  `p50 ${ms(p50)}, p95 ${ms(p95)}, p99 ${ms(p99)}, longest ${ms(most)}`;

/** Collects what was kept and what was not. */
export class Verdicts {
  failed = 0;

  say(what: string, kept: boolean, figure: string): void {
    if (!kept) this.failed += 1;
    console.log(`${kept ? "kept  " : "MISSED"}  ${what}: ${figure}`);
  }
}
