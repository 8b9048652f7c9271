// Where an axis puts its marks, and how the numbers on it are written.

/** Round positions (1, 2 or 5 times a power of ten) within [low, high], about `wanted` of them. */
export function linearTicks(low: number, high: number, wanted: number): number[] {
  if (!(high > low)) return [low];
  const rough = (high - low) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const multiple = rough / power;
  const step = power * (multiple < 1.5 ? 1 : multiple < 3.5 ? 2 : multiple < 7.5 ? 5 : 10);
  const ticks: number[] = [];
  // Counting in steps, rather than adding them up, keeps 0.1 + 0.2 from becoming 0.30000000000000004.
  for (let n = Math.ceil(low / step - 1e-9); n * step <= high + step * 1e-9; n++) {
    ticks.push(Number((n * step).toPrecision(12)));
  }
  return ticks;
}

/** Powers of ten within [low, high], both above 0; where they are too few, 1-2-5 steps, and in a narrow range linear ones. */
export function logTicks(low: number, high: number): number[] {
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  const of = (multiples: readonly number[]) =>
    Array.from({ length: last - first + 1 }, (_, i) => first + i)
      .flatMap((exponent) => multiples.map((multiple) => Number(`${multiple}e${exponent}`)))
      .filter((tick) => tick >= low && tick <= high);
  const decades = of([1]);
  if (decades.length >= 2) return decades;
  const finer = of([1, 2, 5]);
  return finer.length >= 2 ? finer : linearTicks(low, high, 4);
}

/** A range with a little air, never of height 0. */
export function padded([low, high]: readonly [number, number], logarithmic = false): [number, number] {
  if (logarithmic) return low === high ? [low / 2, high * 2] : [low / 1.15, high * 1.15];
  const air = low === high ? Math.max(Math.abs(low) * 0.1, 1e-6) : (high - low) * 0.06;
  return [low - air, high + air];
}

/**
 * A number in at most about seven characters: figures below a thousandth in powers of ten, large ones with k and M.
 * The decimal sign is a point in both languages of the pages.
 */
export function shortNumber(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size < 1e-3) return value.toExponential(1).replace("e-0", "e-");
  if (size < 1) return trimZeros(value.toFixed(4));
  if (size < 10) return trimZeros(value.toFixed(3));
  if (size < 100) return trimZeros(value.toFixed(2));
  if (size < 1e4) return trimZeros(value.toFixed(1));
  if (size < 1e6) return `${trimZeros((value / 1e3).toFixed(1))}k`;
  return `${trimZeros((value / 1e6).toFixed(2))}M`;
}

function trimZeros(digits: string): string {
  return digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits;
}
