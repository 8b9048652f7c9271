/** Clusters of near-duplicate prompts by MinHash (Broder 1997) and banding (Leskovec et al., Mining of Massive Datasets, § 3.4). Pure. */

import { finish, type Steps } from "./breathe.ts";

/** Characters in a row that are compared: short enough for Chinese, long enough for words. */
const SHINGLE = 5;
/** 16 bands of 4 hashes: two texts that share half their shingles meet in some band with probability 0.64, three quarters with 0.998. */
const BANDS = 16;
const ROWS = 4;
const HASHES = BANDS * ROWS;
/** Texts whose signatures agree in this share are near-duplicates. */
const LEAST_SHARED = 0.7;
/** Of shorter texts a word more or less is another question, so they must be equal. */
const LEAST_SHINGLES = 24;
/** Of longer ones the end is compared, which is where the question stands. */
const MOST_CHARACTERS = 2000;

/** The part of a dialogue that clusters go by: its last turn, with the turns before it while that is too short to say anything. */
export function promptText(turns: readonly { content: string }[]): string {
  let text = "";
  for (let i = turns.length - 1; i >= 0 && text.length < LEAST_SHINGLES; i--) text = `${turns[i]!.content}\n${text}`;
  return text.slice(-MOST_CHARACTERS);
}

/**
 * Numbers of clusters, by first appearance. Which texts are together does not depend on their order; a chain of near-duplicates is one cluster.
 * @returns per text, equal for near-duplicates
 */
export const promptClusters = (texts: readonly string[]): Int32Array => finish(clustering(texts));

/** The same in steps: of a hundred thousand texts it takes seconds. */
export function* clustering(texts: readonly string[]): Steps<Int32Array> {
  const plain: string[] = [];
  for (const text of texts) yield void plain.push(plainText(text));
  // Sorted, so that whoever stands first in a bucket is the same in every order.
  const distinct = [...new Set(plain)].sort((a, b) => (a < b ? -1 : 1));
  const parents = Int32Array.from(distinct, (_, i) => i);
  const find = (i: number): number => {
    while (parents[i] !== i) {
      parents[i] = parents[parents[i]!]!;
      i = parents[i]!;
    }
    return i;
  };
  const signatures: (Uint32Array | null)[] = [];
  for (const text of distinct) yield void signatures.push(signatureOf(text));
  for (let band = 0; band < BANDS; band++) {
    const first = new Map<number, number>();
    yield;
    for (const [i, signature] of signatures.entries()) {
      if (!signature) continue;
      const key = bandKey(signature, band * ROWS);
      const j = first.get(key);
      if (j === undefined) first.set(key, i);
      else if (find(i) !== find(j) && shared(signature, signatures[j]!) >= LEAST_SHARED) parents[find(i)] = find(j);
    }
  }
  yield;
  const rootOf = new Map(distinct.map((text, i) => [text, find(i)]));
  const numbers = new Map<number, number>();
  return Int32Array.from(plain, (text) => {
    const root = rootOf.get(text)!;
    if (!numbers.has(root)) numbers.set(root, numbers.size);
    return numbers.get(root)!;
  });
}

/**
 * Tells which of a few texts another text is equal to or a near-duplicate of, without remembering the other: for comparing a few with more
 * than fit into memory.
 * @returns indices into `texts`
 */
export function duplicatesAmong(texts: readonly string[]): (other: string) => number[] {
  const equal = new Map<string, number[]>();
  const signatures = texts.map((text) => signatureOf(plainText(text)));
  const bands = Array.from({ length: BANDS }, () => new Map<number, number[]>());
  const put = <Key>(map: Map<Key, number[]>, key: Key, i: number) => map.set(key, [...(map.get(key) ?? []), i]);
  for (const [i, text] of texts.entries()) {
    put(equal, plainText(text), i);
    const signature = signatures[i];
    if (signature) for (const [band, map] of bands.entries()) put(map, bandKey(signature, band * ROWS), i);
  }
  return (other) => {
    const text = plainText(other);
    const signature = signatureOf(text);
    const near = signature
      ? bands.flatMap((map, band) => map.get(bandKey(signature, band * ROWS)) ?? [])
      : ([] as number[]);
    const alike = near.filter((i) => shared(signature!, signatures[i]!) >= LEAST_SHARED);
    return [...new Set([...(equal.get(text) ?? []), ...alike])];
  };
}

/** Case, width, punctuation and spaces do not count. */
function plainText(text: string): string {
  const folded = text.normalize("NFKC").toLowerCase();
  return folded.replaceAll(/[^\p{L}\p{N}]+/gu, " ").trim() || folded;
}

/** Per hash function the least hash of any shingle; null for a text too short to be compared by parts. */
function signatureOf(text: string): Uint32Array | null {
  if (text.length < LEAST_SHINGLES + SHINGLE - 1) return null;
  const signature = new Uint32Array(HASHES).fill(2 ** 32 - 1);
  for (let start = 0; start + SHINGLE <= text.length; start++) {
    let hash = 0x811c9dc5; // FNV-1a
    for (let i = start; i < start + SHINGLE; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    for (let h = 0; h < HASHES; h++) {
      const mixed = mix(hash ^ Math.imul(h + 1, 0x9e3779b9));
      if (mixed < signature[h]!) signature[h] = mixed;
    }
  }
  return signature;
}

/** Four hashes as one number below 2⁵³. Two bands that meet by accident are told apart by their whole signatures. */
const bandKey = (signature: Uint32Array, at: number) =>
  (mix(signature[at]! ^ mix(signature[at + 1]!)) >>> 6) * 2 ** 26 +
  (mix(signature[at + 2]! ^ mix(signature[at + 3]!)) >>> 6);

/** The finaliser of MurmurHash3. */
function mix(word: number): number {
  word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
  return (word ^ (word >>> 16)) >>> 0;
}

/** Estimates the Jaccard similarity of the two sets of shingles. */
function shared(a: Uint32Array, b: Uint32Array): number {
  let equal = 0;
  for (let h = 0; h < HASHES; h++) if (a[h] === b[h]) equal++;
  return equal / HASHES;
}
