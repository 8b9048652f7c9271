/** Small runs on the bigram table that the method tests share. */

import { RUN_CONFIG_SCHEMAS, resolveRunConfig } from "../../../server/domain/run-config.ts";
import type { Checkpoint } from "../../../trainer/checkpoint.ts";
import type { TokenisedDialogue, TokenisedPair } from "../../../trainer/data/example.ts";
import { sequence } from "../../../trainer/data/tokenise.ts";
import type { DpoRun } from "../../../trainer/methods/dpo.ts";
import type { StepReport } from "../../../trainer/methods/run.ts";
import type { SftRun } from "../../../trainer/methods/sft.ts";
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

/** A DPO run of 3 epochs over 10 pairs in steps of 4: nine steps, the third of each epoch being smaller. */
export function dpoRun(change: Partial<DpoRun> = {}, settings: object = {}): Watched<DpoRun> {
  const pairs = change.pairs ?? somePairs(10);
  const config = resolveRunConfig(
    "DPO",
    RUN_CONFIG_SCHEMAS.DPO.parse({
      rank: 4,
      batchSize: 4,
      learningRate: 0.02,
      epochs: 3,
      checkpointEvery: 2,
      ...settings,
    }),
    { parameters: 1, examples: pairs.length },
  );
  return watched((hooks) => ({ ...hooks, pairs, config, seed: 5, start: null, resume: null, ...change }));
}

export function sftRun(change: Partial<SftRun> = {}, settings: object = {}): Watched<SftRun> {
  const dialogues = change.dialogues ?? someDialogues(10);
  const config = resolveRunConfig(
    "SFT",
    RUN_CONFIG_SCHEMAS.SFT.parse({
      rank: 4,
      batchSize: 4,
      learningRate: 0.02,
      epochs: 3,
      checkpointEvery: 2,
      ...settings,
    }),
    { parameters: 1, examples: dialogues.length },
  );
  return watched((hooks) => ({ ...hooks, dialogues, config, seed: 5, start: null, resume: null, ...change }));
}
