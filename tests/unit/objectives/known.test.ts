/** Values worked out by hand, stationary points, and what the objectives do at their edges. */

import { describe, expect, it } from "vitest";
import { gae, groupAdvantages, tokenRewards, whiten } from "../../../trainer/objectives/advantages.ts";
import { cohensKappa } from "../../../trainer/objectives/agreement.ts";
import { dpo, type PairLogProbs } from "../../../trainer/objectives/dpo.ts";
import { type GrpoBatch, grpo } from "../../../trainer/objectives/grpo.ts";
import { adaptKlCoefficient, klEstimate } from "../../../trainer/objectives/kl.ts";
import { kto, referencePoint } from "../../../trainer/objectives/kto.ts";
import { ObjectiveError } from "../../../trainer/objectives/numeric.ts";
import { orpo } from "../../../trainer/objectives/orpo.ts";
import { explainedVariance, type PpoBatch, ppo } from "../../../trainer/objectives/ppo.ts";
import { calibration, pairsOfRanking, reward } from "../../../trainer/objectives/reward.ts";
import { simpo } from "../../../trainer/objectives/simpo.ts";
import { addMetrics, tokenMean } from "../../../trainer/objectives/token-metrics.ts";

const row = (...values: number[]) => Float64Array.from(values);
const mask = (...bits: number[]) => Uint8Array.from(bits);

