/** Packing and splitting of any batch: nothing lost, nothing twice, nothing over its bounds. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { planMicroBatches } from "../../../trainer/engine/batch.ts";
import type { TokenBatch } from "../../../trainer/engine/contract.ts";
import { layOut, layOutUpstream } from "../../../trainer/engine/layout.ts";
import { activationBytes, type MemoryPlan } from "../../../trainer/engine/memory.ts";
import { BATCH } from "../../../trainer/engine/tfjs/programs.ts";
import { RotaryTables } from "../../../trainer/engine/tfjs/rope.ts";
import { tinyConfig } from "./tiny.ts";

const config = tinyConfig("llama");
const MEMORY: MemoryPlan = { activationBytes: 2 ** 24, tokensTogether: 1024, checkpointing: "auto" };

/** Rows of 1 to 600 tokens, each with some of its positions as targets. */
const batches: fc.Arbitrary<TokenBatch> = fc.array(
  fc.tuple(fc.integer({ min: 1, max: 600 }), fc.integer({ min: 1, max: 5 })).map(([length, every]) => {
    const positions = Array.from({ length: length - 1 }, (_, i) => i + 1).filter((position) => position % every === 0);
    return { tokens: Int32Array.from({ length }, (_, t) => (length + t) % 37), targets: Int32Array.from(positions) };
  }),
  { minLength: 1, maxLength: 30 },
);

test("every sequence runs once, in rows and buckets that hold it and its virtual tokens", () => {
  fc.assert(
    fc.property(batches, fc.integer({ min: 0, max: 40 }), (plain, virtual) => {
      // Every third sequence is two examples.
      const batch = plain.map((row, i) => {
        const half = Math.ceil(row.tokens.length / 2);
        return i % 3 === 2 && half < row.tokens.length
          ? { ...row, targets: new Int32Array(0), examples: row.tokens.map((_, t) => (t < half ? 0 : 1)) }
          : row;
      });
      const size = (i: number) => batch[i]!.tokens.length + virtual * ((batch[i]!.examples?.at(-1) ?? 0) + 1);
      const plan = planMicroBatches(batch, config, MEMORY, virtual);
      expect(plan.flatMap(({ rows }) => rows.flat()).sort((a, b) => a - b)).toEqual([...batch.keys()]);
      for (const { bucket, rows } of plan) {
        expect(rows.length).toBeLessThanOrEqual(bucket.rows);
        for (const row of rows) expect(sum(row, size)).toBeLessThanOrEqual(bucket.length);
        expect(sum(rows.flat(), (i) => batch[i]!.targets.length)).toBeLessThanOrEqual(bucket.targets);
        const fits = bucket.rows * bucket.length <= MEMORY.tokensTogether && activationBytes(config, bucket) <= 2 ** 24;
        expect(fits || bucket.rows === 1).toBe(true);
      }
    }),
    { numRuns: 100 },
  );
});

test("the arrays say of every target where it is read and what it is", () => {
  const embedding = Float32Array.from({ length: 37 * 16 }, (_, i) => Math.floor(i / 16)); // row v holds v
  fc.assert(
    fc.property(batches, (batch) => {
      for (const micro of planMicroBatches(batch, config, MEMORY, 0)) {
        const { feeds, ids } = layOut(batch, micro, { table: embedding, rotary: new RotaryTables(config), prefix: 0 });
        const { length } = micro.bucket;
        let target = 0;
        for (const index of micro.rows.flat()) {
          for (const position of batch[index]!.targets) {
            const row = feeds[BATCH.rows]![target]!;
            expect(ids[row + 1]).toBe(batch[index]!.tokens[position]);
            expect(feeds[BATCH.targets]![target]).toBe(batch[index]!.tokens[position]);
            expect(feeds[BATCH.inverse]![row]).toBe(target);
            // A token sees exactly the tokens of its own sequence up to itself.
            const seen = feeds[BATCH.mask]!.subarray(row * length, (row + 1) * length).filter((x) => x === 0);
            expect(seen.length).toBe(position);
            target++;
          }
        }
        expect(feeds[BATCH.inverse]!.filter((row) => row < micro.bucket.targets).length).toBe(target);
        expect([...feeds[BATCH.embedded]!.filter((_, i) => i % 16 === 0)]).toEqual([...ids]);
      }
    }),
    { numRuns: 30 },
  );
});

test("upstream follows the order of the arrays", () => {
  const batch: TokenBatch = [20, 100, 60].map((length, row) => {
    return { tokens: new Int32Array(length).fill(row), targets: Int32Array.of(1, 2) };
  });
  const [micro] = planMicroBatches(batch, config, MEMORY, 0);
  const upstream = { logProbs: [Float64Array.of(1, 2), Float64Array.of(3, 4), Float64Array.of(5, 6)] };
  const layout = layOut(batch, micro!, {
    table: new Float32Array(37 * 16),
    rotary: new RotaryTables(config),
    prefix: 0,
  });
  const { feeds } = layout;
  const laid = layOutUpstream(micro!, layout, upstream)[BATCH.upstream]!;
  expect([...laid.subarray(0, 6)]).toEqual(
    [...feeds[BATCH.targets]!.subarray(0, 6)].map((row, i) => 2 * row + 1 + (i % 2)),
  );
  expect(laid.subarray(6).every((x) => x === 0)).toBe(true);
});

const sum = (indices: readonly number[], of: (index: number) => number) =>
  indices.reduce((total, i) => total + of(i), 0);
