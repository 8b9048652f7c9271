/** The objectives on pairs, lone replies and scores agree with TRL's own code, as tests/golden/generate.py ran it. */

import { describe, expect, it } from "vitest";
import { type DpoLoss, dpo } from "../../../trainer/objectives/dpo.ts";
import { kto, referencePoint } from "../../../trainer/objectives/kto.ts";
import { orpo } from "../../../trainer/objectives/orpo.ts";
import type { PairResult } from "../../../trainer/objectives/pairs.ts";
import { pairsOfRanking, reward } from "../../../trainer/objectives/reward.ts";
import { sft } from "../../../trainer/objectives/sft.ts";
import { simpo } from "../../../trainer/objectives/simpo.ts";
import { arrays, expectAgreement, golden, type Halves, lengthsOf, type Rows, spread, sums } from "./golden.ts";

interface PairCase {
  name: string;
  policy: Halves<Rows>;
  reference: Halves<Rows>;
  expected: { loss: number; metrics: Record<string, number>; gradient: Halves<Rows> };
}

const tokensOf = (rows: Rows) => rows.flat().length;

function expectPairs({ policy, expected }: PairCase, { loss, metrics, gradient }: PairResult): void {
  const perToken = {
    chosen: spread(gradient.chosen, policy.chosen),
    rejected: spread(gradient.rejected, policy.rejected),
  };
  expectAgreement({ loss, metrics, gradient: perToken }, expected);
}

const common = ({ policy }: PairCase) => ({
  lengths: lengthsOf(policy),
  weights: policy.chosen.map(() => 1),
  totalWeight: policy.chosen.length,
});

type DpoCase = PairCase & { loss: DpoLoss; beta: number; labelSmoothing?: number; sftWeight?: number };
describe("dpo agrees with TRL", () => {
  it.each(golden<DpoCase>("dpo").cases)("$loss (SFT $sftWeight): $name", (given) => {
    const { policy, reference, loss, beta, labelSmoothing, sftWeight } = given;
    const found = dpo(
      {
        policyChosen: sums(policy.chosen),
        policyRejected: sums(policy.rejected),
        referenceChosen: sums(reference.chosen),
        referenceRejected: sums(reference.rejected),
      },
      {
        ...common(given),
        loss,
        beta,
        ...(labelSmoothing && { labelSmoothing }),
        ...(sftWeight && { sft: { weight: sftWeight, totalTokens: tokensOf(policy.chosen) } }),
      },
    );
    expectPairs(given, found);
  });
});

describe("simpo agrees with TRL", () => {
  it.each(golden<PairCase & { beta: number; gamma: number }>("simpo").cases)("γ $gamma: $name", (given) => {
    const logProbs = { chosen: sums(given.policy.chosen), rejected: sums(given.policy.rejected) };
    expectPairs(given, simpo(logProbs, { ...common(given), beta: given.beta, gamma: given.gamma }));
  });
});

describe("orpo agrees with TRL", () => {
  it.each(golden<PairCase & { lambda: number }>("orpo").cases)("$name", (given) => {
    const logProbs = { chosen: sums(given.policy.chosen), rejected: sums(given.policy.rejected) };
    const totalTokens = tokensOf(given.policy.chosen);
    expectPairs(given, orpo(logProbs, { ...common(given), lambda: given.lambda, totalTokens }));
  });
});

interface KtoCase {
  name: string;
  policy: Rows;
  reference: Rows;
  desirable: boolean[];
  mismatched: { policy: Rows; reference: Rows };
  beta: number;
  desirableWeight: number;
  undesirableWeight: number;
  expected: { loss: number; metrics: Record<string, number>; gradient: Rows };
}
describe("kto agrees with TRL", () => {
  it.each(golden<KtoCase>("kto").cases)("β $beta: $name", (given) => {
    const { policy, reference, desirable, mismatched, expected } = given;
    const z = referencePoint({ policy: sums(mismatched.policy), reference: sums(mismatched.reference) });
    const liked = desirable.filter(Boolean).length;
    const found = kto(
      { policy: sums(policy), reference: sums(reference) },
      {
        ...given,
        z,
        weights: desirable.map(() => 1),
        totalWeight: { all: desirable.length, desirable: liked, undesirable: desirable.length - liked },
      },
    );
    const metrics = { ...found.metrics, kl: z };
    expectAgreement({ loss: found.loss, metrics, gradient: spread(found.gradient, policy) }, expected);
    expect(Object.keys(metrics).sort()).toEqual(["loss", ...Object.keys(expected.metrics)].sort());
  });
});

interface RewardCase extends Halves<number[]> {
  name: string;
  margins: number[] | null;
  centring: number;
  expected: { loss: number; metrics: Record<string, number>; gradient: Halves<number[]> };
}
interface RankingCase {
  name: string;
  ranks: number[];
  scores: number[];
  expected: { loss: number; gradient: number[] };
}
const rewards = golden<RewardCase, { rankings: RankingCase[] }>("reward");

describe("reward agrees with TRL", () => {
  it.each(rewards.cases)("centring $centring: $name", ({ chosen, rejected, margins, centring, expected }) => {
    const count = chosen.length;
    const pairs = chosen.map((_, i) => ({
      chosen: i,
      rejected: count + i,
      weight: 1,
      ...(margins && { margin: margins[i]! }),
    }));
    const { loss, metrics, gradient } = reward(Float64Array.of(...chosen, ...rejected), pairs, {
      centring,
      totalWeight: count,
    });
    const halves = { chosen: [...gradient.slice(0, count)], rejected: [...gradient.slice(count)] };
    expectAgreement({ loss, metrics, gradient: halves }, expected);
  });

  it.each(rewards.rankings)("a ranking is one item: $name", ({ ranks, scores, expected }) => {
    const pairs = pairsOfRanking(ranks);
    const { loss, gradient } = reward(Float64Array.from(scores), pairs, { centring: 0, totalWeight: 1 });
    expectAgreement({ loss, gradient: [...gradient] }, expected);
  });
});

interface SftCase {
  name: string;
  logProbs: Rows;
  expected: { loss: number; gradient: Rows };
}
describe("sft agrees with transformers", () => {
  it.each(golden<SftCase>("sft").cases)("$name", ({ logProbs, expected }) => {
    const options = { weights: logProbs.map(() => 1), totalWeight: tokensOf(logProbs) };
    const { loss, gradient } = sft(arrays(logProbs), options);
    expectAgreement({ loss, gradient: gradient.map((row) => [...row]) }, expected);
  });
});
