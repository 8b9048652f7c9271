/** The Beta distribution, which says how far a share is known: its distribution function and its quantiles. */

/** Coefficients of Lanczos' approximation to ln Γ for g = 7 (Press et al. 2007, § 6.1); errors below 1e-14. */
const LANCZOS = [
  0.999_999_999_999_809_93, 676.520_368_121_885_1, -1259.139_216_722_402_8, 771.323_428_777_653_1,
  -176.615_029_162_140_6, 12.507_343_278_686_905, -0.138_571_095_265_720_12, 9.984_369_578_019_572e-6,
  1.505_632_735_149_311_6e-7,
] as const;

function lnGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - lnGamma(1 - x);
  const t = x + 6.5;
  let series: number = LANCZOS[0];
  for (let i = 1; i < LANCZOS.length; i++) series += LANCZOS[i]! / (x + i - 1);
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(series);
}

/** P(X ≤ x) of Beta(a, b): the regularised incomplete beta function, by Lentz's continued fraction (Press et al. 2007, § 6.4). */
export const betaCdf = (x: number, a: number, b: number): number => cdf(x, a, b, lnBeta(a, b));

const lnBeta = (a: number, b: number) => lnGamma(a) + lnGamma(b) - lnGamma(a + b);

function cdf(x: number, a: number, b: number, scale: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) - scale);
  // The fraction converges fast on one side of the mean only.
  return x < (a + 1) / (a + b + 2) ? (front * fraction(x, a, b)) / a : 1 - (front * fraction(1 - x, b, a)) / b;
}

const TINY = 1e-300;
/** Away from nought, by which the recurrence divides. */
const away = (value: number) => (Math.abs(value) < TINY ? TINY : value);

function fraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; m <= 1000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    value *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    const step = d * c;
    value *= step;
    if (Math.abs(step - 1) < 1e-14) return value;
  }
  return value;
}

/** The x with P(X ≤ x) = p, by bisection. */
export function betaQuantile(p: number, a: number, b: number): number {
  const scale = lnBeta(a, b);
  let [low, high] = [0, 1];
  for (let i = 0; i < 45; i++) {
    const middle = (low + high) / 2;
    if (cdf(middle, a, b, scale) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Mean and central 95 % interval of Beta(right, wrong), counts of a prior included. */
export function betaEstimate(right: number, wrong: number): { value: number; low: number; high: number } {
  const value = right / (right + wrong);
  // Of very skewed distributions the mean lies outside the central interval.
  const low = Math.min(value, betaQuantile(0.025, right, wrong));
  return { value, low, high: Math.max(value, betaQuantile(0.975, right, wrong)) };
}