describe("advantages", () => {
  it("GAE by hand", () => {
    // r = 0, 0, 1; V = ½, ½, ½; γ = 0.9, λ = 0.5, so γλ = 0.45.
    // δ₂ = 1 − 0.5 = 0.5; δ₁ = 0.9·0.5 − 0.5 = −0.05; δ₀ the same.
    // A₂ = 0.5; A₁ = −0.05 + 0.45·0.5 = 0.175; A₀ = −0.05 + 0.45·0.175 = 0.02875.
    const { advantages, returns } = gae([row(0, 0, 1)], [row(0.5, 0.5, 0.5)], { gamma: 0.9, lambda: 0.5 });
    for (const [t, a] of [0.02875, 0.175, 0.5].entries()) expect(advantages[0]![t]).toBeCloseTo(a, 14);
    for (const [t, r] of [0.52875, 0.675, 1].entries()) expect(returns[0]![t]).toBeCloseTo(r, 14);
  });

  it("GAE with λ = 1 and γ = 1 is what follows minus the value, with λ = 0 the one-step error", () => {
    const [rewards, values] = [[row(1, 2, 3)], [row(0.1, 0.2, 0.3)]];
    const monteCarlo = gae(rewards, values, { gamma: 1, lambda: 1 }).advantages[0]!;
    for (const [t, a] of [5.9, 4.8, 2.7].entries()) expect(monteCarlo[t]).toBeCloseTo(a, 14);
    const oneStep = gae(rewards, values, { gamma: 1, lambda: 0 }).advantages[0]!;
    for (const [t, a] of [1.1, 2.1, 2.7].entries()) expect(oneStep[t]).toBeCloseTo(a, 14);
  });

  it("steps over tokens that do not count, in the middle too", () => {
    const counted = gae([row(1, 2)], [row(0.1, 0.2)], { gamma: 0.9, lambda: 0.8 });
    const gap = gae([row(1, 99, 2, 99)], [row(0.1, 99, 0.2, 99)], {
      gamma: 0.9,
      lambda: 0.8,
      mask: [mask(1, 0, 1, 0)],
    });
    expect([...gap.advantages[0]!]).toEqual([counted.advantages[0]![0], 0, counted.advantages[0]![1], 0]);
    expect([...gap.returns[0]!]).toEqual([counted.returns[0]![0], 0, counted.returns[0]![1], 0]);
  });

  it("puts the score on the last token that counts and the penalty on every one", () => {
    const logProbs = { policy: [row(-1, -2, -3)], reference: [row(-1.5, -2, -3)] };
    const options = { klCoefficient: 0.1, estimator: "k1" as const, mask: [mask(1, 1, 0)] };
    const { rewards, kl } = tokenRewards(logProbs, [5], options);
    expect([...rewards[0]!]).toEqual([-0.05, 5, -0]);
    expect([...kl[0]!]).toEqual([0.5, 0, 0]);
    const empty = { policy: [row()], reference: [row()] };
    expect(() => tokenRewards(empty, [1], options)).toThrow(ObjectiveError);
  });

  it("whitens to mean 0 and variance 1, or keeps the mean", () => {
    const rows = [row(1, 2), row(3, 1000)];
    const [a, b, c] = whiten(rows, { mask: [mask(1, 1), mask(1, 0)] }).flatMap((r) => [...r]);
    expect([a, b, c]).toEqual([expect.closeTo(-1, 7), 0, expect.closeTo(1, 7)]);
    const kept = whiten(rows, { mask: [mask(1, 1), mask(1, 0)], keepMean: true }).flatMap((r) => [...r]);
    expect(kept).toEqual([expect.closeTo(1, 7), 2, expect.closeTo(3, 7), 0]);
    expect(whiten([row(4, 4, 4)])[0]!.every((x) => x === 0)).toBe(true);
    expect(() => whiten([row(1)])).toThrow(/at least 2 tokens/);
  });

  it("counts groups without spread, and gives them nothing", () => {
    const { advantages, zeroSpread, metrics } = groupAdvantages([0.1, 0.1, 0.1, 1, 0, 0], { groupSize: 3 });
    expect([...advantages.slice(0, 3)]).toEqual([0, 0, 0]);
    expect(zeroSpread).toEqual([true, false]);
    expect(metrics.frac_reward_zero_std).toBe(0.5);
    // mean ⅓, Bessel's deviation 1/√3
    expect(advantages[3]).toBeCloseTo(2 / 3 / (1 / Math.sqrt(3) + 1e-4), 12);
  });

  it("a reply that could not be scored has no say", () => {
    const { advantages } = groupAdvantages([1, Number.NaN, 0, Number.NaN, Number.NaN, 7], {
      groupSize: 3,
      scaled: false,
    });
    expect([...advantages]).toEqual([0.5, 0, -0.5, 0, 0, 0]);
  });

  it("refuses groups of one and rewards that fill no whole group", () => {
    expect(() => groupAdvantages([1, 2], { groupSize: 1 })).toThrow(/at least 2/);
    expect(() => groupAdvantages([1, 2, 3], { groupSize: 2 })).toThrow(/whole groups of 2/);
  });
});

describe("KL", () => {
  it("k1 and k3 are unbiased, k3 never negative", () => {
    const [policy, reference] = [
      [0.5, 0.3, 0.2],
      [0.2, 0.3, 0.5],
    ];
    const truth = policy.reduce((total, p, i) => total + p * Math.log(p / reference[i]!), 0);
    for (const estimator of ["k1", "k3"] as const) {
      const mean = policy.reduce((sum, p, i) => sum + p * klEstimate(estimator, Math.log(p / reference[i]!)).value, 0);
      expect(mean).toBeCloseTo(truth, 14);
    }
    for (const d of [-3, -1e-9, 0, 1e-9, 3]) expect(klEstimate("k3", d).value).toBeGreaterThanOrEqual(0);
  });

  it("holds every estimate within ±10", () => {
    expect(klEstimate("k1", 50)).toEqual({ value: 10, slope: 0 });
    expect(klEstimate("k3", -50)).toEqual({ value: 10, slope: 0 });
    expect(klEstimate("k3", Number.NaN).value).toBeNaN();
  });

  it("the coefficient follows the error, at most a fifth at a time", () => {
    const target = { target: 6, horizon: 100 };
    expect(adaptKlCoefficient(0.2, 6, 10, target)).toBe(0.2);
    expect(adaptKlCoefficient(0.2, 6.6, 10, target)).toBeCloseTo(0.2 * 1.01, 14);
    expect(adaptKlCoefficient(0.2, 600, 10, target)).toBeCloseTo(0.2 * 1.02, 14);
    expect(adaptKlCoefficient(0.2, 0, 10, target)).toBeCloseTo(0.2 * 0.98, 14);
    expect(() => adaptKlCoefficient(0.2, 1, 1, { target: 0, horizon: 1 })).toThrow(ObjectiveError);
  });
});

