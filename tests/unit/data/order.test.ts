/** The order of examples: every one once per epoch, the same for a seed, resumable anywhere. */

import { describe, expect, it } from "vitest";
import { microBatches } from "../../../trainer/data/batch.ts";
import { DataOrder } from "../../../trainer/data/order.ts";
import { Random } from "../../../trainer/data/random.ts";

const sorted = (numbers: number[]) => [...numbers].sort((a, b) => a - b);
const range = (n: number) => Array.from({ length: n }, (_, i) => i);

describe("DataOrder", () => {
  it("hands every example out once per epoch, in an order that changes", () => {
    const order = new DataOrder(10, 1);
    const epoch = () => range(3).map(() => order.next(4));
    const [first, second] = [epoch(), epoch()];
    expect(first.map((batch) => batch.length)).toEqual([4, 4, 2]);
    expect(sorted(first.flat())).toEqual(range(10));
    expect(sorted(second.flat())).toEqual(range(10));
    expect(first.flat()).not.toEqual(second.flat());
    expect(first.flat()).not.toEqual(range(10));
  });

  it("goes on with the same batches from a state that was written down", () => {
    for (const done of range(8)) {
      const order = new DataOrder(10, 3);
      for (let i = 0; i < done; i++) order.next(4);
      const copy = new DataOrder(10, JSON.parse(JSON.stringify(order.state)));
      for (let i = 0; i < 7; i++) expect(copy.next(4)).toEqual(order.next(4));
      expect(copy.state).toEqual(order.state);
    }
  });

  it("differs between neighbouring seeds", () => {
    const orders = range(20).map((seed) => new DataOrder(12, seed).next(12).join());
    expect(new Set(orders).size).toBe(20);
  });
});

describe("Random", () => {
  it("gives xoshiro128**'s published sequence for the state 1, 2, 3, 4", () => {
    const random = new Random([1, 2, 3, 4]);
    expect(range(4).map(() => random.uint32())).toEqual([11520, 0, 5927040, 70819200]);
  });

  it("is uniform over a bound that does not divide 2³²", () => {
    const random = new Random(7);
    const counts = new Array<number>(6).fill(0);
    for (let i = 0; i < 60_000; i++) counts[random.below(6)]!++;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(400);
  });

  it("shuffles without losing or repeating anything", () => {
    expect(sorted(new Random(1).shuffled(range(100)))).toEqual(range(100));
  });
});

describe("microBatches", () => {
  it("cuts into parts of at most the size, in order", () => {
    expect(microBatches([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
    expect(microBatches([], 2)).toEqual([]);
  });
});
