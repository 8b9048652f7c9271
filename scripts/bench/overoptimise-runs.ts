// A reward that is only learned, against the true one: the world, the reward model, and what PPO and best-of-K make of it.

import { sigmoid } from "../../trainer/objectives/numeric.ts";
import { reward as rewardObjective } from "../../trainer/objectives/reward.ts";
import type { RewardPoint } from "../../trainer/over-optimisation.ts";
import {
  Adam,
  cosine,
  divergence,
  enumerateReplies,
  expectation,
  type Reply,
  Sampler,
  TabularPolicy,
  type World,
} from "./enumerable.ts";
import { trainWithPpo } from "./ppo-run.ts";

export interface ProxyWorld {
  world: World;
  /** Logits of the reference. */
  logits: Float64Array;
  reference: Float64Array;
  /** True reward of every reply. */
  truth: Float64Array;
  /** What the reward model gives it. */
  proxy: Float64Array;
  /** Share of fresh, rightly judged pairs that the reward model orders as the truth does. */
  accuracy: number;
}

export interface Step extends RewardPoint {
  /** Exact mean true reward; `heldOut` is what a sample of replies says of it. */
  truth: number;
}

export const SEED = 11;
const LETTERS = 4;
const LONGEST = 5;
const COMPARISONS = 400;
const FLIPPED = 0.1;
/** Replies per estimate of a held-out reward. */
const HELD_OUT_REPLIES = 256;

/**
 * Some letters are good in moderation: the truth is Σ u·n − v·n² over letter counts n, plus a little of every reply's own. The
 * reward model sees counts and learns a straight line from noisy comparisons of the reference's replies, most of which have few.
 */
export function makeProxyWorld(): ProxyWorld {
  const world = enumerateReplies(LETTERS, LONGEST);
  const sampler = new Sampler(SEED);
  const logits = sampler.normals(world.states * world.width, 0.4);
  const reference = new TabularPolicy(world, logits).distribution();
  const wanted = [1.2, 0.6, 0, -0.4];
  const cloying = [0.3, 0.1, 0.05, 0];
  const truth = Float64Array.from(world.replies, (reply) =>
    countsOf(reply).reduce((sum, n, k) => sum + wanted[k]! * n - cloying[k]! * n * n, 0.2 * sampler.normal()),
  );
  const pairs = judged({ reference, truth }, COMPARISONS, FLIPPED, sampler);
  const proxy = learnedReward(world, pairs);
  const fresh = judged({ reference, truth }, 10 * COMPARISONS, 0, sampler);
  const right = fresh.filter(({ chosen, rejected }) => proxy[chosen]! > proxy[rejected]!).length;
  return { world, logits, reference, truth, proxy, accuracy: right / fresh.length };
}

/** How often each letter stands in the reply, [LETTERS]. */
function countsOf({ tokens }: Reply): number[] {
  return Array.from({ length: LETTERS }, (_, letter) => tokens.filter((token) => token === letter).length);
}

/** Pairs of the reference's replies, judged by their true rewards as Bradley and Terry have it; a share of them is flipped. */
function judged(
  { reference, truth }: Pick<ProxyWorld, "reference" | "truth">,
  count: number,
  flipped: number,
  sampler: Sampler,
): { chosen: number; rejected: number; weight: number }[] {
  return Array.from({ length: count }, () => {
    const [a, b] = sampler.draw(reference, 2) as [number, number];
    const first = sampler.uniform() < sigmoid(truth[a]! - truth[b]!) !== sampler.uniform() < flipped;
    return first ? { chosen: a, rejected: b, weight: 1 } : { chosen: b, rejected: a, weight: 1 };
  });
}

/** A linear reward model on letter counts, trained with Hone's objective; its score of every reply. */
function learnedReward(
  { replies }: World,
  pairs: readonly { chosen: number; rejected: number; weight: number }[],
): Float64Array {
  const features = replies.map(countsOf);
  const weights = new Float64Array(LETTERS);
  const adam = new Adam(weights);
  const scores = () => Float64Array.from(features, (counts) => expectation(counts, weights));
  const steps = 300;
  for (let step = 0; step < steps; step++) {
    const { gradient } = rewardObjective(scores(), pairs, { centring: 0.01, totalWeight: pairs.length });
    const ofWeights = weights.map((_, k) => gradient.reduce((sum, g, i) => sum + g * features[i]![k]!, 0));
    adam.step(ofWeights, cosine(0.1, step, steps));
  }
  return scores();
}

/** Measures a distribution over replies: exactly, and the held-out reward by a sample. */
function measure({ reference, proxy, truth }: ProxyWorld, now: Float64Array, sampler: Sampler): Step {
  const sample = sampler.draw(now, HELD_OUT_REPLIES);
  return {
    kl: divergence(now, reference),
    proxy: expectation(now, proxy),
    heldOut: sample.reduce((sum, i) => sum + truth[i]!, 0) / sample.length,
    truth: expectation(now, truth),
  };
}

/** PPO against the learned reward with next to no KL penalty, so that nothing holds it back. */
export function optimiseByPpo(subject: ProxyWorld, klCoefficient = 0.01): Step[] {
  const sampler = new Sampler(SEED + 1);
  const points: Step[] = [];
  const pace = { steps: 60, replies: 256, learningRate: 0.009, seed: SEED };
  trainWithPpo({ ...subject, scores: subject.proxy, klCoefficient, ...pace }, (_, policy) => {
    points.push(measure(subject, policy.distribution(), sampler));
  });
  return points;
}

/**
 * Best-of-K by the learned reward for K from 1 to 16384, exactly: the best of K draws is at most r with probability F(r)^K. Equal
 * scores share by their probabilities.
 */
export function optimiseByBestOfK(subject: ProxyWorld): Step[] {
  const { reference, proxy } = subject;
  const sampler = new Sampler(SEED + 2);
  const upTo = (score: number, strictly: boolean) =>
    expectation(
      reference,
      proxy.map((other) => ((strictly ? other < score : other <= score) ? 1 : 0)),
    );
  const cumulative = new Map(
    [...new Set(proxy)].map((score) => [score, [upTo(score, true), upTo(score, false)] as const]),
  );
  return Array.from({ length: 43 }, (_, i) => {
    const drafts = Math.round(2 ** (i / 3));
    const best = proxy.map((score, k) => {
      const [below, within] = cumulative.get(score)!;
      return (reference[k]! / (within - below)) * (within ** drafts - below ** drafts);
    });
    return measure(subject, best, sampler);
  });
}
