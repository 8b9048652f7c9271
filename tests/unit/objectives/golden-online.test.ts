/** PPO and GRPO, from scores to gradients, agree with TRL as tests/golden/generate.py ran it or wrote it out. */

import { describe, it } from "vitest";
import { gae, groupAdvantages, tokenRewards, whiten } from "../../../trainer/objectives/advantages.ts";
import { type GrpoOptions, grpo } from "../../../trainer/objectives/grpo.ts";
import type { KlEstimator } from "../../../trainer/objectives/kl.ts";
import { ppo, rolloutMetrics } from "../../../trainer/objectives/ppo.ts";
import { countTokens } from "../../../trainer/objectives/token-rows.ts";
import { arrays, expectAgreement, golden, type Rows } from "./golden.ts";

const lists = (rows: readonly Float64Array[]) => rows.map((row) => [...row]);

interface PpoCase {
  name: string;
  gamma: number;
  lambda: number;
  estimator: KlEstimator;
  whitenRewards: boolean;
  klCoefficient: number;
  clip: number;
  valueClip: number;
  valueCoefficient: number;
  oldLogProbs: Rows;
  reference: Rows;
  oldValues: Rows;
  scores: number[];
  logProbs: Rows;
  values: Rows;
  expected: {
    rewards: Rows;
    returns: Rows;
    advantages: Rows;
    loss: number;
    gradient: { logProbs: Rows; values: Rows };
    metrics: Record<string, number>;
    rollout: Record<string, number>;
  };
}

/** Everything PPO does between sampling and stepping, on rows with or without padding. */
function wholePpo(given: PpoCase, rows: (rows: Rows) => Float64Array[], mask?: Uint8Array[]) {
  const [policy, oldValues] = [rows(given.oldLogProbs), rows(given.oldValues)];
  const options = { ...given, ...(mask && { mask }) };
  const penalised = tokenRewards({ policy, reference: rows(given.reference) }, given.scores, options);
  const rewards = given.whitenRewards
    ? whiten(penalised.rewards, { ...(mask && { mask }), keepMean: true })
    : penalised.rewards;
  const { advantages: raw, returns } = gae(rewards, oldValues, options);
  const advantages = whiten(raw, mask && { mask });
  const batch = {
    logProbs: rows(given.logProbs),
    values: rows(given.values),
    oldLogProbs: policy,
    oldValues,
    advantages,
    returns,
    ...(mask && { mask }),
  };
  const { loss, gradient, metrics } = ppo(batch, { ...given, totalTokens: countTokens(policy, mask) });
  const rollout = rolloutMetrics(
    { policy, kl: penalised.kl, scores: given.scores, ...(mask && { mask }) },
    given.klCoefficient,
  );
  return { rewards, returns, advantages, loss, metrics, rollout, gradient };
}

const real = (rows: readonly Float64Array[], like: Rows) => rows.map((row, i) => [...row.slice(0, like[i]!.length)]);

describe("ppo agrees with TRL", () => {
  const { cases } = golden<PpoCase>("ppo");

  it.each(cases)("$name", (given) => {
    const { gradient, ...found } = wholePpo(given, arrays);
    const shown = { logProbs: lists(gradient.logProbs), values: lists(gradient.values) };
    expectAgreement(
      {
        ...found,
        rewards: lists(found.rewards),
        returns: lists(found.returns),
        advantages: lists(found.advantages),
        gradient: shown,
      },
      given.expected,
    );
  });

  it.each(cases)("$name, with masked padding behind every reply", (given) => {
    const longest = Math.max(...given.oldLogProbs.map(({ length }) => length)) + 2;
    const pad = (rows: Rows) => rows.map((row) => Float64Array.from({ length: longest }, (_, t) => row[t] ?? -3.5 - t));
    const mask = given.oldLogProbs.map((row) =>
      Uint8Array.from({ length: longest }, (_, t) => (t < row.length ? 1 : 0)),
    );
    const { gradient, ...found } = wholePpo(given, pad, mask);
    const like = given.oldLogProbs;
    expectAgreement(
      {
        ...found,
        rewards: real(found.rewards, like),
        returns: real(found.returns, like),
        advantages: real(found.advantages, like),
        gradient: { logProbs: real(gradient.logProbs, like), values: real(gradient.values, like) },
      },
      given.expected,
    );
    const padding = (rows: Float64Array[]) => rows.map((row, i) => [...row.slice(like[i]!.length)]);
    const zeros = like.map((row) => new Array(longest - row.length).fill(0));
    expectAgreement(padding(gradient.logProbs), zeros);
    expectAgreement(padding(gradient.values), zeros);
  });
});

interface GrpoCase extends Pick<GrpoOptions, "normaliser" | "ratio" | "beta" | "clip"> {
  name: string;
  maxLength: number;
  logProbs: Rows;
  oldLogProbs: Rows;
  reference: Rows;
  advantages: number[];
  mask: Rows | null;
  expected: { loss: number; metrics: Record<string, number>; gradient: Rows };
}
interface AdvantageCase {
  name: string;
  rewards: number[];
  groupSize: number;
  expected: { scaled: number[]; unscaled: number[]; metrics: Record<string, number> };
}
const { cases: grpoCases, advantages } = golden<GrpoCase, { advantages: AdvantageCase[] }>("grpo");

describe("grpo agrees with TRL", () => {
  it.each(grpoCases)("$normaliser, ratio per $ratio, β $beta: $name", (given) => {
    const logProbs = arrays(given.logProbs);
    const mask = given.mask?.map((row) => Uint8Array.from(row));
    const batch = {
      logProbs,
      oldLogProbs: arrays(given.oldLogProbs),
      advantages: given.advantages,
      ...(given.beta > 0 && { reference: arrays(given.reference) }),
      ...(mask && { mask }),
    };
    const totals = {
      tokens: countTokens(logProbs, mask),
      sequences: logProbs.length,
      maxLength: given.maxLength,
      microBatches: 1,
    };
    const { loss, gradient, metrics } = grpo(batch, { ...given, totals });
    expectAgreement({ loss, metrics, gradient: lists(gradient) }, given.expected);
  });

  it.each(advantages)("advantages of groups: $name", ({ rewards, groupSize, expected }) => {
    const scaled = groupAdvantages(rewards, { groupSize });
    const unscaled = groupAdvantages(rewards, { groupSize, scaled: false });
    expectAgreement(
      { scaled: [...scaled.advantages], unscaled: [...unscaled.advantages], metrics: scaled.metrics },
      expected,
    );
  });
});
