/**
 * Which side of a Dataset each prompt falls on: pure. Near-duplicate prompts stay together, and whatever was trained on once is never measured
 * on later, so that what is measured is not remembered.
 */

import type { Split } from "../../prisma/generated/enums.ts";

/** An example as far as the split looks at it. */
export interface Asked {
  /** As `promptKey` of content-hash.ts has it: equal for the same question, hex. */
  key: string;
  /** Equal for near-duplicate prompts. */
  cluster: number;
  /** Whether some Dataset had this prompt among what is trained on. */
  trained: boolean;
}

/** Share of the prompts that are kept for measuring. */
export const HELD_OUT_SHARE = 0.1;
/** With fewer examples than this all are trained on: a tenth of them would measure nothing. */
export const LEAST_TO_SPLIT = 20;

const coinOf = (key: string) => Number.parseInt(key.slice(0, 8), 16) / 2 ** 32;
/** Whether a prompt by itself falls into the tenth. */
export const fallsIntoTenth = (key: string): boolean => coinOf(key) < HELD_OUT_SHARE;

/**
 * By the hashes of the prompts, as if by a coin for each: a cluster is held out where every prompt of it falls into the tenth and none was trained
 * on. A prompt that joins can therefore only take a cluster over to the training side, never away from it. Where no cluster is held out, the one
 * whose last prompt comes nearest is, if it was never trained on.
 */
export function splitsOf(examples: readonly Asked[]): Split[] {
  const clusters = new Map<number, { last: number; least: string; trained: boolean }>();
  for (const { key, cluster, trained } of examples) {
    const known = clusters.get(cluster) ?? { last: 0, least: key, trained: false };
    clusters.set(cluster, {
      last: Math.max(known.last, coinOf(key)),
      least: key < known.least ? key : known.least,
      trained: known.trained || trained,
    });
  }
  // By what stands in the prompts and not by the clusters' numbers, which depend on who comes first.
  const order = [...clusters].sort(([, a], [, b]) => a.last - b.last || (a.least < b.least ? -1 : 1));
  const fresh = order.filter(([, { trained }]) => !trained);
  let heldOut = fresh.filter(([, { last }]) => last < HELD_OUT_SHARE);
  if (heldOut.length === 0) heldOut = fresh.slice(0, 1);
  // Something must be left to train on.
  if (heldOut.length === order.length) heldOut = heldOut.slice(0, -1);
  const measured = new Set(examples.length >= LEAST_TO_SPLIT ? heldOut.map(([cluster]) => cluster) : []);
  return examples.map(({ cluster }) => (measured.has(cluster) ? "HELDOUT" : "TRAIN"));
}
