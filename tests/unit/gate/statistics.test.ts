// Intervals beside values of scipy and statsmodels, and their coverage by simulation.
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../server/domain/agreement/bootstrap.ts";
import {
  deviation,
  mean,
  resampled,
  type Scored,
  speedRatio,
  winRateAtEqualLength,
  winShare,
} from "../../../server/domain/gate/statistics.ts";
import { normalCdf, normalQuantile } from "../../../server/domain/normal.ts";
import { wilson } from "../../../server/domain/wilson.ts";

describe("the normal distribution", () => {
  it.each([
    [0.975, 1.959963984540054],
    [0.995, 2.5758293035489004],
    [0.9, 1.2815515655446004],
    [0.001, -3.090232306167813],
  ])("has scipy's quantile of %f", (p, expected) => {
    expect(normalQuantile(p)).toBeCloseTo(expected, 10);
    expect(normalCdf(expected)).toBeCloseTo(p, 12);
  });
});

describe("Wilson's interval", () => {
  // statsmodels 0.15, proportion_confint(count, n, alpha, method="wilson")
  it.each([
    [0, 7, 0.05, 0, 0.3543304350666875],
    [7, 7, 0.05, 0.6456695649333125, 1],
    [18, 30, 0.05, 0.42320360253322475, 0.7540937188319815],
    [81, 263, 0.05, 0.2552885198782742, 0.36620957698280004],
    [5, 10, 0.01, 0.1842255182472355, 0.8157744817527646],
  ])("of %i in %i at α %f is statsmodels'", (count, n, alpha, low, high) => {
    const found = wilson(count, n, alpha);
    expect(found.low).toBeCloseTo(low, 10);
    expect(found.high).toBeCloseTo(high, 10);
  });

  it("covers the truth in at least 93 % of draws, ties and clusters included", () => {
    const random = seededRandom(3);
    const truth = 0.3 + 0.4 / 2; // won 30 %, tied 40 %
    let covered = 0;
    const DRAWS = 2000;
    for (let draw = 0; draw < DRAWS; draw++) {
      const scores: Scored[] = [];
      for (let prompt = 0; prompt < 25; prompt++) {
        const u = random();
        const score = u < 0.3 ? 1 : u < 0.7 ? 0.5 : 0;
        // Three pairs of one prompt that always agree: one observation, whatever a naive count says.
        for (let pair = 0; pair < 3; pair++) scores.push({ score, weight: 1, cluster: String(prompt) });
      }
      const { low, high } = winShare(scores, 0.05)!;
      if (low <= truth && truth <= high) covered++;
    }
    expect(covered / DRAWS).toBeGreaterThan(0.93);
  });
});

describe("a win share", () => {
  const one = (score: number, cluster: string, weight = 1): Scored => ({ score, weight, cluster });

  it("counts a prompt once however many pairs it has", () => {
    const many = [...Array.from({ length: 20 }, () => one(1, "a")), one(0, "b"), one(0.5, "c")];
    const found = winShare(many, 0.05)!;
    expect(found.n).toBeCloseTo(3, 12);
    expect(found.value).toBeCloseTo(0.5, 12);
  });

  it("weighs by trust, with fewer effective prompts for it", () => {
    const found = winShare([one(1, "a", 1), one(0, "b", 0.5), one(0, "c", 0.5)], 0.05)!;
    expect(found.value).toBeCloseTo(0.5, 12);
    expect(found.n).toBeCloseTo(4 / 1.5, 12);
  });

  it("of nothing is nothing", () => expect(winShare([], 0.05)).toBeNull());

  it("is never sure of seven wins in seven", () => {
    const found = winShare(
      Array.from({ length: 7 }, (_, i) => one(1, String(i))),
      0.05,
    )!;
    expect(found.value).toBe(1);
    expect(found.low).toBeLessThan(0.65);
  });
});