const pair = (
  ...[policyChosen, policyRejected, referenceChosen, referenceRejected]: [number, number, number, number]
) =>
  ({
    policyChosen: row(policyChosen),
    policyRejected: row(policyRejected),
    referenceChosen: row(referenceChosen),
    referenceRejected: row(referenceRejected),
  }) satisfies PairLogProbs;
const one = { weights: [1], totalWeight: 1 };
const twoTokens = { chosen: [2], rejected: [2] };

describe("pairs", () => {
  it("cDPO rests where σ(βh) = 1 − ε, and IPO where h = 1/(2β)", () => {
    const h = Math.log(0.9 / 0.1) / 0.5;
    const conservative = dpo(pair(-10 + h, -10, -10, -10), { ...one, loss: "cdpo", beta: 0.5, labelSmoothing: 0.1 });
    expect(conservative.gradient.chosen[0]).toBeCloseTo(0, 15);
    const ipo = dpo(pair(-10 + 1 / 0.4, -10, -10, -10), { ...one, loss: "ipo_sum", beta: 0.2 });
    expect(ipo.loss).toBeCloseTo(0, 25);
    expect(ipo.gradient.chosen[0]).toBeCloseTo(0, 12);
  });

  it("hinge pays for what is missing to a margin of 1, and for nothing beyond", () => {
    const at = (margin: number) => dpo(pair(-10 + margin / 0.5, -10, -10, -10), { ...one, loss: "hinge", beta: 0.5 });
    expect(at(0.8).loss).toBeCloseTo(0.2, 14);
    expect(at(0.8).gradient.chosen[0]).toBe(-0.5);
    expect(at(1).gradient.chosen[0]).toBe(0);
    expect(at(1.2)).toMatchObject({ loss: 0, gradient: { chosen: row(0) } });
  });

  it("robust is the mean of its two labels' losses where labels are flipped with ε: unbiased", () => {
    const options = { ...one, loss: "robust" as const, beta: 0.3, labelSmoothing: 0.2 };
    const [right, flipped] = [dpo(pair(-3, -5, -4, -4), options), dpo(pair(-5, -3, -4, -4), options)];
    const clean = dpo(pair(-3, -5, -4, -4), { ...one, beta: 0.3 });
    expect(0.8 * right.loss + 0.2 * flipped.loss).toBeCloseTo(clean.loss, 14);
  });

  it("starts at ln 2 with any smoothing", () => {
    for (const loss of ["cdpo", "robust"] as const)
      for (const labelSmoothing of [0, 0.1, 0.45])
        expect(dpo(pair(-3, -4, -3, -4), { ...one, loss, beta: 0.1, labelSmoothing }).loss).toBeCloseTo(Math.LN2, 12);
  });

  it("each pair may have a smoothing of its own", () => {
    const both = (x: number) => row(x, x);
    const twice = {
      policyChosen: both(-3),
      policyRejected: both(-5),
      referenceChosen: both(-4),
      referenceRejected: both(-4),
    };
    const common = { loss: "cdpo" as const, beta: 0.3 };
    const { gradient } = dpo(twice, { ...common, weights: [1, 1], totalWeight: 2, labelSmoothing: [0.1, 0.4] });
    const alone = dpo(pair(-3, -5, -4, -4), { ...common, ...one, labelSmoothing: 0.4 });
    expect(gradient.chosen[1]).toBeCloseTo(alone.gradient.chosen[0]! / 2, 15);
  });

  it.each([-0.1, 0.5, 1, Number.NaN])("refuses a smoothing of %d", (labelSmoothing) => {
    const options = { ...one, loss: "robust" as const, beta: 0.1, labelSmoothing };
    expect(() => dpo(pair(-3, -4, -3, -4), options)).toThrow(/label smoothing from 0 to below 0.5/);
  });

  it("refuses empty completions where lengths count", () => {
    const lengths = { chosen: [0], rejected: [2] };
    const halves = { chosen: row(0), rejected: row(-1) };
    expect(() => dpo(pair(0, -1, 0, -1), { ...one, loss: "ipo", beta: 0.1, lengths })).toThrow(/at least one token/);
    expect(() => dpo(pair(0, -1, 0, -1), { ...one, loss: "ipo", beta: 0.1 })).toThrow(/Expected 1 lengths/);
    expect(() => simpo(halves, { ...one, beta: 2, gamma: 1, lengths })).toThrow(/at least one token/);
    expect(() => orpo(halves, { ...one, lambda: 0.1, lengths, totalTokens: 2 })).toThrow(/at least one token/);
  });

  it("ORPO stays finite where the model is certain", () => {
    const certain = { chosen: row(0), rejected: row(0) };
    const { loss, gradient } = orpo(certain, { ...one, lambda: 0.1, lengths: twoTokens, totalTokens: 2 });
    expect(loss).toBeCloseTo(0.1 * Math.LN2, 12);
    expect(Number.isFinite(gradient.chosen[0])).toBe(true);
    expect(Number.isFinite(gradient.rejected[0])).toBe(true);
  });

  it("SimPO compares means and wants a margin", () => {
    // β·(−1 − (−2)) − γ = 2 − 0.5 = 1.5
    const halves = { chosen: row(-2), rejected: row(-4) };
    const { loss } = simpo(halves, { ...one, beta: 2, gamma: 0.5, lengths: twoTokens });
    expect(loss).toBeCloseTo(Math.log1p(Math.exp(-1.5)), 14);
    expect(() => simpo(halves, { ...one, beta: 2, gamma: -1, lengths: twoTokens })).toThrow(/gamma/);
  });
});

