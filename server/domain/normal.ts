/** The normal distribution. */

/** Φ(x) by Marsaglia's series (2004, Journal of Statistical Software 11/4): ½ + φ(x)·(x + x³/3 + x⁵/(3·5) + …). */
export function normalCdf(x: number): number {
  if (Math.abs(x) > 8) return x > 0 ? 1 : 0;
  let [term, total] = [x, x];
  for (let i = 3; Math.abs(term) > 1e-18 * Math.abs(total); i += 2) {
    term *= (x * x) / i;
    total += term;
  }
  return 0.5 + (total * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
}

/** The x with Φ(x) = p, by bisection; 0 < p < 1. */
export function normalQuantile(p: number): number {
  let [low, high] = [-8, 8];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (normalCdf(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
