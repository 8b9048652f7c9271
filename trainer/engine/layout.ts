/** A micro-batch as the arrays that a program is fed, and a program's results as rows of the batch. */

import type { MicroBatch } from "./batch.ts";
import type { Forward, PassOptions, TokenBatch, TokenSequence, Upstream } from "./contract.ts";
import { seededRandom } from "./random.ts";
import { STATISTICS } from "./tfjs/head.ts";
import type { Feeds, Results } from "./tfjs/program.ts";
import { BATCH } from "./tfjs/programs.ts";
import type { RotaryTables } from "./tfjs/rope.ts";

/** A token may not look: small enough that its softmax weight is exactly 0, large enough to stay finite. */
const HIDDEN = -1e9;

/** Where embedded rows come from, and what an adapter puts before every example. */
export interface Embedding {
  /** Token embedding [V, D], live in full-parameter mode. */
  table: Float32Array;
  rotary: RotaryTables;
  /** Prompt tuning: embeddings [P, D] of virtual tokens, which take the first positions of every example. */
  prompt?: Float32Array;
  /** Prefix tuning: keys before every example, seen by all its tokens, whose positions begin behind them. */
  prefix: number;
  noise?: PassOptions["noise"];
}

/** A micro-batch as arrays. */
export interface Layout {
  /** Inputs of its program. */
  feeds: Feeds;
  /** [B·T]: the token whose embedding was looked up, or −1 − p for virtual token p; padding is id 0. */
  ids: Int32Array;
  /** Row of the hidden states [B·T, D] of every readout, sequence by sequence. */
  readouts: Int32Array;
}

/** Which token stands where among the B·T places of a micro-batch. */
interface Places {
  /** As in Layout. */
  ids: Int32Array;
  /** [B·T]: place within the row at which this place's example begins. Padding is an example that nobody sees. */
  firsts: Int32Array;
  /** The place of every token, sequence by sequence in the order of the rows. */
  ofTokens: Int32Array[];
}

function placeTokens(batch: TokenBatch, { bucket, rows }: MicroBatch, virtual: number): Places {
  const { length } = bucket;
  const ids = new Int32Array(bucket.rows * length);
  const firsts = new Int32Array(bucket.rows * length);
  const ofTokens: Int32Array[] = [];
  for (let row = 0; row < bucket.rows; row++) {
    const start = row * length;
    let end = 0;
    let first = 0;
    const place = (id: number) => {
      ids[start + end] = id;
      firsts[start + end] = first;
      return start + end++;
    };
    for (const index of rows[row] ?? []) {
      const { tokens, examples } = batch[index]!;
      const places = new Int32Array(tokens.length);
      for (let t = 0; t < tokens.length; t++) {
        if (t === 0 || (examples && examples[t] !== examples[t - 1])) {
          first = end;
          for (let p = 0; p < virtual; p++) place(-1 - p);
        }
        places[t] = place(tokens[t]!);
      }
      ofTokens.push(places);
    }
    firsts.fill(end, start + end, start + length);
  }
  return { ids, firsts, ofTokens };
}

export function layOut(batch: TokenBatch, micro: MicroBatch, embedding: Embedding): Layout {
  const { bucket, rows } = micro;
  const { table, rotary, prompt, prefix, noise } = embedding;
  const { width, headWidth } = rotary.config;
  const places = bucket.rows * bucket.length;
  const { ids, firsts, ofTokens } = placeTokens(batch, micro, prompt ? prompt.length / width : 0);
  rotary.cover(prefix + bucket.length);
  const embedded = new Float32Array(places * width);
  const cos = new Float32Array(places * headWidth);
  const sin = new Float32Array(places * headWidth);
  const keys = prefix + bucket.length;
  const mask = new Float32Array(places * keys).fill(HIDDEN);
  for (let at = 0; at < places; at++) {
    const id = ids[at]!;
    const source =
      id < 0 ? prompt!.subarray((-1 - id) * width, -id * width) : table.subarray(id * width, (id + 1) * width);
    embedded.set(source, at * width);
    const place = at % bucket.length;
    const angle = (prefix + place - firsts[at]!) * headWidth;
    cos.set(rotary.cos.subarray(angle, angle + headWidth), at * headWidth);
    sin.set(rotary.sin.subarray(angle, angle + headWidth), at * headWidth);
    mask.fill(0, at * keys, at * keys + prefix);
    mask.fill(0, at * keys + prefix + firsts[at]!, at * keys + prefix + place + 1);
  }

  const take = new Int32Array(bucket.targets);
  const inverse = new Int32Array(places).fill(bucket.targets); // one past the last result: a row of zeros
  const wanted = new Int32Array(bucket.targets);
  const readouts: number[] = [];
  let target = 0;
  for (const [order, index] of rows.flat().entries()) {
    const sequence = batch[index]!;
    const own = ofTokens[order]!;
    // The row of the token before a target holds what the model expects in the target's place.
    for (const position of sequence.targets) {
      take[target] = own[position]! - 1;
      inverse[take[target]!] = target;
      wanted[target] = sequence.tokens[position]!;
      target++;
    }
    for (const position of sequence.readouts ?? []) readouts.push(own[position]!);
    if (noise) addNoise(embedded, sequence, own, { ...noise, index, width });
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

/**
 * NEFTune (Jain et al. 2023, algorithm 1): every embedding of an example of T tokens moves by U(−1, 1)·alpha/√(T·D).
 * Drawn per sequence from the seed and its index in the batch: how the batch is split changes nothing.
 */
function addNoise(
  embedded: Float32Array,
  { tokens, examples }: TokenSequence,
  places: Int32Array,
  { alpha, seed, index, width }: { alpha: number; seed: number; index: number; width: number },
): void {
  const random = seededRandom(seed ^ Math.imul(index + 1, 0x9e3779b1));
  const lengths = new Map<number, number>();
  for (let t = 0; t < tokens.length; t++) lengths.set(examples?.[t] ?? 0, (lengths.get(examples?.[t] ?? 0) ?? 0) + 1);
  for (let t = 0; t < tokens.length; t++) {
    const scale = alpha / Math.sqrt(lengths.get(examples?.[t] ?? 0)! * width);
    const from = places[t]! * width;
    for (let i = from; i < from + width; i++) embedded[i]! += scale * (2 * random.uniform() - 1);
  }
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
