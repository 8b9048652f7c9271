/** The GRPO run: prompts in, adapter out; replies to one prompt are compared with each other. Reads top to bottom. */

import type { RunConfig } from "../../server/domain/run-config.ts";
import { microBatches } from "../data/batch.ts";
import { DataOrder } from "../data/order.ts";
import { type Model, packing } from "../data/pack.ts";
import { Random } from "../data/random.ts";
import type { AdapterWeights, Metrics, Objective, TokenSequence, Use } from "../engine/contract.ts";
import { TrainerError } from "../errors.ts";
import { groupAdvantages } from "../objectives/advantages.ts";
import { grpo } from "../objectives/grpo.ts";
import { klEstimate } from "../objectives/kl.ts";
import { sum } from "../objectives/numeric.ts";
import { addMetrics, tokenMean } from "../objectives/token-metrics.ts";
import { type Candidate, openScorer, type Scorer } from "../rewards/scorer.ts";
import { derivedSeed } from "../rollout/seed.ts";
import { withReference } from "./reference.ts";
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

export interface GrpoRun extends SampledRun {
  config: RunConfig<"GRPO">;
}

/**
 * Trains an adapter on rewards that need no value model: each reply is measured against the other replies to its prompt
 * (Shao et al. 2024), with the normalisers of DAPO and Dr. GRPO and the sequence ratio of GSPO as settings; defaults and order of
 * operations are those of TRL's GRPOTrainer.
 *
 * A step is an iteration: sample `groupSize` replies to each of `batchSize` prompts, score, then `innerEpochs` optimiser steps on
 * all of them. Groups whose replies all earned the same teach nothing: they are counted in `frac_reward_zero_std` and, without a KL
 * penalty, spared the pass. `kl` and `entropy` are means over the tokens that do pass and count; the KL from the reference is measured even
 * where it has no weight, for `stopKl`.
 * @returns the trained adapter
 * @throws TrainerError NO_EXAMPLES, NOTHING_TO_COMPARE, TRAINING_DIVERGED (a KL above `stopKl` among others), what the rewards
 *   need and lack, SAMPLING_FAILED; the reason of `cancel` or `pause`
 */
export async function trainGrpo(run: GrpoRun): Promise<AdapterWeights> {
  const { engine, prompts, config } = run;
  assertExamples(prompts.length, "prompts");
  const scorer = openScorer(config.rewards, prompts, run);
  try {
    const policy = openPolicy(run, config);
    await withReference(run, (reference) => iterate(run, scorer, policy, reference));
    return engine.exportAdapter(POLICY);
  } finally {
    scorer.close();
  }
}

async function iterate(run: GrpoRun, scorer: Scorer, policy: Use, reference: Use): Promise<void> {
  const { engine, prompts, config, seed, resume } = run;
  const model = packing(engine, rolloutRowLength(prompts, config.maxTokens));
  const order = new DataOrder(prompts.length, resume?.order ?? seed);
  let tokens = resume?.tokens ?? 0;
  // Whether any group has differed in reward since the run began.
  let compared = resume?.state.compared ?? 0;
  const totalSteps = config.steps;

  for (let step = (resume?.step ?? 0) + 1; step <= totalSteps; step++) {
    run.cancel?.throwIfAborted();
    const batch = nextPrompts(order, prompts, config.batchSize);
    const { groupSize: count, maxTokens, temperature } = config;
    const replies = await samplePolicy(run, batch, { step, count, maxTokens, temperature });
    const { totals, metrics } = await scorer.score(replies, run.cancel);
    const kept = keptReplies(config, replies, totals, metrics);
    if (metrics.frac_reward_zero_std! < 1) compared = 1;
    if (!compared && step >= PATIENCE) throw nothingToCompare(step, metrics.reward!);
    const experience = await atStep(step, gather(run, { model, policy, reference }, kept));

    const inner: Metrics = {};
    for (let epoch = 0; epoch < config.innerEpochs; epoch++) {
      const random = new Random(derivedSeed(seed, step, epoch));
      const parts = microBatches(random.shuffled([...kept.rows.keys()]), config.microBatchSize);
      for (const part of parts) {
        run.cancel?.throwIfAborted();
        const objective = grpoObjective(config, kept, experience, part, parts.length);
        const sequences = part.map((i) => kept.rows[i]!);
        tokens += sum(sequences.map((row) => row.tokens.length));
        addMetrics(inner, await atStep(step, model.accumulate(sequences, policy, objective)));
      }
      // The last one ends the iteration below, with the report and the checkpoint.
      if (epoch < config.innerEpochs - 1) await takeStep(run, config, step, totalSteps);
    }
    for (const [name, total] of Object.entries(inner)) metrics[name] = meanOver(config.innerEpochs, name, total);
    await finishStep(run, config, policy, {
      step,
      totalSteps,
      tokens,
      order,
      metrics,
      kl: metrics.kl,
      state: { compared },
    });
  }
}

/** Iterations after which a run in which no two replies ever earned differently is given up: more would cost time and change nothing. */
const PATIENCE = 10;

