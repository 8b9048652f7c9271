/** Kappas: agreement beyond chance of two raters (Cohen 1960) and of many (Fleiss 1971). */

/**
 * Cohen's κ of two raters.
 * @param pairs what each of the two said of every item, as category numbers
 * @returns null where there is no item, or chance alone would make them agree on all
 */
export function cohenKappa(pairs: readonly (readonly [a: number, b: number])[]): number | null {
  if (pairs.length === 0) return null;
  const [ofA, ofB] = [new Map<number, number>(), new Map<number, number>()];
  let same = 0;
  for (const [a, b] of pairs) {
    ofA.set(a, (ofA.get(a) ?? 0) + 1);
    ofB.set(b, (ofB.get(b) ?? 0) + 1);
    if (a === b) same++;
  }
  const chance = [...ofA].reduce(
    (sum, [category, count]) => sum + (count * (ofB.get(category) ?? 0)) / pairs.length,
    0,
  );
  return chance === pairs.length ? null : (same - chance) / (pairs.length - chance);
}

/**
 * Fleiss' κ. Items may have different numbers of ratings, each at least two; with equal numbers it is the published figure.
 * @param counts per item how many ratings fell into each category, [items][categories]
 * @returns null where there is no item, or chance alone would make all agree
 */
export function fleissKappa(counts: readonly (readonly number[])[]): number | null {
  const items = counts.filter((row) => sum(row) >= 2);
  if (items.length === 0) return null;
  const ratings = sum(items.map(sum));
  const agreement = sum(
    items.map((row) => {
      const n = sum(row);
      return (sum(row.map((count) => count * count)) - n) / (n * (n - 1));
    }),
  );
  const categories = items[0]!.length;
  const shares = Array.from({ length: categories }, (_, j) => sum(items.map((row) => row[j]!)) / ratings);
  const chance = sum(shares.map((share) => share * share));
  return chance >= 1 ? null : (agreement / items.length - chance) / (1 - chance);
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
