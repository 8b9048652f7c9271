/** Splits a batch into micro-batches of few different shapes, and lays each out as the arrays a program is fed. */

import type { ModelConfig, TokenBatch, TokenSequence, Upstream } from "./contract.ts";
import { type MemoryPlan, rowsTogether } from "./memory.ts";
import { BATCH, type Bucket } from "./tfjs/programs.ts";
import type { RotaryTables } from "./tfjs/rope.ts";

/** Rows of one shape that run together. */
export interface MicroBatch {
  bucket: Bucket;
  /** Index of every row in the whole batch. */
  sequences: number[];
}

/**
 * Row lengths that graphs are made for: every shape costs a trace and a session, every rounding costs padding.
 * At most a third is padding, mostly far less.
 */
const LENGTHS = [16, 32, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096, 6144, 8192];
const ROWS = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256];
/** The head's rows are rounded up to eighths of all rows: it is a quarter of the work on a large vocabulary. */
const TARGET_STEPS = 8;

/**
 * Groups rows by length bucket, longest first, as many together as memory allows. Depends on the batch alone, so that a
 * resumed run computes the same sums in the same order.
 */
export function planMicroBatches(batch: TokenBatch, config: ModelConfig, memory: MemoryPlan): MicroBatch[] {
  const byLength = new Map<number, number[]>();
  for (const [index, { tokens }] of batch.entries()) {
    const length = roundUp(LENGTHS, tokens.length);
    byLength.set(length, [...(byLength.get(length) ?? []), index]);
  }
  return [...byLength.entries()]
    .toSorted(([a], [b]) => b - a)
    .flatMap(([length, indices]) => {
      const most = rowsTogether(config, length, memory);
      return split(indices, most).map((sequences) => {
        const rows = Math.min(roundUp(ROWS, sequences.length), most);
        const wanted = sequences.reduce((sum, index) => sum + batch[index]!.targets.length, 0);
        const step = Math.max(1, Math.ceil((rows * length) / TARGET_STEPS));
        return { bucket: { rows, length, targets: Math.max(1, Math.ceil(wanted / step)) * step }, sequences };
      });
    });
}

function split(indices: readonly number[], most: number): number[][] {
  const parts: number[][] = [];
  for (let from = 0; from < indices.length; from += most) parts.push(indices.slice(from, from + most));
  return parts;
}

const roundUp = (steps: readonly number[], value: number) => steps.find((step) => step >= value) ?? value;

/** A token may not look: small enough that its softmax weight is exactly 0, large enough to stay finite. */
const HIDDEN = -1e9;

/**
 * Inputs of a program for this micro-batch, and the ids [B·T] whose rows of the token embedding [V, D] were looked up
 * (padding is id 0).
 */
export function layOut(
  batch: TokenBatch,
  { bucket, sequences }: MicroBatch,
  embedding: Float32Array,
  rotary: RotaryTables,
) {
  const { rows, length, targets } = bucket;
  const { width, headWidth } = rotary.config;
  rotary.cover(length);
  const ids = new Int32Array(rows * length);
  const embedded = new Float32Array(rows * length * width);
  const cos = new Float32Array(rows * length * headWidth);
  const sin = new Float32Array(rows * length * headWidth);
  const mask = new Float32Array(rows * length * length).fill(HIDDEN);
  const take = new Int32Array(targets);
  const inverse = new Int32Array(rows * length).fill(targets); // one past the last result: a row of zeros
  const wanted = new Int32Array(targets);

  let target = 0;
  for (let row = 0; row < rows; row++) {
    const sequence = batch[sequences[row] ?? -1];
    const start = row * length;
    if (sequence) ids.set(sequence.tokens, start);
    const starts = exampleStarts(sequence, length);
    for (let t = 0; t < length; t++) {
      const first = starts[t]!;
      const from = ids[start + t]! * width;
      embedded.set(embedding.subarray(from, from + width), (start + t) * width);
      const angle = (t - first) * headWidth;
      cos.set(rotary.cos.subarray(angle, angle + headWidth), (start + t) * headWidth);
      sin.set(rotary.sin.subarray(angle, angle + headWidth), (start + t) * headWidth);
      mask.fill(0, (start + t) * length + first, (start + t) * length + t + 1);
    }
    // The row of the token before a target holds what the model expects in the target's place.
    for (const position of sequence?.targets ?? []) {
      take[target] = start + position - 1;
      inverse[start + position - 1] = target;
      wanted[target] = sequence!.tokens[position]!;
      target++;
    }
  }
  const feeds = {
    [BATCH.embedded]: embedded,
    [BATCH.cos]: cos,
    [BATCH.sin]: sin,
    [BATCH.turn]: rotary.turn,
    [BATCH.mask]: mask,
    [BATCH.rows]: take,
    [BATCH.inverse]: inverse,
    [BATCH.targets]: wanted,
  };
  return { feeds, ids };
}

/** For every position the first position of its example. Padding is one example of its own, seen by nobody. */
function exampleStarts(sequence: TokenSequence | undefined, length: number): Int32Array {
  const starts = new Int32Array(length);
  const end = sequence?.tokens.length ?? 0;
  for (let t = 1; t < length; t++) {
    const begins = t === end || (t < end && sequence?.examples && sequence.examples[t] !== sequence.examples[t - 1]);
    starts[t] = begins ? t : starts[t - 1]!;
  }
  return starts;
}

/** dLoss/dlogProb of a micro-batch, [M, 1] in the order of `layOut`; 0 for padding. */
export function layOutUpstream({ bucket, sequences }: MicroBatch, upstream: Upstream): Float32Array {
  const values = new Float32Array(bucket.targets);
  let target = 0;
  for (const index of sequences) {
    for (const value of upstream.logProbs[index]!) values[target++] = value;
  }
  return values;
}
