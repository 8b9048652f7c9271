// Drives Hone's objectives on an enumerable policy towards optima that are known exactly, and records how far they are.

import { groupAdvantages } from "../../trainer/objectives/advantages.ts";
import { type DpoLoss, dpo } from "../../trainer/objectives/dpo.ts";
import { grpo } from "../../trainer/objectives/grpo.ts";
import { kto, referencePoint } from "../../trainer/objectives/kto.ts";
import { sigmoid } from "../../trainer/objectives/numeric.ts";
import {
  Adam,
  cosine,
  divergence,
  enumerateReplies,
  expectation,
  Sampler,
  TabularPolicy,
  tilted,
  totalVariation,
  type World,
} from "./enumerable.ts";
import { grpoFixedPoint } from "./grpo-fixed-point.ts";
import { trainWithPpo } from "./ppo-run.ts";

/** A reference, a reward, and what maximises E[r] − β·KL. */
export interface Problem {
  world: World;
  /** Logits of the reference. */
  logits: Float64Array;
  reference: Float64Array;
  reward: Float64Array;
  beta: number;
  optimum: Float64Array;
}

export interface CoursePoint {
  /** Optimiser steps (DPO, IPO, KTO) or iterations of sampling and learning (PPO, GRPO). */
  step: number;
  /** Total variation to π* ∝ reference·exp(r/β). */
  distance: number;
  /** Total variation to the optimum of the method's own objective; null where that is no distribution. */
  own: number | null;
  reward: number;
  /** KL(π ‖ reference), nats. */
  kl: number;
}

export interface Course {
  name: string;
  /** What the method's own objective has as its optimum. */
  target: string;
  points: CoursePoint[];
}

export const SEED = 7;

/** 3 letters and an end, up to 3 tokens: 40 replies from 13 states, rewards and reference drawn from a seed. */
export function makeProblem(beta = 1): Problem {
  const world = enumerateReplies(3, 3);
  const sampler = new Sampler(SEED);
  const logits = sampler.normals(world.states * world.width, 0.7);
  const reward = sampler.normals(world.replies.length);
  const reference = new TabularPolicy(world, logits).distribution();
  const optimum = tilted(
    reference,
    reward.map((r) => r / beta),
  );
  return { world, logits, reference, reward, beta, optimum };
}

/** Follows a policy; `own` is the optimum of the method's own objective. */
function recorder(problem: Problem, own: Float64Array | null) {
  const points: CoursePoint[] = [];
  const record = (step: number, policy: TabularPolicy) => {
    const now = policy.distribution();
    points.push({
      step,
      distance: totalVariation(now, problem.optimum),
      own: own && totalVariation(now, own),
      reward: expectation(now, problem.reward),
      kl: divergence(now, problem.reference),
    });
  };
  return { points, record };
}

export interface Pace {
  steps: number;
  learningRate: number;
}

/** Steps a policy by dLoss/d(ln p of every reply), exactly. */
function descend(
  problem: Problem,
  { steps, learningRate }: Pace,
  gradientOf: (replyLogProbs: Float64Array) => Float64Array,
  record: (step: number, policy: TabularPolicy) => void,
): void {
  const { world, logits } = problem;
  const policy = new TabularPolicy(world, logits);
  const adam = new Adam(policy.logits);
  record(0, policy);
  for (let step = 1; step <= steps; step++) {
    const ofReplies = gradientOf(policy.replyLogProbs());
    const gradient = new Float64Array(policy.logits.length);
    for (const [i, reply] of world.replies.entries())
      policy.backward(reply, new Float64Array(reply.tokens.length).fill(ofReplies[i]!), gradient);
    adam.step(gradient, cosine(learningRate, step - 1, steps));
    policy.update();
    record(step, policy);
  }
}

/** All ordered pairs of different replies that the reference samples and a Bradley–Terry rater judges, by probability. */
function populationPairs({ world, reference, reward }: Problem) {
  const pairs: { chosen: number; rejected: number; weight: number }[] = [];
  for (const chosen of world.replies.keys())
    for (const rejected of world.replies.keys())
      if (chosen !== rejected) {
        const preferred = sigmoid(reward[chosen]! - reward[rejected]!);
        pairs.push({ chosen, rejected, weight: reference[chosen]! * reference[rejected]! * preferred });
      }
  return pairs;
}

/** IPO tilts by the probability p of being preferred, and σ(r) ≈ ½ + r/4: a quarter of β makes its optimum about as far. */
const IPO_SHARE = 4;

/** A loss of the DPO family on every pair there is, weighted by how often it occurs: no sampling error. */
export function runPairs(problem: Problem, loss: DpoLoss, pace: Pace): Course {
  const pairs = populationPairs(problem);
  const beta = loss === "ipo_sum" ? problem.beta / IPO_SHARE : problem.beta;
  const weights = pairs.map(({ weight }) => weight);
  const totalWeight = weights.reduce((a, b) => a + b, 0);
  const reference = problem.reference.map(Math.log);
  const chosenOf = (of: Float64Array) => Float64Array.from(pairs, ({ chosen }) => of[chosen]!);
  const rejectedOf = (of: Float64Array) => Float64Array.from(pairs, ({ rejected }) => of[rejected]!);
  const constant = { referenceChosen: chosenOf(reference), referenceRejected: rejectedOf(reference) };
  const { points, record } = recorder(problem, loss === "ipo_sum" ? ipoOptimum(problem) : problem.optimum);
  descend(
    problem,
    pace,
    (policy) => {
      const logProbs = { policyChosen: chosenOf(policy), policyRejected: rejectedOf(policy), ...constant };
      const { gradient } = dpo(logProbs, { loss, beta, weights, totalWeight });
      const ofReplies = new Float64Array(policy.length);
      for (const [k, { chosen, rejected }] of pairs.entries()) {
        ofReplies[chosen]! += gradient.chosen[k]!;
        ofReplies[rejected]! += gradient.rejected[k]!;
      }
      return ofReplies;
    },
    record,
  );
  const target = loss === "ipo_sum" ? "ref·exp(4·p(y ≻ ref)/β)" : "π*";
  return { name: loss === "ipo_sum" ? "IPO" : "DPO", target, points };
}

