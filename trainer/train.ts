/** One run on disk: from tokenised examples to an adapter, resumable from its folder. Used by the CLI and the trainer. */

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { RunConfig } from "../server/domain/run-config.ts";
import type { BaseIdentity } from "./adapters/export.ts";
import { writeWhole } from "./adapters/files.ts";
import { type Checkpoint, readCheckpoint, writeCheckpoint } from "./checkpoint.ts";
import type { TokenisedDialogue, TokenisedPair } from "./data/example.ts";
import type { AdapterWeights, Engine, TokenSequence } from "./engine/contract.ts";
import { type ReferenceCache, trainDpo } from "./methods/dpo.ts";
import type { StepReport } from "./methods/run.ts";
import { trainSft } from "./methods/sft.ts";

/** What is trained, by which method, with every setting settled. */
export type TrainingPlan =
  | { method: "DPO"; config: RunConfig<"DPO">; examples: readonly TokenisedPair[] }
  | { method: "SFT"; config: RunConfig<"SFT">; examples: readonly TokenisedDialogue[] };

/** The identity of a run: two runs with the same one make the same adapter. */
export interface RunIdentity {
  plan: TrainingPlan;
  base: BaseIdentity;
  /** The adapter it goes on from, by the hash of its file; null begins with a fresh one. */
  start: { sha256: string; weights: AdapterWeights } | null;
  seed: number;
}

export interface Training extends RunIdentity {
  engine: Engine;
  /** Holds the checkpoint and the reference's log-probabilities; belongs to this run alone. */
  folder: string;
  /** The step after which the run goes on, once that is known; 0 for a new one. */
  onStart?(resumedStep: number): Promise<void> | void;
  onStep(report: StepReport): Promise<void> | void;
  cancel?: AbortSignal;
  pause?: AbortSignal;
}

export const checkpointPath = (folder: string) => join(folder, "checkpoint.safetensors");
const referencePath = (folder: string) => join(folder, "reference.json");

/**
 * Runs the plan to its end, from the folder's checkpoint if there is one.
 * @returns the trained adapter; the folder may be deleted then
 * @throws TrainerError BAD_CHECKPOINT when the folder belongs to another run; what the methods throw
 */
export async function train(training: Training): Promise<AdapterWeights> {
  const { plan, engine, seed, start, folder } = training;
  const fingerprint = fingerprintOf(training);
  const resume = await readCheckpoint(checkpointPath(folder), fingerprint);
  await training.onStart?.(resume?.step ?? 0);
  const run = {
    engine,
    seed,
    start: start?.weights ?? null,
    resume,
    onStep: training.onStep,
    onCheckpoint: (checkpoint: Checkpoint) => writeCheckpoint(checkpointPath(folder), checkpoint, fingerprint),
    cancel: training.cancel,
    pause: training.pause,
  };
  if (plan.method === "SFT") return trainSft({ ...run, dialogues: plan.examples, config: plan.config });
  const referenceCache = referenceCacheAt(referencePath(folder), fingerprint);
  return trainDpo({ ...run, pairs: plan.examples, config: plan.config, referenceCache });
}

/** Hash of everything the result depends on: base, start, method, settings, seed and every token. */
export function fingerprintOf({ plan, base, start, seed }: RunIdentity): string {
  // How often a resume point is written changes nothing about where the run ends.
  const { checkpointEvery: _, ...settings } = plan.config;
  const identity = { base: base.sha256, start: start?.sha256 ?? null, method: plan.method, settings, seed };
  const hash = createHash("sha256").update(JSON.stringify(identity));
  const add = ({ tokens, targets }: TokenSequence, weight: number) =>
    hash
      .update(JSON.stringify([weight, tokens.length, targets.length]))
      .update(tokens)
      .update(targets);
  if (plan.method === "SFT") for (const { sequence, weight } of plan.examples) add(sequence, weight);
  else for (const { chosen, rejected, weight } of plan.examples) for (const row of [chosen, rejected]) add(row, weight);
  return hash.digest("hex");
}

const cachedReference = z.object({
  fingerprint: z.string(),
  chosen: z.array(z.number()),
  rejected: z.array(z.number()),
});

/** A JSON number carries every bit of a double, so cached values equal computed ones. */
function referenceCacheAt(path: string, fingerprint: string): ReferenceCache {
  return {
    async read() {
      const text = await readFile(path, "utf8").catch(() => null);
      if (text === null) return null;
      const cached = cachedReference.safeParse(parsed(text));
      // A damaged or foreign cache costs one pass over the data, no more.
      if (!cached.success || cached.data.fingerprint !== fingerprint) return null;
      return { chosen: Float64Array.from(cached.data.chosen), rejected: Float64Array.from(cached.data.rejected) };
    },
    write: ({ chosen, rejected }) =>
      writeWhole(path, [JSON.stringify({ fingerprint, chosen: [...chosen], rejected: [...rejected] })]),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
