/** Bounded concurrency: order, limit, the first failure, and stopping on request. */

import { expect, it } from "vitest";
import { pooled } from "../../../trainer/rollout/pool.ts";
import { derivedSeed } from "../../../trainer/rollout/seed.ts";

it("keeps the order and never has more under way than allowed", async () => {
  let [running, most] = [0, 0];
  const results = await pooled(20, 3, async (index) => {
    most = Math.max(most, ++running);
    // Later pieces are done sooner.
    for (let turn = index; turn < 20; turn++) await Promise.resolve();
    running--;
    return index * 2;
  });
  expect(results).toEqual(Array.from({ length: 20 }, (_, i) => i * 2));
  expect(most).toBe(3);
  expect(await pooled(0, 3, async () => 1)).toEqual([]);
});

it("throws the first failure and begins nothing more", async () => {
  const begun: number[] = [];
  const work = async (index: number, signal: AbortSignal) => {
    begun.push(index);
    if (index === 1) throw new Error("the first");
    await new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("an echo"))));
  };
  await expect(pooled(10, 3, work)).rejects.toThrow("the first");
  expect(begun).toEqual([0, 1, 2]);
});

it("stops with the reason it is given", async () => {
  const stop = new AbortController();
  const work = async (index: number) => {
    if (index === 2) stop.abort(new Error("enough"));
    return index;
  };
  await expect(pooled(10, 1, work, [undefined, stop.signal])).rejects.toThrow("enough");
  await expect(pooled(10, 1, async () => 1, [stop.signal])).rejects.toThrow("enough");
});

it("derives seeds that differ by every part of a place", () => {
  const places = [[1], [1, 0], [0, 1], [1, 1], [11], [1, 1, 0]];
  expect(new Set(places.map((place) => derivedSeed(...place))).size).toBe(places.length);
  expect(derivedSeed(1, 2)).toBe(derivedSeed(1, 2));
  for (const place of places) expect(Number.isSafeInteger(derivedSeed(...place))).toBe(true);
});
