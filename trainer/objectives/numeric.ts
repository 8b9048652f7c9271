/** Scalar functions the objectives share, written so that no argument overflows or loses its last digits. */

/** σ(x) = 1 / (1 + e^−x). */
export function sigmoid(x: number): number {
  // Only ever exponentiates a number ≤ 0, so neither branch can overflow.
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const e = Math.exp(x);
  return e / (1 + e);
}

/** ln(1 + e^x) = −ln σ(−x). */
export function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/** ln(1 − e^x) for x < 0, exact near 0 and far from it (Mächler 2012, eq. 7); −∞ at 0. */
export function log1mexp(x: number): number {
  return x > -Math.LN2 ? Math.log(-Math.expm1(x)) : Math.log1p(-Math.exp(x));
}

/** `x`, or the nearer end of [low, high] where it lies outside; a number that is none stays none. */
export function clamp(x: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, x));
}

/** Plain left-to-right sum: the order is fixed, so equal inputs give equal bits. */
export function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]!;
  return total;
}

/** Bad numbers handed to an objective: what was expected and what was found. */
export class ObjectiveError extends Error {
  override readonly name = "ObjectiveError";
  readonly code = "BAD_OBJECTIVE_INPUT";
}

/** Throws unless `value` is a finite number above 0. */
export function checkAboveZero(name: string, value: number): void {
  if (!(value > 0 && Number.isFinite(value))) throw new ObjectiveError(`Expected ${name} above 0, found ${value}.`);
}

/** Throws unless every weight is a finite number above 0 and there is one for each of `count` examples. */
export function checkWeights(weights: ArrayLike<number>, count: number): void {
  if (weights.length !== count)
    throw new ObjectiveError(`Expected one weight for each of ${count} examples, found ${weights.length}.`);
  for (let i = 0; i < count; i++) {
    const weight = weights[i]!;
    if (!(weight > 0 && Number.isFinite(weight)))
      throw new ObjectiveError(`Expected weights above 0, found ${weight} at example ${i}; leave such an example out.`);
  }
}

/** Log-probability of a whole completion in nats: the sum over its tokens, [targets] → scalar. An empty one is refused. */
export function completionLogProb(logProbs: Float64Array): number {
  if (logProbs.length === 0)
    throw new ObjectiveError("Expected a completion of at least one token, found an empty one; leave the example out.");
  return sum(logProbs);
}