describe("KTO", () => {
  it("measures z with others' replies, never below 0, never alone", () => {
    expect(referencePoint({ policy: row(-3, -5), reference: row(-4, -5) })).toBe(0.5);
    expect(referencePoint({ policy: row(-5, -5), reference: row(-4, -5) })).toBe(0);
    expect(() => referencePoint({ policy: row(-3), reference: row(-4) })).toThrow(/at least 2 replies.*batchSize/s);
  });

  it("adds up over micro-batches of one class each", () => {
    const options = { beta: 0.2, z: 0.3, desirableWeight: 1, undesirableWeight: 1.2 };
    const totalWeight = { all: 3, desirable: 2, undesirable: 1 };
    const [policy, reference] = [row(-3, -4, -5), row(-3.5, -3, -5)];
    const whole = kto(
      { policy, reference },
      { ...options, totalWeight, desirable: [true, true, false], weights: [1, 1, 1] },
    );
    const liked = kto(
      { policy: policy.slice(0, 2), reference: reference.slice(0, 2) },
      { ...options, totalWeight, desirable: [true, true], weights: [1, 1] },
    );
    const disliked = kto(
      { policy: policy.slice(2), reference: reference.slice(2) },
      { ...options, totalWeight, desirable: [false], weights: [1] },
    );
    const total = {};
    addMetrics(total, liked.metrics);
    addMetrics(total, disliked.metrics);
    for (const [name, value] of Object.entries(whole.metrics))
      expect(total).toHaveProperty([name], expect.closeTo(value, 12));
  });
});