const nothingToCompare = (step: number, reward: number) =>
  new TrainerError(
    "NOTHING_TO_COMPARE",
    `Expected replies to one prompt to earn different rewards, found that every reply of ${step} iterations earned what its ` +
      `neighbours did (lately ${Number(reward.toPrecision(3))} on average), so nothing could be learned. Choose rewards that some replies earn and ` +
      "others do not, a larger groupSize, or a higher temperature.",
  );

/** Least and greatest stay what they are; sums over the inner epochs become means. */
const meanOver = (epochs: number, name: string, total: number) => (/_(min|max)$/.test(name) ? total : total / epochs);

/** The replies that go through the model, and what is known about them. */
interface Kept {
  rows: TokenSequence[];
  /** [replies kept] */
  advantages: Float64Array;
  mask: Uint8Array[];
  /** Of the whole iteration, replies that are spared the pass included. */
  totals: { tokens: number; sequences: number; maxLength: number };
  /** Tokens that `kl` and `entropy` are means over: those that count, or all of them where none does. */
  measured: { tokens: number; mask?: Uint8Array[] };
}

/** Compares within groups, adds the figures of the rewards to `metrics`, and leaves out what teaches nothing. */
function keptReplies(
  config: RunConfig<"GRPO">,
  replies: readonly Candidate[],
  rewards: Float64Array,
  metrics: Metrics,
): Kept {
  const { groupSize, normaliser, maskTruncated, beta, maxTokens } = config;
  const groups = groupAdvantages(rewards, { groupSize, scaled: normaliser !== "dr_grpo" });
  const { ended, length } = replyFigures(replies);
  const figures = { "completions/length": length, "completions/clipped_ratio": 1 - ended };
  Object.assign(metrics, groups.metrics, figures);

  const masked = ({ reply }: Candidate) => maskTruncated && !reply.ended;
  const size = ({ reply }: Candidate) => reply.completion.length;
  const teaches = (i: number) => beta > 0 || (!groups.zeroSpread[Math.floor(i / groupSize)] && !masked(replies[i]!));
  const teaching = [...replies.keys()].filter(teaches);
  // One reply stays in any case: its gradient is 0, and the optimiser's step goes by its momentum alone, as TRL's does.
  const indices = teaching.length > 0 ? teaching : [0];
  const mask = indices.map((i) => new Uint8Array(size(replies[i]!)).fill(masked(replies[i]!) ? 0 : 1));
  const counted = indices.filter((i) => !masked(replies[i]!));
  return {
    rows: indices.map((i) => replyRow(replies[i]!.reply)),
    advantages: Float64Array.from(indices, (i) => groups.advantages[i]!),
    mask,
    totals: {
      tokens: sum(replies.map((candidate) => (masked(candidate) ? 0 : size(candidate)))),
      sequences: replies.length,
      maxLength: maxTokens,
    },
    measured:
      counted.length > 0
        ? { tokens: sum(counted.map((i) => size(replies[i]!))), mask }
        : { tokens: sum(indices.map((i) => size(replies[i]!))) },
  };
}

interface Experience {
  /** Of the policy that sampled; null where a step is its own: the only one of its iteration. */
  oldLogProbs: Float64Array[] | null;
  reference: Float64Array[];
}

async function gather(
  { config, cancel }: GrpoRun,
  { model, policy, reference }: { model: Model; policy: Use; reference: Use },
  { rows }: Kept,
): Promise<Experience> {
  const options = { microBatchSize: config.microBatchSize, cancel };
  const old = config.innerEpochs > 1 ? await evaluated(model, rows, policy, options) : null;
  const { logProbs } = await evaluated(model, rows, reference, options);
  return { oldLogProbs: old?.logProbs ?? null, reference: logProbs };
}

/** k3 of every token, nats. */
function klOf(logProbs: readonly Float64Array[], reference: readonly Float64Array[]): Float64Array[] {
  return logProbs.map((row, i) => row.map((logProb, t) => klEstimate("k3", logProb - reference[i]![t]!).value));
}

function grpoObjective(
  config: RunConfig<"GRPO">,
  kept: Kept,
  experience: Experience,
  part: readonly number[],
  parts: number,
): Objective {
  const { normaliser, ratio, clip, clipHigh, beta } = config;
  return ({ logProbs, entropy }) => {
    const batch = {
      logProbs,
      // A step on its own samples has ratios of 1 by definition, whatever rounding says.
      oldLogProbs: experience.oldLogProbs ? part.map((i) => experience.oldLogProbs![i]!) : logProbs,
      reference: part.map((i) => experience.reference[i]!),
      advantages: part.map((i) => kept.advantages[i]!),
      mask: part.map((i) => kept.mask[i]!),
    };
    const totals = { ...kept.totals, microBatches: parts };
    const { gradient, metrics } = grpo(batch, { normaliser, ratio, clip: { low: clip, high: clipHigh }, beta, totals });
    const { tokens, mask } = kept.measured;
    const ofPart = mask && part.map((i) => mask[i]!);
    const figures = {
      kl: tokenMean(klOf(logProbs, batch.reference), tokens, ofPart),
      entropy: tokenMean(entropy, tokens, ofPart),
    };
    return { upstream: { logProbs: gradient }, metrics: { ...metrics, ...figures } };
  };
}
