// Each guard by itself: shares, days, bursts, clusters, newcomers; and that small instances are left alone.
import fc from "fast-check";
import { expect, test } from "vitest";
import { applyGuards, DEFAULT_GUARDS, type Guarded, type GuardedRater } from "../../../server/domain/dataset-guards.ts";

const HOUR_MS = 3_600_000;
const user: GuardedRater = { role: "USER", confirmed: true };
const newcomer: GuardedRater = { role: "USER", confirmed: false };
const annotator: GuardedRater = { role: "ANNOTATOR", confirmed: true };
const admin: GuardedRater = { role: "ADMIN", confirmed: true };

const example = (n: number, raterIds: string[], more: Partial<Guarded> = {}): Guarded => ({
  ...{ hash: String(n * 7919 + 1e6).padStart(12, "0"), raterIds, promptId: `prompt-${n}`, cluster: n, at: n * HOUR_MS },
  ...more,
});
const of = (count: number, raterId: string, more: (n: number) => Partial<Guarded> = () => ({}), from = 0) =>
  Array.from({ length: count }, (_, n) => example(from + n, [raterId], more(n)));
const count = (examples: readonly Guarded[], raters: Record<string, GuardedRater>, guards = {}) => {
  const verdicts = applyGuards(examples, new Map(Object.entries(raters)), { ...DEFAULT_GUARDS, ...guards });
  const counts: Record<string, number> = {};
  for (const { refused } of verdicts) counts[refused ?? "in"] = (counts[refused ?? "in"] ?? 0) + 1;
  return counts;
};

test("the only admin's pairs all go in, however many and however fast", () => {
  expect(
    count(
      of(3000, "a", () => ({ at: 0 })),
      { a: admin },
    ),
  ).toEqual({ in: 3000 });
});

test("one visitor's forty prompts in a minute go in; a hundred in an hour do not", () => {
  expect(
    count(
      of(40, "v", (n) => ({ at: n * 1000 })),
      { v: newcomer },
    ),
  ).toEqual({ in: 40 });
  expect(
    count(
      of(100, "v", (n) => ({ at: n * 36_000 })),
      { v: newcomer },
    ),
  ).toEqual({ BURST: 100 });
});

test("a day's worth counts, from the first on; annotators are watched otherwise", () => {
  const day = (n: number) => ({ at: Math.floor(n / 150) * 24 * HOUR_MS + (n % 150) * 500_000 });
  expect(count(of(300, "v", day), { v: user }, { raterFloor: 1000 })).toEqual({ in: 200, RATER_DAY: 100 });
  expect(count(of(300, "v", day), { v: annotator })).toEqual({ in: 300 });
});

test("a rater has one in a hundred, or the floor; few annotators have twice an equal share", () => {
  const crowd = Array.from({ length: 200 }, (_, r) => of(50, `u${r}`, () => ({}), r * 100)).flat();
  const users = Object.fromEntries(Array.from({ length: 200 }, (_, r) => [`u${r}`, user]));
  const greedy = of(2000, "g", () => ({}), 100_000);
  expect(count([...crowd, ...greedy], { ...users, g: user })).toEqual({ in: 10_101, RATER_SHARE: 1899 });
  expect(count(greedy, { g: user })).toEqual({ in: 50, RATER_SHARE: 1950 });
  const three = ["a", "b", "c"].flatMap((id, r) => of(1000, id, () => ({}), r * 2000));
  expect(count(three, { a: annotator, b: annotator, c: annotator })).toEqual({ in: 3000 });
});

test("near-duplicate prompts have so many examples, confirmed ones first", () => {
  const flood = of(300, "n", () => ({ cluster: 1 }), 1000);
  const honest = of(60, "a", () => ({ cluster: 1 }));
  expect(count([...flood, ...honest], { n: newcomer, a: admin }, { raterFloor: 1000 })).toEqual({
    in: 100,
    CLUSTER: 260,
  });
});

test("newcomers fill a small Dataset in turns, and have next to nothing of a large one", () => {
  const strangers = Array.from({ length: 30 }, (_, r) => of(40, `n${r}`, () => ({}), r * 100)).flat();
  const raters = Object.fromEntries(Array.from({ length: 30 }, (_, r) => [`n${r}`, newcomer]));
  expect(count(strangers, raters)).toEqual({ in: 500, NEWCOMER: 700 });
  expect(count([...strangers, ...of(300, "a", () => ({}), 9000)], { ...raters, a: admin })).toEqual({
    in: 500,
    NEWCOMER: 1000,
  });
  expect(count([...strangers, ...of(5000, "a", () => ({}), 9000)], { ...raters, a: admin })).toEqual({
    in: 5025,
    NEWCOMER: 1175,
  });
});

test("no order of the examples changes the outcome, and no rater ever has more than allowed", () => {
  const pick = fc.record({
    rater: fc.nat({ max: 9 }),
    other: fc.nat({ max: 30 }),
    cluster: fc.nat({ max: 5 }),
    at: fc.nat({ max: 400 }),
  });
  const roles: GuardedRater[] = [admin, annotator, annotator, user, user, user, newcomer, newcomer, newcomer, newcomer];
  const raters = new Map(roles.map((role, r) => [`r${r}`, role]));
  const guards = {
    ...DEFAULT_GUARDS,
    raterFloor: 3,
    raterShare: 0.1,
    newcomerFloor: 10,
    newcomerShare: 0.1,
    clusterMost: 12,
    burstPerHour: 5,
  };
  fc.assert(
    fc.property(fc.array(pick, { maxLength: 120 }), fc.infiniteStream(fc.nat()), (picks, stream) => {
      const examples = picks.map(({ rater, other, cluster, at }, n) => {
        const ids = other < 10 && other !== rater ? [`r${rater}`, `r${other}`] : [`r${rater}`];
        return example(n, ids.sort(), { cluster, at: at * 600_000 });
      });
      const verdicts = applyGuards(examples, raters, guards);
      const order = examples.map((_, i) => ({ i, key: stream.next().value as number })).sort((a, b) => a.key - b.key);
      const again = applyGuards(
        order.map(({ i }) => examples[i]!),
        raters,
        guards,
      );
      expect(order.map((_, k) => again[k])).toEqual(order.map(({ i }) => verdicts[i]));
      const inside = verdicts.flatMap((verdict) => (verdict.refused === null ? [verdict.raterIds] : []));
      for (const [id, { role, confirmed }] of raters) {
        if (role === "ADMIN") continue;
        const share = role === "ANNOTATOR" ? 2 / 3 : guards.raterShare;
        const load = inside.reduce((sum, ids) => {
          const bearers = ids.filter(
            (one) => raters.get(one)!.confirmed || !ids.some((other) => raters.get(other)!.confirmed),
          );
          return sum + (bearers.includes(id) ? 1 / bearers.length : 0);
        }, 0);
        if (confirmed || role === "USER")
          expect(load).toBeLessThanOrEqual(Math.max(guards.raterFloor, share * inside.length) + 1e-6);
      }
    }),
    { numRuns: 300 },
  );
});