describe("reward model", () => {
  it("K replies make K(K−1)/2 pairs, ties none, all together one item", () => {
    expect(pairsOfRanking([1, 2, 3, 4])).toHaveLength(6);
    expect(pairsOfRanking([1, 1, 2], { first: 5, weight: 3 })).toEqual([
      { chosen: 5, rejected: 7, weight: 1.5 },
      { chosen: 6, rejected: 7, weight: 1.5 },
    ]);
    expect(pairsOfRanking([2, 2])).toEqual([]);
    expect(() => reward(row(1, 1), [], { centring: 0, totalWeight: 1 })).toThrow(/nothing but ties/);
    expect(() => reward(row(1), [{ chosen: 0, rejected: 1, weight: 1 }], { centring: 0, totalWeight: 1 })).toThrow(
      /reply 1/,
    );
  });

  it("least and greatest rewards survive the adding up", () => {
    const of = (scores: Float64Array) =>
      reward(scores, [{ chosen: 0, rejected: 1, weight: 1 }], { centring: 0, totalWeight: 2 }).metrics;
    const total: Record<string, number> = {};
    addMetrics(total, of(row(3, -1)));
    addMetrics(total, of(row(2, 1)));
    expect(total).toMatchObject({ min_reward: -1, max_reward: 3, mean_reward: 1.25, accuracy: 1, margin: 2.5 });
  });

  it("calibration tells confidence from being right", () => {
    // σ(ln 3) = ¾: sure of ¾, right in ½ of four.
    const { bins, error } = calibration([Math.log(3), Math.log(3), -Math.log(3), -Math.log(3)], 5);
    expect(bins[2]).toEqual({ from: 0.7, to: 0.8, pairs: 4, predicted: expect.closeTo(0.75, 12), observed: 0.5 });
    expect(bins[0]).toMatchObject({ pairs: 0, predicted: null, observed: null });
    expect(error).toBeCloseTo(0.25, 12);
    expect(calibration([1000, 1000]).error).toBe(0);
    expect(calibration([]).error).toBeNaN();
  });
});

