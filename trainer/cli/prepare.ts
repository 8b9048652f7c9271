/** Everything `npm run train` reads and checks before an engine is opened. */

import { mkdir, rm, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { countParameters, RUN_CONFIG_SCHEMAS, resolveRunConfig } from "../../server/domain/run-config.ts";
import { readModelConfig } from "../../server/gguf/model-config.ts";
import { openGguf } from "../../server/gguf/reader.ts";
import type { Tokenizer } from "../../server/gguf/tokenizer.ts";
import { validateBase, validateTrainable } from "../../server/gguf/validate.ts";
import { sha256OfFile } from "../../server/whole-file.ts";
import { ADAPTER_FILE, ADAPTER_SAFETENSORS, type BaseIdentity } from "../adapters/export.ts";
import { MODEL_FILE } from "../adapters/export-model.ts";
import { readAdapterFile } from "../adapters/read.ts";
import type { ModelConfig } from "../engine/contract.ts";
import { TrainerError } from "../errors.ts";
import { planData, type Sources } from "../plan.ts";
import { checkpointPath, type RunIdentity, type TrainingPlan } from "../train.ts";
import type { TrainCommand } from "./arguments.ts";
import { COMMAND_LINE_DEFAULTS } from "./settings.ts";

/** The weights' own file in --out, of which there is one. */
export const WEIGHTS_FILES = [ADAPTER_FILE, ADAPTER_SAFETENSORS, MODEL_FILE];

/**
 * Nothing that took time to make is replaced unless that was asked for.
 * @param work folder of the unfinished run, made if it is missing
 * @throws TrainerError BAD_ARGUMENT when --out holds something that would be lost
 */
export async function checkOutFolder({ out, resume, overwrite }: TrainCommand, work: string): Promise<void> {
  const found = await Promise.all(WEIGHTS_FILES.map(async (name) => ((await exists(join(out, name))) ? [name] : [])));
  const [finished] = found.flat();
  const unfinished = await exists(checkpointPath(work));
  if (finished && !overwrite && !(resume && unfinished))
    throw new TrainerError(
      "BAD_ARGUMENT",
      `${out} holds a finished ${finished === MODEL_FILE ? "model" : "adapter"}; choose another folder, or add --overwrite to replace it.`,
    );
  if (unfinished && !resume && !overwrite)
    throw new TrainerError(
      "BAD_ARGUMENT",
      `${out} holds an unfinished run; add --resume to go on with it, or --overwrite to begin anew.`,
    );
  if (!resume) await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
}

/** A base model's shape and identity. */
export interface Base {
  model: ModelConfig;
  identity: BaseIdentity;
}

/** @throws GgufError for a file that cannot be trained on */
export async function readBase(path: string): Promise<Base> {
  const file = openGguf(path);
  try {
    // The architecture first: a model of another kind should be told so, not that it lacks some key of ours.
    readModelConfig(file);
    const model = validateBase(file);
    validateTrainable(file, model);
    return { model, identity: { name: basename(path, ".gguf"), sha256: await sha256OfFile(path) } };
  } finally {
    file.close();
  }
}

/** The adapter a run goes on from. */
export async function readStart(from: string | null, { model, identity }: Base): Promise<RunIdentity["start"]> {
  if (!from) return null;
  const weights = await readAdapterFile(from, model, identity);
  return { sha256: await sha256OfFile(from), weights };
}

/** What is trained, every setting settled, and how many examples were too long. */
export function makePlan(
  { method, config: given }: TrainCommand,
  sources: Sources,
  tokenizer: Tokenizer,
  model: ModelConfig,
): { plan: TrainingPlan; dropped: number } {
  const input = { ...COMMAND_LINE_DEFAULTS, ...given };
  const settings = RUN_CONFIG_SCHEMAS[method].parse(input);
  const { data, dropped, liked } = planData(method, settings, sources, tokenizer, model.contextLength);
  const scale = { parameters: countParameters(model), examples: data.examples.length, liked };
  return { plan: { method, config: resolveRunConfig(method, input, scale), ...data } as TrainingPlan, dropped };
}

const exists = async (path: string) => (await stat(path).catch(() => null)) !== null;
