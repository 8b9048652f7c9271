/** The PPO run: prompts in, adapter out; replies are sampled, scored and learned from as it goes. Reads top to bottom. */

import type { RunConfig } from "../../server/domain/run-config.ts";
import { withoutHead } from "../adapters/head.ts";
import { microBatches } from "../data/batch.ts";
import { DataOrder } from "../data/order.ts";
import { type Model, packing } from "../data/pack.ts";
import { Random } from "../data/random.ts";
import type { AdapterWeights, Metrics, Objective, TokenSequence, Use } from "../engine/contract.ts";
import { gae, tokenRewards, whiten } from "../objectives/advantages.ts";
import { adaptKlCoefficient } from "../objectives/kl.ts";
import { sum } from "../objectives/numeric.ts";
import { explainedVariance, ppo, rolloutMetrics } from "../objectives/ppo.ts";
import { addMetrics } from "../objectives/token-metrics.ts";
import { type Candidate, openScorer, type Scorer } from "../rewards/scorer.ts";
import { derivedSeed } from "../rollout/seed.ts";
import { StartCheck, withReference } from "./reference.ts";
import { assertExamples, atStep, finishStep, openPolicy, POLICY, takeStep } from "./run.ts";
import {
  evaluated,
  nextPrompts,
  replyFigures,
  replyRow,
  rolloutRowLength,
  type SampledRun,
  samplePolicy,
} from "./sampled.ts";

export interface PpoRun extends SampledRun {
  config: RunConfig<"PPO">;
}

/**
 * Trains an adapter to earn more reward without leaving the model it starts from (PPO for RLHF: Ziegler et al. 2019; Ouyang et al.
 * 2022; the order of operations is that of TRL's PPOTrainer). Policy and value share one adapter, the value being its
 * scalar head; the reward model is another adapter and the reference is the base with every adapter off, or a frozen copy
 * of the starting adapter: one copy of the weights in all.
 *
 * A step is an iteration: sample, score, then `innerEpochs` passes of `miniBatches` optimiser steps each. Everything
 * random follows from the seed and the iteration's number, so a run resumed from any checkpoint ends the same.
 * @returns the trained adapter without its value head, so that it can be served
 * @throws TrainerError NO_EXAMPLES, REFERENCE_MISMATCH, TRAINING_DIVERGED (a KL above `stopKl` among others), what the
 *   rewards need and lack, SAMPLING_FAILED; the reason of `cancel` or `pause`
 */
export async function trainPpo(run: PpoRun): Promise<AdapterWeights> {
  const { engine, prompts, config } = run;
  assertExamples(prompts.length, "prompts");
  const scorer = openScorer(config.rewards, prompts, run);
  try {
    const policy = openPolicy(run, config, { head: true });
    await withReference(run, (reference) => iterate(run, scorer, policy, reference));
    return withoutHead(engine.exportAdapter(POLICY));
  } finally {
    scorer.close();
  }
}

async function iterate(run: PpoRun, scorer: Scorer, policy: Use, reference: Use): Promise<void> {
  const { engine, prompts, config, seed, resume } = run;
  const model = packing(engine, rolloutRowLength(prompts, config.maxTokens));
  const order = new DataOrder(prompts.length, resume?.order ?? seed);
  let tokens = resume?.tokens ?? 0;
  let klCoefficient = resume?.state.klCoefficient ?? config.klCoefficient;
  const totalSteps = config.steps;

  for (let step = (resume?.step ?? 0) + 1; step <= totalSteps; step++) {
    run.cancel?.throwIfAborted();
    const batch = nextPrompts(order, prompts, config.batchSize);
    const replies = await samplePolicy(run, batch, { ...samplingOf(config), step });
    const experience = await atStep(
      step,
      gather(run, { model, scorer, policy, reference, step, klCoefficient }, replies),
    );
    const { rows, klPerToken, metrics } = experience;

    const steps = minibatches(config, seed, step, rows.length);
    const inner: Metrics = {};
    for (const [k, indices] of steps.entries()) {
      const totalTokens = sum(indices.map((i) => rows[i]!.targets.length));
      for (const part of microBatches(indices, config.microBatchSize)) {
        run.cancel?.throwIfAborted();
        const objective = ppoObjective(experience, part, { ...config, totalTokens });
        const sequences = part.map((i) => rows[i]!);
        tokens += sum(sequences.map((row) => row.tokens.length));
        addMetrics(inner, await atStep(step, model.accumulate(sequences, policy, objective)));
      }
      // The last one ends the iteration below, with the report and the checkpoint.
      if (k < steps.length - 1) await takeStep(run, config, step, totalSteps);
    }
    for (const [name, total] of Object.entries(inner)) metrics[name] = total / steps.length;

    if (config.klTarget !== undefined) {
      const target = { target: config.klTarget, horizon: config.klHorizon };
      klCoefficient = adaptKlCoefficient(klCoefficient, metrics["objective/kl"]!, rows.length, target);
    }
    const state = { klCoefficient };
    await finishStep(run, config, policy, { step, totalSteps, tokens, order, metrics, kl: klPerToken, state });
  }
}

