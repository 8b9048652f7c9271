// Sampling: known answers, frequencies that match the probabilities, and seeds that mean the same every time.
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Sampling } from "../../../server/inference/protocol.ts";
import { sampleToken, seededRandom } from "../../../server/inference/sampler.ts";

const plain: Sampling = { temperature: 1, topP: 1, topK: 0, minP: 0, seed: 0 };
const candidates = new Map([
  [7, 0.5],
  [3, 0.3],
  [9, 0.15],
  [1, 0.05],
]);

/** Share of each token over many draws. */
function shares(sampling: Sampling, from = candidates, draws = 20_000): Record<number, number> {
  const random = seededRandom(sampling.seed);
  const counts: Record<number, number> = {};
  for (let i = 0; i < draws; i++) {
    const { token } = sampleToken(from, sampling, random);
    counts[token] = (counts[token] ?? 0) + 1 / draws;
  }
  return counts;
}

test("greedy takes the most likely token, the lowest id among equals, and asks for no random number", () => {
  const never = () => {
    throw new Error("greedy sampling asked for a random number");
  };
  expect(sampleToken(candidates, { ...plain, temperature: 0 }, never)).toEqual({ token: 7, logProb: Math.log(0.5) });
  const equals = new Map([
    [5, 0.4],
    [2, 0.4],
    [8, 0.2],
  ]);
  expect(sampleToken(equals, { ...plain, temperature: 0 }, never).token).toBe(2);
});

test("at temperature 1 tokens come as often as they are likely", () => {
  const found = shares(plain);
  for (const [token, probability] of candidates) expect(Math.abs(found[token]! - probability)).toBeLessThan(0.02);
});

test("temperature sharpens and flattens", () => {
  for (const temperature of [0.5, 2]) {
    const weights = [...candidates].map(([token, p]) => [token, p ** (1 / temperature)] as const);
    const total = weights.reduce((sum, [, weight]) => sum + weight, 0);
    const found = shares({ ...plain, temperature });
    for (const [token, weight] of weights) expect(Math.abs(found[token]! - weight / total)).toBeLessThan(0.02);
  }
  // So cold that every other weight underflows to zero.
  expect(Object.keys(shares({ ...plain, temperature: 1e-4 }, candidates, 100))).toEqual(["7"]);
});

test.each<[Partial<Sampling>, number[]]>([
  [{ topK: 2 }, [3, 7]],
  [{ topK: 99 }, [1, 3, 7, 9]],
  [{ topP: 0.5 }, [7]],
  [{ topP: 0.51 }, [3, 7]],
  [{ topP: 0.000001 }, [7]],
  [{ minP: 0.3 }, [3, 7, 9]],
  [{ minP: 1 }, [7]],
  [{ topK: 3, topP: 0.99, minP: 0.5 }, [3, 7]],
])("%o keeps %o", (cut, kept) => {
  expect(Object.keys(shares({ ...plain, ...cut }, candidates, 3000)).map(Number)).toEqual(kept);
});

test("the log-probability is the model's own, whatever was cut", () => {
  const { token, logProb } = sampleToken(candidates, { ...plain, topK: 2, temperature: 0.1 }, () => 0.999999);
  expect(logProb).toBeCloseTo(Math.log(candidates.get(token)!), 12);
});

test("the order candidates arrive in makes no difference", () => {
  fc.assert(
    fc.property(fc.shuffledSubarray([...candidates], { minLength: 4 }), fc.nat(), (shuffled, seed) => {
      const draw = (from: Map<number, number>) => {
        const random = seededRandom(seed);
        return Array.from({ length: 20 }, () => sampleToken(from, plain, random).token);
      };
      expect(draw(new Map(shuffled))).toEqual(draw(candidates));
    }),
  );
});

test("no probabilities, or broken ones, are an error", () => {
  expect(() => sampleToken(new Map(), plain, () => 0)).toThrow(/no next-token probabilities/);
  expect(() => sampleToken(new Map([[1, Number.NaN]]), plain, () => 0)).toThrow(/no next-token probabilities/);
});

test("seeds repeat, differ from their neighbours, and are evenly spread", () => {
  const stream = (seed: number) => {
    const random = seededRandom(seed);
    return Array.from({ length: 1000 }, random);
  };
  expect(stream(5)).toEqual(stream(5));
  const seeds = [0, 1, 2, 3, 2 ** 32, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER];
  expect(new Set(seeds.map((seed) => stream(seed)[0])).size).toBe(seeds.length);
  for (const seed of seeds) {
    const values = stream(seed);
    expect(Math.abs(values.reduce((sum, value) => sum + value) / 1000 - 0.5)).toBeLessThan(0.05);
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
  }
});

test("seed 1 begins as it always has", () => {
  // Replies are reproduced from their stored seed: another stream would silently break every replay.
  const random = seededRandom(1);
  expect([random(), random(), random()]).toEqual([0.45416540931910276, 0.08243005652911961, 0.15395221509970725]);
});
