/** Splits a batch into micro-batches of few different shapes. */

import type { ModelConfig, TokenBatch, TokenSequence } from "./contract.ts";
import { type MemoryPlan, planRows } from "./memory.ts";
import type { Bucket } from "./tfjs/programs.ts";

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
 * @param virtual tokens that stand before every example (prompt tuning)
 */
export function planMicroBatches(
  batch: TokenBatch,
  config: ModelConfig,
  memory: MemoryPlan,
  virtual: number,
): MicroBatch[] {
  const sizes = batch.map((sequence) => sequence.tokens.length + virtual * examplesIn(sequence));
  const groups = new Map<number, number[]>();
  for (const [index, size] of sizes.entries()) {
    const group = size <= SHARED_LENGTH ? SHARED_LENGTH : roundUp(LENGTHS, size);
    groups.set(group, [...(groups.get(group) ?? []), index]);
  }
  return [...groups.entries()]
    .toSorted(([a], [b]) => b - a)
    .flatMap(([, indices]) => planGroup(batch, sizes, indices, config, memory));
}

function planGroup(
  batch: TokenBatch,
  sizes: readonly number[],
  indices: readonly number[],
  config: ModelConfig,
  memory: MemoryPlan,
): MicroBatch[] {
  const longest = indices.reduce((most, index) => Math.max(most, sizes[index]!), 0);
  const length = roundUp(LENGTHS, longest);
  const packed = packRows(sizes, indices, length);
  const { most, checkpointed } = planRows(config, length, memory);
  const parts = Array.from({ length: Math.ceil(packed.length / most) }, (_, i) =>
    packed.slice(i * most, (i + 1) * most),
  );
  return parts.map((sequences) => {
    const rows = Math.min(roundUp(ROWS, sequences.length), most);
    const wanted = sequences.flat().reduce((sum, index) => sum + batch[index]!.targets.length, 0);
    const readouts = sequences.flat().some((index) => (batch[index]!.readouts?.length ?? 0) > 0);
    const step = Math.ceil(rows * length * TARGET_SHARE);
    // Where only the head is read, the output head with its product over the vocabulary is left out.
    const targets = Math.max(readouts ? 0 : 1, Math.ceil(wanted / step)) * step;
    return {
      bucket: { rows, length, targets, readouts, checkpointed },
      rows: sequences,
    };
  });
}

/** First-fit decreasing: each sequence, longest first, goes into the first row that has room for it. */
function packRows(sizes: readonly number[], indices: readonly number[], length: number): number[][] {
  const rows: { room: number; sequences: number[] }[] = [];
  for (const index of indices.toSorted((a, b) => sizes[b]! - sizes[a]! || a - b)) {
    const size = sizes[index]!;
    const row = rows.find(({ room }) => room >= size) ?? { room: length, sequences: [] };
    if (row.sequences.length === 0) rows.push(row);
    row.room -= size;
    row.sequences.push(index);
  }
  return rows.map(({ sequences }) => sequences);
}

const roundUp = (steps: readonly number[], value: number) => steps.find((step) => step >= value) ?? value;
const examplesIn = ({ examples }: TokenSequence) => (examples ? examples.at(-1)! + 1 : 1);
