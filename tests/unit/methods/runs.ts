/** Small runs on the bigram table that the method tests share. */

import { type RunConfig, resolveRunConfig, type TrainingMethod } from "../../../server/domain/run-config.ts";
import type { Checkpoint } from "../../../trainer/checkpoint.ts";
import type {
  TokenisedDialogue,
  TokenisedPair,
  TokenisedRanking,
  TokenisedThumb,
} from "../../../trainer/data/example.ts";
import { scoredRow, sequence } from "../../../trainer/data/tokenise.ts";
import type { DpoRun } from "../../../trainer/methods/dpo.ts";
import type { KtoRun } from "../../../trainer/methods/kto.ts";
import type { OrpoRun } from "../../../trainer/methods/orpo.ts";
import type { PretrainRun } from "../../../trainer/methods/pretrain.ts";
import type { RewardModelRun } from "../../../trainer/methods/reward-model.ts";
import type { StepReport } from "../../../trainer/methods/run.ts";
import type { SftRun } from "../../../trainer/methods/sft.ts";
import type { SimpoRun } from "../../../trainer/methods/simpo.ts";
import { BigramEngine } from "../../helpers/bigram-engine.ts";
import { seededRandom } from "../../helpers/tiny-model.ts";

/** A run under test together with what it told on its way. */
export interface Watched<Run> {
  run: Run;
  engine: BigramEngine;
  steps: StepReport[];
  checkpoints: Checkpoint[];
}

function watched<Run>(make: (hooks: Pick<DpoRun, "engine" | "onStep" | "onCheckpoint">) => Run): Watched<Run> {
  const engine = new BigramEngine();
  const steps: StepReport[] = [];
  const checkpoints: Checkpoint[] = [];
  const onStep = (step: StepReport) => void steps.push(step);
  const onCheckpoint = async (checkpoint: Checkpoint) => void checkpoints.push(checkpoint);
  return { run: make({ engine, onStep, onCheckpoint }), engine, steps, checkpoints };
}

/** Random prompts; the chosen completion uses tokens 1–4 and the rejected one tokens 5–8, lengths differ. */
export function somePairs(count: number, seed = 1): TokenisedPair[] {
  const random = seededRandom(seed);
  const tokens = (length: number, from: number, to: number) =>
    Int32Array.from({ length }, () => from + Math.floor(random() * (to - from)));
  return Array.from({ length: count }, () => {
    const prompt = tokens(2 + Math.floor(random() * 3), 0, 12);
    return {
      chosen: sequence(prompt, tokens(1 + Math.floor(random() * 4), 1, 5)),
      rejected: sequence(prompt, tokens(1 + Math.floor(random() * 6), 5, 9)),
      weight: 1,
    };
  });
}

export function someDialogues(count: number): TokenisedDialogue[] {
  return somePairs(count).map(({ chosen }) => ({ sequence: chosen, weight: 1 }));
}

export function someThumbs(count: number): TokenisedThumb[] {
  return somePairs(count).map(({ chosen, rejected }, i) => ({
    sequence: i % 2 === 0 ? chosen : rejected,
    liked: i % 2 === 0,
    weight: 1,
  }));
}

/** Rankings of three, four or a pair; the better a reply, the lower the token it ends with. */
export function someRankings(count: number): TokenisedRanking[] {
  return somePairs(count).map(({ chosen }, i) => {
    const prompt = chosen.tokens.slice(0, chosen.targets[0]!);
    const ranks = [
      [1, 2, 3],
      [2, 1, 2, 3],
      [1, 2],
    ][i % 3]!;
    return { replies: ranks.map((rank) => scoredRow(prompt, [5, 2 * rank])), ranks, margin: 0, weight: 1 };
  });
}

/** Three epochs over ten examples in steps of four: nine steps, the third of each epoch being smaller. */
const SETTINGS = { rank: 4, batchSize: 4, learningRate: 0.02, epochs: 3, checkpointEvery: 2 };

function small<M extends TrainingMethod>(method: M, settings: object, examples: number): RunConfig<M> {
  return resolveRunConfig(method, { ...SETTINGS, ...settings }, { parameters: 1, examples });
}

const FRESH = { seed: 5, start: null, resume: null };

export function dpoRun(change: Partial<DpoRun> = {}, settings: object = {}): Watched<DpoRun> {
  const pairs = change.pairs ?? somePairs(10);
  const config = small("DPO", settings, pairs.length);
  return watched((hooks) => ({ ...hooks, ...FRESH, pairs, config, ...change }));
}

export function sftRun(change: Partial<SftRun> = {}, settings: object = {}): Watched<SftRun> {
  const dialogues = change.dialogues ?? someDialogues(10);
  const config = small("SFT", settings, dialogues.length);
  return watched((hooks) => ({ ...hooks, ...FRESH, dialogues, config, ...change }));
}

export function pretrainRun(change: Partial<PretrainRun> = {}, settings: object = {}): Watched<PretrainRun> {
  const chunks = change.chunks ?? someDialogues(10);
  const config = small("PRETRAIN", settings, chunks.length);
  return watched((hooks) => ({ ...hooks, ...FRESH, chunks, config, ...change }));
}

export function simpoRun(change: Partial<SimpoRun> = {}, settings: object = {}): Watched<SimpoRun> {
  const pairs = change.pairs ?? somePairs(10);
  const config = small("SIMPO", settings, pairs.length);
  return watched((hooks) => ({ ...hooks, ...FRESH, pairs, config, ...change }));
}

export function orpoRun(change: Partial<OrpoRun> = {}, settings: object = {}): Watched<OrpoRun> {
  const pairs = change.pairs ?? somePairs(10);
  const config = small("ORPO", settings, pairs.length);
  return watched((hooks) => ({ ...hooks, ...FRESH, pairs, config, ...change }));
}

export function ktoRun(change: Partial<KtoRun> = {}, settings: object = {}): Watched<KtoRun> {
  const thumbs = change.thumbs ?? someThumbs(10);
  const config = small("KTO", settings, thumbs.length);
  return watched((hooks) => ({ ...hooks, ...FRESH, thumbs, config, ...change }));
}

export function rewardRun(change: Partial<RewardModelRun> = {}, settings: object = {}): Watched<RewardModelRun> {
  const rankings = change.rankings ?? someRankings(10);
  const config = small("REWARD", settings, rankings.length);
  return watched((hooks) => ({ ...hooks, ...FRESH, rankings, config, ...change }));
}