const samplingOf = ({ maxTokens, temperature }: RunConfig<"PPO">) => ({ count: 1, maxTokens, temperature });

/** What one iteration learns from, [reply][token]; nothing of it changes while it is learned. */
interface Experience {
  rows: TokenSequence[];
  oldLogProbs: Float64Array[];
  oldValues: Float64Array[];
  /** Whitened. */
  advantages: Float64Array[];
  returns: Float64Array[];
  klPerToken: number;
  metrics: Metrics;
}

interface Iteration {
  model: Model;
  scorer: Scorer;
  policy: Use;
  reference: Use;
  step: number;
  klCoefficient: number;
}

/**
 * From replies to advantages, in TRL's order: score the whole reply, take the penalty for a missing end off, spread the KL
 * penalty over the tokens and add the score at the last, whiten rewards where wanted, GAE, returns, and only then whiten
 * the advantages. No reply is padded, so every token counts and none beside them.
 */
async function gather(run: PpoRun, iteration: Iteration, replies: readonly Candidate[]): Promise<Experience> {
  const { config, cancel } = run;
  const { model, klCoefficient, step } = iteration;
  const plain = replies.map(({ reply }) => replyRow(reply));
  // The value of a state is read where its token was chosen: one position before the token.
  const rows = plain.map((row) => ({ ...row, readouts: row.targets.map((target) => target - 1) }));
  const options = { microBatchSize: config.microBatchSize, cancel };
  // Of the engine, never of the sampler: ratios must be 1 before the first step, to the last digits.
  const old = await evaluated(model, rows, iteration.policy, options);
  const { logProbs: ofReference } = await evaluated(model, plain, iteration.reference, options);
  if (step === 1) assertStartsAtReference(old.logProbs, ofReference);

  const { totals, metrics } = await iteration.scorer.score(replies, cancel);
  const scores = neutral(totals).map((score, i) =>
    replies[i]!.reply.ended ? score : score - config.missingEosPenalty,
  );
  const { rewards, kl } = tokenRewards({ policy: old.logProbs, reference: ofReference }, scores, {
    klCoefficient,
    estimator: config.klEstimator,
  });
  const scaled = config.whitenRewards ? whiten(rewards, { keepMean: true }) : rewards;
  const { advantages, returns } = gae(scaled, old.values, config);
  const klPerToken = sum(kl.map(sum)) / sum(kl.map((row) => row.length));
  const { ended, length } = replyFigures(replies);
  return {
    rows,
    oldLogProbs: old.logProbs,
    oldValues: old.values,
    advantages: whiten(advantages),
    returns,
    klPerToken,
    metrics: {
      ...rolloutMetrics({ policy: old.logProbs, kl, scores }, klCoefficient),
      ...metrics,
      "val/explained_variance": explainedVariance(returns, old.values),
      eos_rate: ended,
      length,
      kl_coefficient: klCoefficient,
      kl_per_token: klPerToken,
    },
  };
}

/** A reply that could not be scored counts as an average one, which neither praises nor blames it. */
function neutral(scores: Float64Array): Float64Array {
  const known = scores.filter((score) => !Number.isNaN(score));
  const mean = sum(known) / Math.max(1, known.length);
  return scores.map((score) => (Number.isNaN(score) ? mean : score));
}

function assertStartsAtReference(policy: readonly Float64Array[], reference: readonly Float64Array[]): void {
  const check = new StartCheck();
  const ratios = policy.map((row, i) => sum(row) - sum(reference[i]!));
  check.add(
    ratios,
    policy.map((row) => row.length),
  );
  check.assert("that of a policy equal to its reference");
}

/** The replies of every optimiser step of an iteration: shuffled anew for every epoch, cut into equal parts. */
function minibatches(config: RunConfig<"PPO">, seed: number, step: number, replies: number): number[][] {
  const size = Math.ceil(replies / config.miniBatches);
  return Array.from({ length: config.innerEpochs }, (_, epoch) => {
    const random = new Random(derivedSeed(seed, step, epoch));
    return microBatches(random.shuffled(Array.from({ length: replies }, (_, i) => i)), size);
  }).flat();
}

interface PpoSettings {
  clip: number;
  valueClip: number;
  valueCoefficient: number;
  totalTokens: number;
}

function ppoObjective(experience: Experience, part: readonly number[], settings: PpoSettings): Objective {
  const of = (rows: readonly Float64Array[]) => part.map((i) => rows[i]!);
  return ({ logProbs, values }) => {
    const batch = {
      logProbs,
      values,
      oldLogProbs: of(experience.oldLogProbs),
      oldValues: of(experience.oldValues),
      advantages: of(experience.advantages),
      returns: of(experience.returns),
    };
    const { gradient, metrics } = ppo(batch, settings);
    return { upstream: gradient, metrics };
  };
}
