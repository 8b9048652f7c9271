// Which words two replies do not share, so that the eye finds what makes one of them better.

export interface Piece {
  text: string;
  /** True where the other text has no such word at this place. */
  changed: boolean;
}

/** Above this many comparisons (about 20 ms) the middle of two texts counts as changed as a whole. */
const MOST_COMPARISONS = 4_000_000;

/**
 * Both texts cut into pieces; joined again, the pieces are the texts. Words are those of `locale`, so Chinese is
 * compared word by word too. The longest common run of words, in order, counts as unchanged.
 */
export function wordDiff(left: string, right: string, locale: string): { left: Piece[]; right: Piece[] } {
  const a = words(left, locale);
  const b = words(right, locale);
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  const middle = commonWords(a.slice(start, a.length - end), b.slice(start, b.length - end));
  const flags = (length: number, common: ReadonlySet<number>) =>
    Array.from({ length }, (_, i) => i >= start && i < length - end && !common.has(i - start));
  return {
    left: joined(a, flags(a.length, middle.left)),
    right: joined(b, flags(b.length, middle.right)),
  };
}

function words(text: string, locale: string): string[] {
  return Array.from(new Intl.Segmenter(locale, { granularity: "word" }).segment(text), ({ segment }) => segment);
}

/** A word in common says more than a space or a comma in common. */
const worth = (part: string): number => (/[\p{L}\p{N}]/u.test(part) ? 3 : 1);

/** Positions, on each side, of a common subsequence of the greatest worth. */
function commonWords(a: readonly string[], b: readonly string[]): { left: Set<number>; right: Set<number> } {
  const left = new Set<number>();
  const right = new Set<number>();
  if (a.length * b.length > MOST_COMPARISONS) return { left, right };
  const width = b.length + 1;
  // best[i][j]: worth of the best common subsequence of a[i…] and b[j…], flattened.
  const best = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      best[i * width + j] =
        a[i] === b[j]
          ? best[(i + 1) * width + j + 1]! + worth(a[i]!)
          : Math.max(best[(i + 1) * width + j]!, best[i * width + j + 1]!);
    }
  }
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) {
      left.add(i++);
      right.add(j++);
    } else if (best[(i + 1) * width + j]! >= best[i * width + j + 1]!) i++;
    else j++;
  }
  return { left, right };
}

/** Neighbours alike become one piece. A lone space between two changed words is part of the change. */
function joined(parts: readonly string[], changed: readonly boolean[]): Piece[] {
  const pieces: Piece[] = [];
  for (const [i, text] of parts.entries()) {
    const bridges = /^\s+$/.test(text) && changed[i - 1] === true && changed[i + 1] === true;
    const isChanged = changed[i]! || bridges;
    const last = pieces.at(-1);
    if (last && last.changed === isChanged) last.text += text;
    else pieces.push({ text, changed: isChanged });
  }
  return pieces;
}
