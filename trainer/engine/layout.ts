/** A micro-batch as the arrays that a program is fed, and a program's results as rows of the batch. */

import type { MicroBatch } from "./batch.ts";
import type { Forward, TokenBatch, Upstream } from "./contract.ts";
import { STATISTICS } from "./tfjs/head.ts";
import type { Feeds, Results } from "./tfjs/program.ts";
import { BATCH } from "./tfjs/programs.ts";
import type { RotaryTables } from "./tfjs/rope.ts";

/** A token may not look: small enough that its softmax weight is exactly 0, large enough to stay finite. */
const HIDDEN = -1e9;

/** A micro-batch as arrays. */
export interface Layout {
  /** Inputs of its program. */
  feeds: Feeds;
  /** [B·T]: tokens whose rows of the token embedding [V, D] were looked up; padding is id 0. */
  ids: Int32Array;
  /** Row of the hidden states [B·T, D] of every readout, sequence by sequence. */
  readouts: Int32Array;
}

export function layOut(
  batch: TokenBatch,
  { bucket, rows }: MicroBatch,
  embedding: Float32Array,
  rotary: RotaryTables,
): Layout {
  const { length } = bucket;
  const { width, headWidth } = rotary.config;
  const tokens = bucket.rows * length;
  rotary.cover(length);
  const ids = new Int32Array(tokens);
  const embedded = new Float32Array(tokens * width);
  const cos = new Float32Array(tokens * headWidth);
  const sin = new Float32Array(tokens * headWidth);
  const mask = new Float32Array(tokens * length).fill(HIDDEN);
  const take = new Int32Array(bucket.targets);
  const inverse = new Int32Array(tokens).fill(bucket.targets); // one past the last result: a row of zeros
  const wanted = new Int32Array(bucket.targets);
  const readouts: number[] = [];

  let target = 0;
  for (let row = 0; row < bucket.rows; row++) {
    const start = row * length;
    const starts = new Int32Array(length); // first position of each token's example
    let end = 0;
    for (const index of rows[row] ?? []) {
      const sequence = batch[index]!;
      ids.set(sequence.tokens, start + end);
      for (let t = 0; t < sequence.tokens.length; t++) {
        const begins = t === 0 || (sequence.examples && sequence.examples[t] !== sequence.examples[t - 1]);
        starts[end + t] = begins ? end + t : starts[end + t - 1]!;
      }
      // The row of the token before a target holds what the model expects in the target's place.
      for (const position of sequence.targets) {
        take[target] = start + end + position - 1;
        inverse[take[target]!] = target;
        wanted[target] = sequence.tokens[position]!;
        target++;
      }
      for (const position of sequence.readouts ?? []) readouts.push(start + end + position);
      end += sequence.tokens.length;
    }
    starts.fill(end, end); // padding is an example of its own, which nobody sees
    for (let t = 0; t < length; t++) {
      const [at, first] = [start + t, starts[t]!];
      embedded.set(embedding.subarray(ids[at]! * width, (ids[at]! + 1) * width), at * width);
      const angle = (t - first) * headWidth;
      cos.set(rotary.cos.subarray(angle, angle + headWidth), at * headWidth);
      sin.set(rotary.sin.subarray(angle, angle + headWidth), at * headWidth);
      mask.fill(0, at * length + first, at * length + t + 1);
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
  return { feeds, ids, readouts: Int32Array.from(readouts) };
}

/** dLoss/dlogProb [M, 1] of a micro-batch's targets and dLoss/dvalue [B·T, 1] of its tokens; 0 for padding. */
export function layOutUpstream({ bucket, rows }: MicroBatch, { readouts }: Layout, upstream: Upstream): Feeds {
  const logProbs = new Float32Array(bucket.targets);
  const values = new Float32Array(bucket.rows * bucket.length);
  let target = 0;
  let readout = 0;
  for (const index of rows.flat()) {
    for (const slope of upstream.logProbs[index]!) logProbs[target++] = slope;
    for (const slope of upstream.values?.[index] ?? []) values[readouts[readout++]!] = slope;
  }
  return { [BATCH.upstream]: logProbs, [BATCH.upstreamValues]: values };
}

export function emptyForward(batch: TokenBatch): Forward {
  const zeros = () => batch.map(({ targets }) => new Float64Array(targets.length));
  const values = batch.map(({ readouts }) => new Float64Array(readouts?.length ?? 0));
  return { logProbs: zeros(), entropy: zeros(), correct: zeros(), values };
}

/** Sorts a micro-batch's statistics [M, 3] and values [B·T, 1] into their rows of the whole batch. */
export function readResults(
  forward: Forward,
  { rows }: MicroBatch,
  { readouts }: Layout,
  { statistics, values }: Results,
): void {
  let at = 0;
  let readout = 0;
  for (const index of rows.flat()) {
    for (let i = 0; i < forward.logProbs[index]!.length; i++) {
      forward.logProbs[index]![i] = statistics![at]!;
      forward.entropy[index]![i] = statistics![at + 1]!;
      forward.correct[index]![i] = statistics![at + 2]!;
      at += STATISTICS;
    }
    const own = forward.values[index]!;
    for (let i = 0; i < own.length; i++) own[i] = values![readouts[readout++]!]!;
  }
}