describe("policy gradients", () => {
  const ppoBatch = (changes: Partial<PpoBatch> = {}): PpoBatch => ({
    logProbs: [row(-1)],
    oldLogProbs: [row(-1)],
    advantages: [row(1)],
    values: [row(0)],
    oldValues: [row(0)],
    returns: [row(1)],
    ...changes,
  });
  const ppoOptions = { clip: 0.2, valueClip: 0.2, valueCoefficient: 0.1, totalTokens: 1 };

  it("takes the gradient away only where the ratio already moved the right way too far", () => {
    const slopeAt = (logRatio: number, advantage: number) =>
      ppo(ppoBatch({ logProbs: [row(-1 + logRatio)], advantages: [row(advantage)] }), ppoOptions).gradient
        .logProbs[0]![0]!;
    expect(slopeAt(0.5, 1)).toBe(0);
    expect(slopeAt(-0.5, 1)).toBeCloseTo(-Math.exp(-0.5), 14);
    expect(slopeAt(-0.5, -1)).toBe(0);
    expect(slopeAt(0.5, -1)).toBeCloseTo(Math.exp(0.5), 14);
    expect(slopeAt(1e3, -1)).toBe(0);
  });

  it("stays finite at a log-ratio no step should reach", () => {
    const { loss } = ppo(ppoBatch({ logProbs: [row(1e3)], advantages: [row(-1)] }), ppoOptions);
    expect(loss).toBeCloseTo(Math.exp(20) + 0.05, 0);
  });

  it("refuses a step in which nothing counts, and rows of other shapes", () => {
    expect(() => ppo(ppoBatch({ mask: [mask(0)] }), { ...ppoOptions, totalTokens: 0 })).toThrow(
      /every token is masked/,
    );
    expect(() => ppo(ppoBatch({ returns: [row(1, 2)] }), ppoOptions)).toThrow(/1 tokens in row 0 of returns, found 2/);
  });

  it("explained variance: 1 of a perfect value head, 0 of a constant one, less of a wrong one", () => {
    const returns = [row(1, 2, 99), row(3)];
    const counted = [mask(1, 1, 0), mask(1)];
    const of = (values: Float64Array[]) => explainedVariance(returns, values, counted);
    expect(of(returns)).toBe(1);
    expect(of([row(5, 5, 0), row(5)])).toBe(0);
    expect(of([row(3, 2, 0), row(1)])).toBe(-3);
    expect(explainedVariance([row(4, 4)], [row(1, 2)])).toBe(0);
  });

  const grpoBatch = (changes: Partial<GrpoBatch> = {}): GrpoBatch => ({
    logProbs: [row(-1, -2), row(-1.5, -0.5, -2)],
    oldLogProbs: [row(-1.1, -2), row(-1.2, -0.6, -2.4)],
    advantages: [1, -0.7],
    ...changes,
  });
  const totals = { tokens: 5, sequences: 2, maxLength: 4, microBatches: 1 };
  const grpoOptions = { ratio: "token" as const, clip: { low: 0.2, high: 0.28 }, beta: 0, totals };

  it.each(["dapo", "grpo", "dr_grpo", "bnpo"] as const)("GRPO by %s adds up over micro-batches", (normaliser) => {
    const micro = { ...totals, microBatches: 2 };
    const whole = grpo(grpoBatch(), { ...grpoOptions, normaliser });
    const parts = [0, 1].map((i) => {
      const { logProbs, oldLogProbs, advantages } = grpoBatch();
      const alone = { logProbs: [logProbs[i]!], oldLogProbs: [oldLogProbs[i]!], advantages: [advantages[i]!] };
      return grpo(alone, { ...grpoOptions, normaliser, totals: micro });
    });
    const total: Record<string, number> = {};
    for (const { metrics } of parts) addMetrics(total, metrics);
    // bnpo's normaliser is each micro-batch's own, so there the parts are what `grpo` makes of replies.
    const expected = normaliser === "bnpo" ? grpo(grpoBatch(), { ...grpoOptions, normaliser: "grpo" }) : whole;
    for (const [name, value] of Object.entries(expected.metrics)) expect(total[name]).toBeCloseTo(value, 12);
    for (const [i, part] of parts.entries())
      for (const [t, g] of part.gradient[0]!.entries()) expect(g).toBeCloseTo(expected.gradient[i]![t]!, 14);
  });

  it("refuses a penalty without a reference and an advantage too few", () => {
    expect(() => grpo(grpoBatch(), { ...grpoOptions, normaliser: "dapo", beta: 0.1 })).toThrow(/a reference/);
    expect(() => grpo(grpoBatch({ advantages: [1] }), { ...grpoOptions, normaliser: "dapo" })).toThrow(
      /each of 2 replies/,
    );
  });
});

describe("shared figures", () => {
  it("Cohen's κ by hand", () => {
    // 20 items: agree on 15; a says yes 12 times, b 13: expected (12·13 + 8·7) / 400 = 0.53; κ = (0.75 − 0.53) / 0.47
    const a = [..."y".repeat(12), ..."n".repeat(8)];
    const b = [..."y".repeat(10), ..."n".repeat(2), ..."y".repeat(3), ..."n".repeat(5)];
    expect(cohensKappa(a, b)).toBeCloseTo(0.22 / 0.47, 12);
    expect(cohensKappa(["y", "n"], ["y", "n"])).toBe(1);
    expect(cohensKappa(["y", "y"], ["y", "y"])).toBeNaN();
    expect(() => cohensKappa(["y"], [])).toThrow(/found 1 and 0/);
  });

  it("token means leave out what does not count", () => {
    expect(tokenMean([row(1, 2, 100)], 2, [mask(1, 1, 0)])).toBe(1.5);
  });
});
