/** Random adapters of every kind for a model too small to run. */

import { linearShapes } from "../../../server/gguf/model-config.ts";
import type { AdapterKind, AdapterWeights, ModelConfig, NamedTensor } from "../../../trainer/engine/contract.ts";
import { seededNormals, seededRandom } from "../../helpers/tiny-model.ts";

export const CONFIG: ModelConfig = {
  architecture: "llama",
  layers: 2,
  width: 16,
  heads: 2,
  kvHeads: 1,
  headWidth: 4,
  feedForward: 24,
  vocabulary: 32,
  contextLength: 64,
  ropeTheta: 10_000,
  rmsEpsilon: 1e-5,
  tiedEmbeddings: true,
};

const RANK = 3;

/** Rank 3, alpha 6; on all seven linear layers where it is LoRA. Names and shapes are written out here, not asked of the engine. */
export function randomAdapter(
  kind: AdapterKind,
  { config = CONFIG, head = false }: { config?: ModelConfig; head?: boolean } = {},
): AdapterWeights {
  const random = seededRandom(4);
  const { width, kvHeads, headWidth } = config;
  const tensor = (name: string, ...shape: [number, number]): NamedTensor => {
    return { name, shape, data: seededNormals(random, shape[0] * shape[1], 1) };
  };
  const blocks = Array.from({ length: config.layers }, (_, block) => `blk.${block}`);
  const tensors: Record<AdapterKind, () => NamedTensor[]> = {
    lora: () =>
      blocks.flatMap((block) =>
        [...linearShapes(config)].flatMap(([layer, [out, into]]) => [
          tensor(`${block}.${layer}.weight.lora_a`, RANK, into),
          tensor(`${block}.${layer}.weight.lora_b`, out, RANK),
        ]),
      ),
    prompt: () => [tensor("prompt.weight", RANK, width)],
    prefix: () =>
      blocks.flatMap((block) =>
        ["k", "v"].map((which) => tensor(`${block}.prefix_${which}.weight`, RANK, kvHeads * headWidth)),
      ),
    bottleneck: () =>
      blocks.flatMap((block) =>
        ["attn", "ffn"].flatMap((part) => [
          tensor(`adapter.${block}.${part}_down.weight`, RANK, width),
          tensor(`adapter.${block}.${part}_up.weight`, width, RANK),
        ]),
      ),
  };
  const own = tensors[kind]();
  return { kind, rank: RANK, alpha: 6, tensors: head ? [...own, tensor("head.weight", 1, width)] : own };
}
