/** The continued-pretraining run: chunks of text in, adapter or model out. */

import type { RunConfig } from "../../server/domain/run-config.ts";
import type { TokenisedDialogue } from "../data/example.ts";
import type { MethodRun, TrainedWeights } from "./run.ts";
import { trainSft } from "./sft.ts";

export interface PretrainRun extends MethodRun {
  /** As `tokeniseTexts` cuts them: every token but the first is a target. */
  chunks: readonly TokenisedDialogue[];
  /** General data of which `config.replay` of every step's examples is drawn, against forgetting. */
  replay?: readonly TokenisedDialogue[];
  config: RunConfig<"PRETRAIN">;
}

/**
 * Trains a model on plain text: the very loop of SFT, on chunks in which every token counts and with clean embeddings.
 * @returns the trained adapter, or with `tuning: "full"` the trained model
 * @throws as `trainSft`
 */
export function trainPretrain({ chunks, config, ...run }: PretrainRun): Promise<TrainedWeights> {
  return trainSft({ ...run, dialogues: chunks, config: { ...config, neftune: 0 } });
}