/**
 * IPO does not maximise r but the probability of being preferred to the reference's replies (Azar et al. 2023, eq. 8). Pairs of
 * a reply with itself are left out above, as they are in any dataset; their difference is 0 whatever the policy does.
 */
function ipoOptimum({ reference, reward, beta }: Problem): Float64Array {
  const preferred = reward.map((r) =>
    expectation(
      reference,
      reward.map((other) => sigmoid(r - other)),
    ),
  );
  return tilted(
    reference,
    preferred.map((p) => (IPO_SHARE * p) / beta),
  );
}

/**
 * KTO on the reference's replies, each liked with probability σ(r). The loss of one reply is linear in σ(β·log-ratio), so
 * replies liked by more than half are wanted without limit and the others not at all: its optimum is no tilted reference.
 */
export function runKto(problem: Problem, pace: Pace): Course {
  const { world, reward, reference, beta } = problem;
  const count = world.replies.length;
  const likes = reward.map(sigmoid);
  const weights = [...likes.map((p, i) => p * reference[i]!), ...likes.map((p, i) => (1 - p) * reference[i]!)];
  const desirable = weights.map((_, k) => k < count);
  const ofClass = (liked: boolean) => weights.reduce((sum, w, k) => sum + (desirable[k] === liked ? w : 0), 0);
  const totalWeight = { all: 1, desirable: ofClass(true), undesirable: ofClass(false) };
  const logReference = reference.map(Math.log);
  const twice = (values: Float64Array) => Float64Array.of(...values, ...values);
  const { points, record } = recorder(problem, null);
  descend(
    problem,
    pace,
    (policy) => {
      // One prompt only, so the mismatched replies are the dataset's own; their exact mean stands in for any number of them.
      const mismatched = expectation(reference, policy) - expectation(reference, logReference);
      const z = referencePoint({ policy: Float64Array.of(mismatched, mismatched), reference: new Float64Array(2) });
      const { gradient } = kto(
        { policy: twice(policy), reference: twice(logReference) },
        { beta, desirable, z, desirableWeight: 1, undesirableWeight: 1, weights, totalWeight },
      );
      return Float64Array.from({ length: count }, (_, i) => gradient[i]! + gradient[count + i]!);
    },
    record,
  );
  return { name: "KTO", target: "only what most like", points };
}

/** PPO on sampled replies with an exact tabular value head; KL penalty β in the rewards. */
export function runPpo(problem: Problem, pace: Pace & { replies: number }): Course {
  const { points, record } = recorder(problem, problem.optimum);
  trainWithPpo({ ...problem, scores: problem.reward, klCoefficient: problem.beta, seed: SEED, ...pace }, record);
  return { name: "PPO", target: "π*", points };
}

/** GRPO (Dr. GRPO's unscaled advantages and constant normaliser) on sampled groups with KL penalty β in the loss. */
export function runGrpo(
  problem: Problem,
  pace: Pace & { replies: number; groupSize: number; scaled: boolean },
): Course {
  const { world, logits, reward, beta } = problem;
  const { steps, learningRate, replies: count, groupSize, scaled } = pace;
  const policy = new TabularPolicy(world, logits);
  const base = new TabularPolicy(world, logits);
  const sampler = new Sampler(SEED);
  const adam = new Adam(policy.logits);
  const { points, record } = recorder(problem, scaled ? null : grpoFixedPoint(problem, groupSize));
  record(0, policy);
  for (let step = 1; step <= steps; step++) {
    const replies = sampler
      .draw(policy.distribution(), count)
      .map((i) => ({ ...world.replies[i]!, score: reward[i]! }));
    const { advantages } = groupAdvantages(
      replies.map(({ score }) => score),
      { groupSize, scaled },
    );
    const logProbs = replies.map((reply) => policy.tokenLogProbs(reply));
    const { gradient } = grpo(
      { logProbs, oldLogProbs: logProbs, advantages, reference: replies.map((reply) => base.tokenLogProbs(reply)) },
      {
        normaliser: "dr_grpo",
        ratio: "token",
        clip: { low: 0.2, high: 0.28 },
        beta,
        totals: { tokens: 0, sequences: count, maxLength: world.longest, microBatches: 1 },
      },
    );
    const ofLogits = new Float64Array(policy.logits.length);
    for (const [i, reply] of replies.entries()) policy.backward(reply, gradient[i]!, ofLogits);
    adam.step(ofLogits, cosine(learningRate, step - 1, steps));
    policy.update();
    record(step, policy);
  }
  return {
    name: scaled ? "GRPO" : "Dr. GRPO",
    target: scaled ? "not known in closed form" : "ref/(1 − c·A/β)",
    points,
  };
}
