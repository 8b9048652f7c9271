/** `npm run merge`: what may be folded into a base model, of all that training makes. */

import { hasHead } from "../../server/gguf/lora.ts";
import { type Merge, type Merged, mergeLora } from "../../server/gguf/merge.ts";
import type { AdapterWeights } from "../engine/contract.ts";
import { TrainerError } from "../errors.ts";
import { readAdapterFile } from "./read.ts";

/**
 * Writes the merged model.
 * @throws TrainerError BAD_ARGUMENT for an adapter that cannot be folded into weights; what reading either file throws
 */
export const mergeAdapter = (merge: Merge): Promise<Merged> =>
  mergeLora(merge, {
    read: async (path, config, base) => {
      const weights = await readAdapterFile(path, config, base);
      assertMergeable(path, weights);
      return weights;
    },
  });

function assertMergeable(path: string, weights: AdapterWeights): void {
  const refuse = (why: string) => new TrainerError("BAD_ARGUMENT", `${path} cannot be merged: ${why}.`);
  if (weights.kind !== "lora")
    throw refuse(
      `it is a ${weights.kind} adapter, and only LoRA is a change of the weights; it works in the training engine alone`,
    );
  if (hasHead(weights))
    throw refuse("it is a reward model, whose score no language model has a place for; merge a policy");
}
