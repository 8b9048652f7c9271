/** Bradley–Terry strengths (1952): one number per competitor, such that the difference is the logit of being preferred. */

/** What one comparison said. A tie is half a win for each. */
export interface Comparison {
  a: number;
  b: number;
  /** 1: a was preferred, 0: b was, ½: neither. */
  score: number;
  /** In characters of the reply; a's minus b's, on whatever scale the coefficient should have. */
  lengthDifference?: number;
}

/** `wins[i][j]`: how often i was preferred to j, ties half to each. */
export function winMatrix(comparisons: readonly Comparison[], competitors: number): number[][] {
  const wins = Array.from({ length: competitors }, () => new Array<number>(competitors).fill(0));
  for (const { a, b, score } of comparisons) {
    wins[a]![b]! += score;
    wins[b]![a]! += 1 - score;
  }
  return wins;
}

const TOLERANCE = 1e-10;
const MOST_ROUNDS = 10_000;

/**
 * Strengths in logits, the first competitor at 0, by Hunter's minorisation–maximisation (2004, eq. 3).
 * @param prior games that each competitor is taken to have tied with a stranger of strength 0: without any, one who never lost
 *   has no finite strength, and two who never met are not comparable
 */
export function bradleyTerry(wins: readonly (readonly number[])[], prior = 0): number[] {
  const n = wins.length;
  const total = wins.map((row) => row.reduce((sum, value) => sum + value, prior / 2));
  let worth = new Array<number>(n).fill(1); // exp(strength)
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const next = worth.map((own, i) => {
      let games = prior / (own + 1);
      for (let j = 0; j < n; j++) if (j !== i) games += (wins[i]![j]! + wins[j]![i]!) / (own + worth[j]!);
      return games === 0 ? own : total[i]! / games;
    });
    if (prior === 0) {
      // Without a stranger only ratios mean anything.
      const scale = Math.exp(next.reduce((sum, value) => sum + Math.log(Math.max(value, 1e-300)), 0) / n);
      for (let i = 0; i < n; i++) next[i]! /= scale;
    }
    const moved = next.reduce((most, value, i) => Math.max(most, Math.abs(Math.log(value / worth[i]!))), 0);
    worth = next;
    if (!(moved > TOLERANCE)) break;
  }
  return worth.map((value) => Math.log(value / worth[0]!));
}

/**
 * The same model with a term for length, logit P(a preferred) = sₐ − s_b + γ · length difference: how strong each would be if all spoke at
 * the same length (the idea of Dubois et al. 2024). By Newton's method on the penalised likelihood: `ridge`/2 · Σ s² takes the place of the
 * games against a stranger.
 * @returns strengths in logits with the first at 0, and γ per unit of the difference
 */
export function lengthControlled(
  comparisons: readonly Comparison[],
  competitors: number,
  ridge = 1e-3,
): { strengths: number[]; coefficient: number } {
  const size = competitors + 1;
  const theta = new Float64Array(size);
  for (let round = 0; round < 50; round++) {
    const gradient = Float64Array.from(theta, (value) => -ridge * value);
    const hessian = Array.from({ length: size }, (_, i) => Float64Array.from(theta, (_, j) => (i === j ? ridge : 0)));
    for (const { a, b, score, lengthDifference = 0 } of comparisons) {
      const terms = [[a, 1] as const, [b, -1] as const, [competitors, lengthDifference] as const];
      const logit = terms.reduce((sum, [i, x]) => sum + theta[i]! * x, 0);
      const p = 1 / (1 + Math.exp(-logit));
      for (const [i, x] of terms) {
        gradient[i]! += (score - p) * x;
        for (const [j, y] of terms) hessian[i]![j]! += p * (1 - p) * x * y;
      }
    }
    const step = solve(hessian, gradient);
    // Far from the optimum a whole step may overshoot; the likelihood is concave, so a shorter one always gains.
    const length = Math.max(...step.map(Math.abs));
    for (let i = 0; i < size; i++) theta[i]! += step[i]! * Math.min(1, 2 / length);
    if (length < 1e-10) break;
  }
  return {
    strengths: Array.from(theta.subarray(0, competitors), (s) => s - theta[0]!),
    coefficient: theta[competitors]!,
  };
}

/** x with A·x = b for a symmetric positive definite A, by Gaussian elimination with pivots. A and b are used up. */
function solve(A: Float64Array[], b: Float64Array): number[] {
  const n = b.length;
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let row = column + 1; row < n; row++)
      if (Math.abs(A[row]![column]!) > Math.abs(A[pivot]![column]!)) pivot = row;
    [A[column], A[pivot]] = [A[pivot]!, A[column]!];
    [b[column], b[pivot]] = [b[pivot]!, b[column]!];
    for (let row = column + 1; row < n; row++) {
      const factor = A[row]![column]! / A[column]![column]!;
      for (let j = column; j < n; j++) A[row]![j]! -= factor * A[column]![j]!;
      b[row]! -= factor * b[column]!;
    }
  }
  const x = new Array<number>(n).fill(0);
  for (let row = n - 1; row >= 0; row--) {
    let rest = b[row]!;
    for (let j = row + 1; j < n; j++) rest -= A[row]![j]! * x[j]!;
    x[row] = rest / A[row]![row]!;
  }
  return x;
}
