// Ranking by pairs: the ranking behind the answers comes out, ties included, with as few questions as promised.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Answer, pairwise, type Question } from "../../../app/annotate/_lib/pairwise.ts";
import { ranksOf, tiersOf } from "../../../app/annotate/_lib/places.ts";

const IDS = ["a", "b", "c", "d"];

/** Answers every question by a hidden rank (lower is better) and keeps what was asked. */
function play(hidden: Readonly<Record<string, number>>) {
  const ids = Object.keys(hidden);
  const answers: Answer[] = [];
  const asked: Question[] = [];
  for (;;) {
    const next = pairwise(ids, answers);
    if ("places" in next) return { ids, places: next.places, asked };
    const { left, right } = next.ask;
    asked.push(next.ask);
    answers.push(hidden[left]! < hidden[right]! ? "left" : hidden[left]! > hidden[right]! ? "right" : "tie");
  }
}

const hiddenRanks = (most: number) =>
  fc
    .array(fc.integer({ min: 1, max: most }), { minLength: 1, maxLength: most })
    .map((ranks) => Object.fromEntries(ranks.map((rank, i) => [`m${i}`, rank])));

/** ⌈log₂ 1⌉ + … + ⌈log₂ n⌉. */
const promised = (n: number) =>
  Array.from({ length: n }, (_, i) => Math.ceil(Math.log2(i + 1))).reduce((a, b) => a + b);

describe("ranking by pairs", () => {
  it("finds the ranking behind the answers, ties included", () => {
    fc.assert(
      fc.property(hiddenRanks(9), (hidden) => {
        const { ids, places } = play(hidden);
        expect(tiersOf(places, ids)).toEqual(tiersOf(hidden, ids));
        expect(ranksOf(places, ids)).not.toBeNull();
      }),
      { numRuns: 500 },
    );
  });

  it("never asks more than promised, nor the same two twice", () => {
    fc.assert(
      fc.property(hiddenRanks(9), (hidden) => {
        const { ids, asked } = play(hidden);
        expect(asked.length).toBeLessThanOrEqual(promised(ids.length));
        const pairs = asked.map(({ left, right }) => [left, right].sort().join());
        expect(new Set(pairs).size).toBe(pairs.length);
        for (const [i, { mostAfter }] of asked.entries()) expect(asked.length - 1 - i).toBeLessThanOrEqual(mostAfter);
      }),
      { numRuns: 500 },
    );
  });

  it("takes five questions for four replies at worst, and one less than their number where all are tied", () => {
    const orders = IDS.flatMap((a) => IDS.flatMap((b) => IDS.flatMap((c) => IDS.map((d) => [a, b, c, d])))).filter(
      (order) => new Set(order).size === 4,
    );
    const questions = orders.map(
      (order) => play(Object.fromEntries(IDS.map((id) => [id, order.indexOf(id)]))).asked.length,
    );
    expect(Math.max(...questions)).toBe(5);
    expect(promised(9)).toBe(21);
    expect(play({ a: 1, b: 1, c: 1, d: 1, e: 1 }).asked.length).toBe(4);
  });

  it("shows a newcomer on either side in turn", () => {
    const first = pairwise(["a", "b", "c"], []);
    expect(first).toMatchObject({ ask: { left: "a", right: "b" } });
    const second = pairwise(["a", "b", "c"], ["left"]);
    expect(second).toMatchObject({ ask: { left: "c", right: "b" } });
  });

  it("asks nothing about a lone reply", () => {
    expect(pairwise(["a"], [])).toEqual({ places: { a: 1 } });
  });
});
