/** Splits a batch into micro-batches of few different shapes, and lays each out as the arrays a program is fed. */

import type { ModelConfig, TokenBatch, Upstream } from "./contract.ts";
import { type MemoryPlan, planRows } from "./memory.ts";
import { BATCH, type Bucket } from "./tfjs/programs.ts";
import type { RotaryTables } from "./tfjs/rope.ts";

/** Rows of one shape that run together. */
export interface MicroBatch {
  bucket: Bucket;
  /** For every row the sequences packed into it, by their index in the whole batch. */
  rows: number[][];
}

// Every shape costs a trace and a session, every rounding costs padding: at most a third here, mostly far less.
const LENGTHS = [16, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096, 6144, 8192];
const ROWS = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256];
/** Rows of the output head are rounded up to this share of all tokens. */
const TARGET_SHARE = 1 / 4;
/** Sequences up to this length share rows: attention over so few tokens costs little next to the linear layers. */
const SHARED_LENGTH = 256;

/**
 * Packs sequences into rows and groups rows by length, longest first, as many together as memory allows. Depends on the
 * batch alone, so that a resumed run computes the same sums in the same order.
 */
export function planMicroBatches(batch: TokenBatch, config: ModelConfig, memory: MemoryPlan): MicroBatch[] {
  const groups = new Map<number, number[]>();
  for (const [index, { tokens }] of batch.entries()) {
    const group = tokens.length <= SHARED_LENGTH ? SHARED_LENGTH : roundUp(LENGTHS, tokens.length);
    groups.set(group, [...(groups.get(group) ?? []), index]);
  }
  return [...groups.entries()]
    .toSorted(([a], [b]) => b - a)
    .flatMap(([, indices]) => planGroup(batch, indices, config, memory));
}

function planGroup(
  batch: TokenBatch,
  indices: readonly number[],
  config: ModelConfig,
  memory: MemoryPlan,
): MicroBatch[] {
  const longest = indices.reduce((most, index) => Math.max(most, batch[index]!.tokens.length), 0);
  const length = roundUp(LENGTHS, longest);
  const packed = packRows(batch, indices, length);
  const { most, checkpointed } = planRows(config, length, memory);
  const parts = Array.from({ length: Math.ceil(packed.length / most) }, (_, i) =>
    packed.slice(i * most, (i + 1) * most),
  );
  return parts.map((sequences) => {
    const rows = Math.min(roundUp(ROWS, sequences.length), most);
    const wanted = sequences.flat().reduce((sum, index) => sum + batch[index]!.targets.length, 0);
    const step = Math.ceil(rows * length * TARGET_SHARE);
    return {
      bucket: { rows, length, targets: Math.max(1, Math.ceil(wanted / step)) * step, checkpointed },
      rows: sequences,
    };
  });
}

/** First-fit decreasing: each sequence, longest first, goes into the first row that has room for it. */
function packRows(batch: TokenBatch, indices: readonly number[], length: number): number[][] {
  const rows: { room: number; sequences: number[] }[] = [];
  for (const index of indices.toSorted((a, b) => batch[b]!.tokens.length - batch[a]!.tokens.length || a - b)) {
    const size = batch[index]!.tokens.length;
    const row = rows.find(({ room }) => room >= size) ?? { room: length, sequences: [] };
    if (row.sequences.length === 0) rows.push(row);
    row.room -= size;
    row.sequences.push(index);
  }
  return rows.map(({ sequences }) => sequences);
}

const roundUp = (steps: readonly number[], value: number) => steps.find((step) => step >= value) ?? value;

/** A token may not look: small enough that its softmax weight is exactly 0, large enough to stay finite. */
const HIDDEN = -1e9;

/**
 * Inputs of a program for this micro-batch, and the ids [B·T] whose rows of the token embedding [V, D] were looked up
 * (padding is id 0).
 */
export function layOut(batch: TokenBatch, { bucket, rows }: MicroBatch, embedding: Float32Array, rotary: RotaryTables) {
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
  return { feeds, ids };
}

/** dLoss/dlogProb of a micro-batch, [M, 1] in the order of `layOut`; 0 for padding. */
export function layOutUpstream({ bucket, rows }: MicroBatch, upstream: Upstream): Float32Array {
  const values = new Float32Array(bucket.targets);
  let target = 0;
  for (const index of rows.flat()) {
    for (const value of upstream.logProbs[index]!) values[target++] = value;
  }
  return values;
}
