/** The reward model's run, its scores and how it is measured. */

import { describe, expect, it } from "vitest";
import { scoredRow } from "../../../trainer/data/tokenise.ts";
import { HEAD } from "../../../trainer/engine/contract.ts";
import { evaluateReward } from "../../../trainer/evaluate-reward.ts";
import { trainDpo } from "../../../trainer/methods/dpo.ts";
import { pairsOf, trainRewardModel } from "../../../trainer/methods/reward-model.ts";
import { scoreReplies } from "../../../trainer/score.ts";
import { BigramEngine } from "../../helpers/bigram-engine.ts";
import { dpoRun, rewardRun, someRankings } from "./runs.ts";

describe("trainRewardModel", () => {
  it("starts at ln 2 with scores of 0 and ends with every ranking in order", async () => {
    const { run, steps } = rewardRun({}, { epochs: 40 });
    await trainRewardModel(run);
    expect(steps[0]!.metrics).toMatchObject({ accuracy: 0, margin: 0, min_reward: 0, max_reward: 0, centring_loss: 0 });
    expect(steps[0]!.metrics.loss).toBeCloseTo(Math.LN2, 12);
    const last = steps.at(-1)!.metrics;
    expect(last.accuracy).toBeCloseTo(1, 12);
    expect(last.margin).toBeGreaterThan(1);
    expect(last.min_reward).toBeLessThan(last.mean_reward!);
    expect(last.max_reward).toBeGreaterThan(last.mean_reward!);
  });

  it("saves the head with the adapter, and gives one without a head a head at 0", async () => {
    const made = await trainRewardModel(rewardRun().run);
    expect(made.tensors.find(({ name }) => name === HEAD)!.data.some((x) => x !== 0)).toBe(true);
    const policy = await trainDpo(dpoRun().run);
    const { run, steps } = rewardRun({ start: policy });
    await trainRewardModel(run);
    expect(steps[0]!.metrics.loss).toBeCloseTo(Math.LN2, 12);
  });

  it("counts a ranking of many as one, however many pairs it makes", () => {
    const pairs = pairsOf(someRankings(3).map((ranking, i) => ({ ...ranking, weight: i + 1, margin: i / 10 })));
    // 3 pairs of three replies; 5 of four with two tied; 1 of two.
    expect(pairs).toHaveLength(9);
    const weightOf = (from: number, to: number) =>
      pairs.slice(from, to).reduce((total, { weight }) => total + weight, 0);
    expect([weightOf(0, 3), weightOf(3, 8), weightOf(8, 9)].map((x) => Number(x.toFixed(12)))).toEqual([1, 2, 3]);
    expect(pairs[8]).toEqual({ chosen: 7, rejected: 8, weight: 3, margin: 0.2 });
    expect(pairs.slice(3, 8).some(({ chosen, rejected }) => chosen === 3 && rejected === 5)).toBe(false);
  });

  it("asks for more distance where a ranking has a margin", async () => {
    const rankings = someRankings(9).slice(2, 3);
    const settings = { epochs: 60, centring: 0, learningRate: 0.1 };
    const plain = rewardRun({ rankings }, settings);
    const apart = rewardRun({ rankings: rankings.map((ranking) => ({ ...ranking, margin: 3 })) }, settings);
    await trainRewardModel(plain.run);
    await trainRewardModel(apart.run);
    expect(apart.steps.at(-1)!.metrics.margin).toBeGreaterThan(plain.steps.at(-1)!.metrics.margin! + 0.3);
  });

  it("holds the scores around 0 by centring, and says what that costs", async () => {
    // The chosen token is shared by two rankings, so without centring nothing fixes the scores' level.
    const [free, held] = [rewardRun({}, { epochs: 30, centring: 0 }), rewardRun({}, { epochs: 30, centring: 1 })];
    await trainRewardModel(free.run);
    await trainRewardModel(held.run);
    const [a, b] = [free.steps.at(-1)!.metrics, held.steps.at(-1)!.metrics];
    expect(a.centring_loss).toBe(0);
    expect(b.centring_loss).toBeGreaterThan(0);
    expect(b.centring_loss).toBeLessThan(b.loss!);
    expect(Math.abs(b.mean_reward!)).toBeLessThan(Math.abs(a.mean_reward!) + 1e-9);
  });
});

describe("scoreReplies", () => {
  it("reads the head after the last token, one number per reply in the order given", async () => {
    const engine = new BigramEngine();
    const made = await trainRewardModel(rewardRun({}, { epochs: 10 }).run);
    engine.loadAdapter("reward", made);
    const head = made.tensors.find(({ name }) => name === HEAD)!.data;
    const rows = Array.from({ length: 40 }, (_, i) => scoredRow(Int32Array.of(1, 2), [i % 7, (i * 5) % 12]));
    expect([...(await scoreReplies(engine, "reward", rows))]).toEqual(rows.map(({ tokens }) => head[tokens.at(-1)!]!));
  });

  it("gives nothing for nothing", async () => {
    expect(await scoreReplies(new BigramEngine(), "none", [])).toEqual(new Float64Array());
  });
});

describe("evaluateReward", () => {
  /** Scores that are known: the head is 0, 1, 2 … by token. */
  const engine = new BigramEngine();
  engine.createAdapter("reward", { rank: 1, alpha: 1, head: true }, 1);
  const known = engine.exportAdapter("reward");
  known.tensors.find(({ name }) => name === HEAD)!.data.set(Array.from({ length: 12 }, (_, token) => token));
  engine.loadAdapter("reward", known);
  const pair = (better: number, worse: number) => ({
    replies: [better, worse].map((token) => scoredRow(Int32Array.of(0), [token])),
    ranks: [1, 2],
    margin: 0,
    weight: 1,
  });

  it("says how often and by how much the better reply scores higher, and whether its confidence can be believed", async () => {
    const metrics = await evaluateReward(engine, "reward", [
      pair(3, 2),
      pair(5, 4),
      pair(7, 6),
      pair(1, 2),
      pair(9, 1),
    ]);
    expect(metrics).toMatchObject({ "heldout/pairs": 5, "heldout/accuracy": 0.8 });
    expect(metrics["heldout/margin"]).toBeCloseTo((1 + 1 + 1 - 1 + 8) / 5, 12);
    // σ(1) = 0.731 lies in bin 4, from 0.70 to 0.75; three of the four were right. σ(8) lies in the last.
    expect(metrics["calibration/4/count"]).toBe(4);
    expect(metrics["calibration/4/predicted"]).toBeCloseTo(1 / (1 + Math.exp(-1)), 12);
    expect(metrics["calibration/4/observed"]).toBe(0.75);
    expect(metrics["calibration/9/count"]).toBe(1);
    expect(metrics["calibration/0/count"]).toBe(0);
    expect(metrics).not.toHaveProperty("calibration/0/observed");
  });

  it("has nothing to say without held-out rankings", async () => {
    expect(await evaluateReward(engine, "reward", [])).toEqual({ "heldout/pairs": 0 });
  });
});
