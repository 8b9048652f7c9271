/** Dawid and Skene's model (1979): what is true of each item and how often each rater is right, from their ratings alone. */

export interface Rating {
  item: number;
  rater: number;
  /** Category, from 0. */
  label: number;
}

export interface DawidSkeneOptions {
  items: number;
  raters: number;
  labels: number;
  /**
   * `confusion`: each rater has a full table of errors, and categories their own shares, as published. `accuracy`: a rater is right with one
   * probability whatever is true, all categories are as likely: for preferences, whose two sides have no names.
   */
  model: "confusion" | "accuracy";
  /** Pseudo-counts of a rater's right and wrong ratings, under `accuracy`: a Beta prior. Default: none. */
  prior?: (rater: number) => { right: number; wrong: number };
  /** Items whose truth is known, by category. */
  known?: ReadonlyMap<number, number>;
}

export interface DawidSkene {
  /** P(category) per item, [items][labels]. */
  truth: Float64Array[];
  /** P(label | true category) per rater, [raters][true · labels + label]. */
  errors: Float64Array[];
  /** Share of each category. */
  shares: Float64Array;
  rounds: number;
}

const TOLERANCE = 1e-7;
const MOST_ROUNDS = 1000;
/** A rater who was never wrong may still be: without this one rating could decide against all the others. */
const LEAST = 1e-10;

/** Expectation-maximisation from the majority (eqs. 2.3–2.5), until no probability moves by more than 1e-7. */
export function dawidSkene(ratings: readonly Rating[], options: DawidSkeneOptions): DawidSkene {
  const { items, raters, labels, known } = options;
  const truth = Array.from({ length: items }, () => new Float64Array(labels));
  for (const { item, label } of ratings) truth[item]![label]!++;
  for (const [item, row] of truth.entries()) settle(row, known?.get(item));
  const logs = truth.map(() => new Float64Array(labels));
  let errors: Float64Array[] = [];
  let shares = new Float64Array(labels).fill(1 / labels);
  for (let round = 1; ; round++) {
    errors = Array.from({ length: raters }, (_, rater) => priorOf(options, rater));
    for (const { item, rater, label } of ratings) {
      const [row, table] = [truth[item]!, errors[rater]!];
      for (let t = 0; t < labels; t++) table[t * labels + label]! += row[t]!;
    }
    for (const table of errors) normalise(table, options);
    if (options.model === "confusion") shares = sharesOf(truth, labels);

    const logErrors = errors.map((table) => table.map(Math.log));
    for (const row of logs) for (let t = 0; t < labels; t++) row[t] = Math.log(shares[t]!);
    for (const { item, rater, label } of ratings) {
      const [row, table] = [logs[item]!, logErrors[rater]!];
      for (let t = 0; t < labels; t++) row[t]! += table[t * labels + label]!;
    }
    let moved = 0;
    for (let item = 0; item < items; item++) {
      const [row, next] = [truth[item]!, logs[item]!];
      let most = next[0]!;
      for (let t = 1; t < labels; t++) most = Math.max(most, next[t]!);
      for (let t = 0; t < labels; t++) next[t] = Math.exp(next[t]! - most);
      settle(next, known?.get(item));
      for (let t = 0; t < labels; t++) {
        moved = Math.max(moved, Math.abs(next[t]! - row[t]!));
        row[t] = next[t]!;
      }
    }
    if (moved < TOLERANCE || round === MOST_ROUNDS) return { truth, errors, shares, rounds: round };
  }
}

/** Scales to a sum of 1, or sets what is known. */
function settle(row: Float64Array, known: number | undefined): void {
  if (known !== undefined) row.fill(0)[known] = 1;
  let total = 0;
  for (let t = 0; t < row.length; t++) total += row[t]!;
  for (let t = 0; t < row.length; t++) row[t] = total === 0 ? 1 / row.length : row[t]! / total;
}

function priorOf({ labels, prior }: DawidSkeneOptions, rater: number): Float64Array {
  const table = new Float64Array(labels * labels);
  if (!prior) return table;
  const { right, wrong } = prior(rater);
  for (let t = 0; t < labels; t++)
    for (let label = 0; label < labels; label++)
      table[t * labels + label] = t === label ? right / labels : wrong / (labels * (labels - 1));
  return table;
}

/** From counts to P(label | true category). */
function normalise(table: Float64Array, { labels, model }: DawidSkeneOptions): void {
  if (model === "accuracy") {
    const total = table.reduce((sum, value) => sum + value, 0);
    let right = 0;
    for (let t = 0; t < labels; t++) right += table[t * labels + t]!;
    const accuracy = total === 0 ? 1 / labels : right / total;
    for (let t = 0; t < labels; t++)
      for (let label = 0; label < labels; label++)
        table[t * labels + label] = bounded(t === label ? accuracy : (1 - accuracy) / (labels - 1));
    return;
  }
  for (let t = 0; t < labels; t++) {
    const row = table.subarray(t * labels, (t + 1) * labels);
    const total = row.reduce((sum, value) => sum + value, 0);
    for (let label = 0; label < labels; label++) row[label] = bounded(total === 0 ? 1 / labels : row[label]! / total);
  }
}

const bounded = (probability: number) => Math.min(1 - LEAST, Math.max(LEAST, probability));

function sharesOf(truth: readonly Float64Array[], labels: number): Float64Array<ArrayBuffer> {
  const shares = new Float64Array(labels);
  for (const row of truth) for (let t = 0; t < labels; t++) shares[t]! += row[t]! / truth.length;
  return shares.map((share) => Math.max(share, Number.MIN_VALUE));
}