describe("the win rate at equal length", () => {
  const d = [0.5, -0.2, 1.1, 0.3, -0.9, 0, 0.7, -0.4, 0.2, -1.3, 0.6, 0.1];
  const records = (scores: readonly number[]) =>
    d.map((lengthDifference, i) => ({ lengthDifference, score: scores[i]!, weight: 1, cluster: String(i) }));
  const separated = d.map((difference) => (difference > 0 ? 1 : 0));

  // statsmodels 0.15, GLM(Binomial) with freq_weights on the same records and the four of the priors
  it.each([
    [
      [1, 0, 1, 1, 0, 1, 1, 0.5, 1, 0, 1, 1],
      0.05,
      0.7440254166106676,
      0.34889617834571907,
      0.940357336289121,
      3.989719109587215,
    ],
    [
      new Array<number>(12).fill(1),
      0.05,
      0.9614138560773394,
      0.595721894227218,
      0.9976320325373049,
      0.09003896986197207,
    ],
    [separated, 0.1, 0.508288986213994, 0.20480402851196486, 0.8057852858656577, 5.380434721553581],
  ])("is statsmodels' (case %#)", (scores, alpha, value, low, high, slope) => {
    const found = winRateAtEqualLength(records(scores), alpha)!;
    for (const [name, expected] of Object.entries({ value, low, high, slope }))
      expect(found[name as "value"]).toBeCloseTo(expected, 6);
  });

  it("sees through a win rate that is length alone, and keeps one that is not", () => {
    const random = seededRandom(5);
    const draw = (theta: number, gamma: number) =>
      Array.from({ length: 400 }, (_, i) => {
        const lengthDifference = 2 * random() - 0.5; // mostly the longer one
        const p = 1 / (1 + Math.exp(-theta - gamma * lengthDifference));
        return { lengthDifference, weight: 1, cluster: String(i), score: random() < p ? 1 : 0 };
      });
    const byLength = draw(0, 3);
    expect(mean(byLength.map(({ score }) => score))).toBeGreaterThan(0.65);
    const { low, high } = winRateAtEqualLength(byLength, 0.05)!;
    expect([low < 0.5, high > 0.5]).toEqual([true, true]);
    const byMerit = winRateAtEqualLength(draw(1.5, 0), 0.05)!;
    expect(byMerit.low).toBeGreaterThan(0.65);
  });

  it("of replies that are all equally long is their win rate, a little drawn in", () => {
    const found = winRateAtEqualLength(
      Array.from({ length: 40 }, (_, i) => ({
        ...{ score: i < 30 ? 1 : 0, weight: 1, lengthDifference: 0, cluster: String(i) },
      })),
      0.05,
    )!;
    expect(found.value).toBeCloseTo(30.5 / 41, 6);
    expect(found.slope).toBeCloseTo(0, 9);
  });

  it("is no surer of ten pairs of each prompt than of one, nor of trust that is in a larger unit", () => {
    const once = records([1, 0, 1, 1, 0, 1, 1, 0.5, 1, 0, 1, 1]);
    const found = winRateAtEqualLength(once, 0.05)!;
    const close = (other: typeof found) => {
      for (const name of ["value", "low", "high", "slope"] as const) expect(other[name]).toBeCloseTo(found[name], 9);
    };
    const tenfold = once.flatMap((one) => Array.from({ length: 10 }, () => one));
    close(winRateAtEqualLength(tenfold, 0.05)!);
    close(
      winRateAtEqualLength(
        once.map((one) => ({ ...one, weight: 0.25 })),
        0.05,
      )!,
    );
  });

  it("covers the truth in at least 93 % of draws where pairs of one prompt come out alike", () => {
    const random = seededRandom(11);
    const DRAWS = 600;
    let covered = 0;
    for (let draw = 0; draw < DRAWS; draw++) {
      const scores = Array.from({ length: 30 }, (_, prompt) => {
        const [score, lengthDifference] = [random() < 0.6 ? 1 : 0, 2 * random() - 1];
        return Array.from({ length: 4 }, () => ({ score, lengthDifference, weight: 1, cluster: String(prompt) }));
      }).flat();
      const { low, high } = winRateAtEqualLength(scores, 0.05)!;
      if (low <= 0.6 && 0.6 <= high) covered++;
    }
    expect(covered / DRAWS).toBeGreaterThan(0.93);
  });
});

describe("resampling", () => {
  it("gives the same interval for the same seed, near the normal one", () => {
    const random = seededRandom(9);
    const values = Array.from({ length: 200 }, () => random() + random() + random());
    const found = resampled(values, mean, { alpha: 0.05, seed: 4 });
    expect(resampled(values, mean, { alpha: 0.05, seed: 4 })).toEqual(found);
    const half = (1.96 * deviation(values)) / Math.sqrt(values.length);
    expect(found.low).toBeCloseTo(found.value - half, 1);
    expect(found.high).toBeCloseTo(found.value + half, 1);
  });
});

describe("a ratio of speeds", () => {
  it("is of the fastest rounds, so that a disturbed round does not count", () => {
    const rounds = [100, 100, 20, 100, 100, 100].map((own, i) => ({ own, other: i === 1 ? 30 : 110 }));
    expect(speedRatio(rounds).value).toBeCloseTo(100 / 110, 12);
    expect(speedRatio(rounds)).toMatchObject({ low: 20 / 110, high: 100 / 30 });
  });
});
