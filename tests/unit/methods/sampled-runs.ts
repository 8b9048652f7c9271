/** Small runs of the methods that sample: the bigram table learns from replies of its own. */

import { RUN_CONFIG_SCHEMAS, type RunConfig, resolveRunConfig } from "../../../server/domain/run-config.ts";
import type { Checkpoint } from "../../../trainer/checkpoint.ts";
import type { BestOfKRun } from "../../../trainer/methods/best-of-k.ts";
import type { DistilRun } from "../../../trainer/methods/distil.ts";
import type { GatherCache } from "../../../trainer/methods/gather.ts";
import type { GrpoRun } from "../../../trainer/methods/grpo.ts";
import type { PpoRun } from "../../../trainer/methods/ppo.ts";
import type { RlaifRun } from "../../../trainer/methods/rlaif.ts";
import type { StepReport } from "../../../trainer/methods/run.ts";
import type { SampledRun } from "../../../trainer/methods/sampled.ts";
import { BigramEngine } from "../../helpers/bigram-engine.ts";
import { BigramRollouts, bigramPrompts, END } from "../../helpers/bigram-rollouts.ts";

/** A run under test, its parts, and what it told on its way. */
export interface Sampled<Run> {
  run: Run;
  engine: BigramEngine;
  rollouts: BigramRollouts;
  steps: StepReport[];
  checkpoints: Checkpoint[];
}

function sampledRun<Run extends SampledRun>(
  config: Run extends { config: infer Config } ? Config : never,
  change: Partial<Run>,
): Sampled<Run> {
  const engine = new BigramEngine();
  const rollouts = new BigramRollouts();
  const steps: StepReport[] = [];
  const checkpoints: Checkpoint[] = [];
  const run = {
    engine,
    rollouts,
    prompts: bigramPrompts(6),
    seed: 5,
    start: null,
    resume: null,
    onStep: (step: StepReport) => void steps.push(step),
    onCheckpoint: async (checkpoint: Checkpoint) => void checkpoints.push(checkpoint),
    config,
    ...change,
  };
  return { run: run as unknown as Run, engine, rollouts, steps, checkpoints };
}

/** Five minutes of a real run in a second: rates at which the table strays far. */
const SMALL = { stopKl: 100, rank: 4, checkpointEvery: 2, maxTokens: 6, warmup: 0 };
/** Pays for token 3 anywhere in the reply. */
export const WANTS_3 = [{ kind: "regex", pattern: "\\b3\\b" }];

const settled = <M extends "PPO" | "GRPO" | "BEST_OF_K" | "DISTIL" | "RLAIF">(
  method: M,
  settings: object,
): RunConfig<M> => resolveRunConfig(method, RUN_CONFIG_SCHEMAS[method].parse(settings), { parameters: 1, examples: 6 });

export function ppoRun(change: Partial<PpoRun> = {}, settings: object = {}): Sampled<PpoRun> {
  const small = { ...SMALL, rewards: WANTS_3, batchSize: 16, learningRate: 0.02, steps: 6, missingEosPenalty: 0 };
  return sampledRun<PpoRun>(settled("PPO", { ...small, ...settings }), change);
}

export function grpoRun(change: Partial<GrpoRun> = {}, settings: object = {}): Sampled<GrpoRun> {
  const small = { ...SMALL, rewards: WANTS_3, batchSize: 4, groupSize: 4, learningRate: 0.02, steps: 6 };
  return sampledRun<GrpoRun>(settled("GRPO", { ...small, ...settings }), change);
}

/** Texts are the numbers of their tokens. */
export const chat = {
  prompt: (messages: readonly { content: string }[]) => messages[0]!.content.split(" ").map(Number),
  replies: () => [],
  text: (content: string) => content.split(" ").map(Number),
  endOfTurn: END,
};

const GATHERED = { rank: 4, checkpointEvery: 2, maxTokens: 6, warmup: 0, batchSize: 4, learningRate: 0.02, epochs: 3 };

export function bestOfKRun(change: Partial<BestOfKRun> = {}, settings: object = {}): Sampled<BestOfKRun> {
  const own = { prompts: bigramPrompts(20), ...change };
  return sampledRun<BestOfKRun>(settled("BEST_OF_K", { ...GATHERED, rewards: WANTS_3, ...settings }), own);
}

export function distilRun(change: Partial<DistilRun>, settings: object = {}): Sampled<DistilRun & SampledRun> {
  const config = settled("DISTIL", { ...GATHERED, ...settings });
  return sampledRun<DistilRun & SampledRun>(config, { chat, prompts: bigramPrompts(20), ...change });
}

export function rlaifRun(change: Partial<RlaifRun> = {}, settings: object = {}): Sampled<RlaifRun> {
  const own = { chat, prompts: bigramPrompts(20), ...change };
  return sampledRun<RlaifRun>(settled("RLAIF", { ...GATHERED, ...settings }), own);
}

/** A run's folder in memory: what is read back has been through JSON. */
export function memoryCache(): GatherCache & { text: string | null; writes: number } {
  return {
    text: null,
    writes: 0,
    async read() {
      return this.text === null ? null : JSON.parse(this.text);
    },
    async write(value) {
      this.text = JSON.stringify(value);
      this.writes++;
    },
  };
}

/** Mean of a figure over some steps. */
export const meanOf = (steps: readonly StepReport[], name: string) =>
  steps.reduce((total, { metrics }) => total + metrics[name]!, 0) / steps.length;
