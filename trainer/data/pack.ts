/** Packs several short sequences into rows of one length, so that little is padding and few shapes occur. */

import type {
  Engine,
  Forward,
  Metrics,
  Objective,
  PassOptions,
  TokenBatch,
  TokenSequence,
  Upstream,
  Use,
} from "../engine/contract.ts";

/** Where a sequence lies in the packed rows. */
interface Place {
  row: number;
  /** Its first target among the row's targets. */
  firstTarget: number;
  /** Its first readout among the row's readouts. */
  firstReadout: number;
}

export interface Packed {
  rows: TokenSequence[];
  /** One for every sequence, in the order they were given. */
  places: Place[];
}

/**
 * Best-fit decreasing: the longest sequence first, each into the fullest row that still has room. A sequence longer than
 * `length` gets a row of its own. Each stays an example of its own, with positions from 0 and blind to its neighbours.
 */
export function pack(sequences: TokenBatch, length: number): Packed {
  const longestFirst = sequences.map((_, i) => i).sort((a, b) => size(sequences[b]!) - size(sequences[a]!) || a - b);
  const rows: { free: number; members: number[] }[] = [];
  for (const index of longestFirst) {
    const needed = size(sequences[index]!);
    const fitting = rows.filter(({ free }) => free >= needed).sort((a, b) => a.free - b.free)[0];
    if (fitting) {
      fitting.members.push(index);
      fitting.free -= needed;
    } else rows.push({ free: length - needed, members: [index] });
  }
  const places = new Array<Place>(sequences.length);
  for (const [row, { members }] of rows.entries()) {
    let firstTarget = 0;
    let firstReadout = 0;
    for (const index of members) {
      places[index] = { row, firstTarget, firstReadout };
      firstTarget += sequences[index]!.targets.length;
      firstReadout += sequences[index]!.readouts?.length ?? 0;
    }
  }
  return { rows: rows.map(({ members }) => joined(members.map((i) => sequences[i]!))), places };
}

const size = (sequence: TokenSequence) => sequence.tokens.length;

function joined(parts: readonly TokenSequence[]): TokenSequence {
  const length = parts.reduce((total, part) => total + size(part), 0);
  const tokens = new Int32Array(length);
  const examples = new Int32Array(length);
  const targets: number[] = [];
  const readouts: number[] = [];
  let start = 0;
  for (const [example, part] of parts.entries()) {
    tokens.set(part.tokens, start);
    examples.fill(example, start, start + size(part));
    for (const target of part.targets) targets.push(start + target);
    for (const readout of part.readouts ?? []) readouts.push(start + readout);
    start += size(part);
  }
  const row = { tokens, examples, targets: Int32Array.from(targets) };
  return readouts.length > 0 ? { ...row, readouts: Int32Array.from(readouts) } : row;
}

/** The part of an engine that a method's steps use. */
export type Model = Pick<Engine, "forward" | "accumulate" | "accumulateKnown">;

/**
 * An engine that is given sequences and runs packed rows; whoever uses it sees sequences only.
 * @param length tokens of a row
 */
export function packing(engine: Model, length: number): Model {
  return {
    async forward(batch: TokenBatch, use: Use): Promise<Forward> {
      const packed = pack(batch, length);
      return unpackForward(await engine.forward(packed.rows, use), batch, packed);
    },
    accumulate(batch: TokenBatch, use: Use, objective: Objective, options?: PassOptions): Promise<Metrics> {
      const packed = pack(batch, length);
      const onRows: Objective = (forward) => {
        const { upstream, metrics } = objective(unpackForward(forward, batch, packed));
        return { upstream: packUpstream(upstream, packed), metrics };
      };
      return engine.accumulate(packed.rows, use, onRows, options);
    },
    async accumulateKnown(batch: TokenBatch, use: Use, upstream: Upstream, options?: PassOptions): Promise<Forward> {
      const packed = pack(batch, length);
      const forward = await engine.accumulateKnown(packed.rows, use, packUpstream(upstream, packed), options);
      return unpackForward(forward, batch, packed);
    },
  };
}

/** [row][target] → [sequence][target] */
function unpackForward(
  { logProbs, entropy, correct, values }: Forward,
  batch: TokenBatch,
  { places }: Packed,
): Forward {
  const unpack = (rows: Float64Array[]) =>
    places.map(({ row, firstTarget }, i) => rows[row]!.slice(firstTarget, firstTarget + batch[i]!.targets.length));
  return {
    logProbs: unpack(logProbs),
    entropy: unpack(entropy),
    correct: unpack(correct),
    values: places.map(({ row, firstReadout }, i) =>
      values[row]!.slice(firstReadout, firstReadout + (batch[i]!.readouts?.length ?? 0)),
    ),
  };
}

/** [sequence][target] → [row][target] */
function packUpstream({ logProbs, values }: Upstream, { rows, places }: Packed): Upstream {
  const packed = rows.map(({ targets }) => new Float64Array(targets.length));
  for (const [i, { row, firstTarget }] of places.entries()) packed[row]!.set(logProbs[i]!, firstTarget);
  if (!values) return { logProbs: packed };
  const packedValues = rows.map(({ readouts }) => new Float64Array(readouts?.length ?? 0));
  for (const [i, { row, firstReadout }] of places.entries()) packedValues[row]!.set(values[i]!, firstReadout);
  return { logProbs: packed, values: packedValues };
}

const SHORTEST_ROW = 128;

/** Row length for a run: a power of two that every sequence fits in, and long enough to hold several short ones. */
export function rowLengthFor(sequences: TokenBatch): number {
  const longest = sequences.reduce((most, sequence) => Math.max(most, size(sequence)), SHORTEST_ROW);
  return 2 ** Math.ceil(Math.log2(longest));
}
