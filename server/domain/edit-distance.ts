/**
 * Levenshtein's distance between two texts, by the bit-vector algorithm of Myers (1999) in the blocked form of Hyyrö (2003),
 * "A bit-vector algorithm for computing Levenshtein and Damerau edit distances": 32 cells of the table per step.
 */

const WORD = 32;
/** Table cells that are worth computing, about half a second of them. */
const MOST_CELLS = 2 ** 32;

/**
 * Insertions, deletions and substitutions of characters (code points) that make one text of the other. Of texts that differ in
 * more than about 65,000 characters it is the length of the longer difference, which is never less than the distance.
 */
export function editDistance(one: string, other: string): number {
  const [a, b] = differingParts([...one], [...other]);
  const [pattern, text] = a.length <= b.length ? [a, b] : [b, a];
  if (pattern.length === 0 || pattern.length * text.length > MOST_CELLS) return text.length;
  return distance(pattern, text);
}

/** What is left of both without their common beginning and end, on which no change is spent. */
function differingParts(a: string[], b: string[]): [string[], string[]] {
  const shorter = Math.min(a.length, b.length);
  let start = 0;
  while (start < shorter && a[start] === b[start]) start++;
  let end = 0;
  while (end < shorter - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  return [a.slice(start, a.length - end), b.slice(start, b.length - end)];
}

/**
 * The table has a row per character of `pattern` and a column per character of `text`. Of a column only the vertical steps are
 * kept, +1 in the bits of `rises` and −1 in those of `falls`; the last row's value is carried along.
 */
function distance(pattern: readonly string[], text: readonly string[]): number {
  const blocks = Math.ceil(pattern.length / WORD);
  const places = placesOf(pattern, blocks);
  const nowhere = new Int32Array(blocks);
  const rises = new Int32Array(blocks).fill(-1);
  const falls = new Int32Array(blocks);
  const lastBit = (pattern.length - 1) % WORD;
  let value = pattern.length;
  for (const character of text) {
    const equal = places.get(character) ?? nowhere;
    let step = 1; // horizontal, into the block from above: the first row counts 0, 1, 2, …
    for (let block = 0; block < blocks; block++) {
      const [up, down] = [rises[block]!, falls[block]!];
      const match = equal[block]! | (step < 0 ? 1 : 0);
      const diagonal = (((match & up) + up) ^ up) | match;
      const right = down | ~(diagonal | up);
      const left = up & diagonal;
      const high = block === blocks - 1 ? lastBit : WORD - 1;
      const out = ((right >>> high) & 1) - ((left >>> high) & 1);
      const rightIn = (right << 1) | (step > 0 ? 1 : 0);
      const leftIn = (left << 1) | (step < 0 ? 1 : 0);
      const vertical = equal[block]! | down;
      rises[block] = leftIn | ~(vertical | rightIn);
      falls[block] = rightIn & vertical;
      step = out;
    }
    value += step;
  }
  return value;
}

/** For each character, the bits of the places where the pattern has it. */
function placesOf(pattern: readonly string[], blocks: number): Map<string, Int32Array> {
  const places = new Map<string, Int32Array>();
  for (const [i, character] of pattern.entries()) {
    const bits = places.get(character) ?? new Int32Array(blocks);
    bits[Math.floor(i / WORD)]! |= 1 << (i % WORD);
    places.set(character, bits);
  }
  return places;
}
