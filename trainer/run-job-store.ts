/** Where a run's result lies in HONE_HOME: an adapter's folder or a model's, complete or absent. */

import { mkdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { FinishedAdapter } from "../server/domain/run.ts";
import { hasHead } from "../server/gguf/lora.ts";
import { type BaseIdentity, exportAdapter, isServable } from "./adapters/export.ts";
import { exportModel } from "./adapters/export-model.ts";
import type { AdapterKind, ModelConfig } from "./engine/contract.ts";
import type { TrainedWeights } from "./train.ts";

export interface Place {
  /** HONE_HOME, absolute. */
  home: string;
  /** The base model's file, absolute. */
  model: string;
  base: BaseIdentity;
  config: ModelConfig;
  /** Names the folder while it is being made; no other run uses it. */
  name: string;
}

const TUNING = { lora: "LORA", prompt: "PROMPT", prefix: "PREFIX", bottleneck: "BOTTLENECK" } as const satisfies Record<
  AdapterKind,
  FinishedAdapter["tuning"]
>;

/**
 * Writes the files beside their place and moves the whole folder: `adapters/<sha256>` and `models/<sha256>` are
 * complete or absent.
 * @returns the row that is to be written of it, before anything was measured
 */
export async function storeTrained(trained: TrainedWeights, place: Place): Promise<Omit<FinishedAdapter, "metrics">> {
  const { home, model, base, config, name } = place;
  const shelf = join(home, trained.kind === "model" ? "models" : "adapters");
  const making = join(shelf, `.making-${name}`);
  await rm(making, { recursive: true, force: true });
  await mkdir(making, { recursive: true });
  const made =
    trained.kind === "model"
      ? await exportModel(making, trained.tensors, model)
      : await exportAdapter(making, trained.weights, config, base);
  const { file, sha256, sizeBytes } = made;
  const folder = join(shelf, sha256);
  // Equal weights were stored before: the files there are these very bytes.
  if (await stat(join(folder, file)).catch(() => null)) await rm(making, { recursive: true });
  else await rename(making, folder);
  if (trained.kind === "model") {
    const row = { kind: "POLICY", tuning: "FULL", servable: false, rank: null, alpha: null } as const;
    return { ...row, sha256, path: `models/${sha256}/${file}`, bytes: sizeBytes };
  }
  const { weights } = trained;
  const { rank, alpha } = weights;
  return {
    ...{ kind: hasHead(weights) ? "REWARD" : "POLICY", tuning: TUNING[weights.kind], servable: isServable(weights) },
    ...{ sha256, path: `adapters/${sha256}/${file}`, bytes: sizeBytes, rank, alpha },
  };
}
