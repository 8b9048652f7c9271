/** Prompt- and prefix-tuning in PEFT's layout: one matrix with a row for every virtual token. */

import { ggufChannels, type HeadLayout } from "../../server/gguf/rotary-order.ts";
import type { AdapterWeights, NamedTensor } from "../engine/contract.ts";

/** PEFT's name for the matrix of either kind. */
const MATRIX = "prompt_embeddings";

/**
 * PROMPT_TUNING has the embeddings themselves, [P, D]. PREFIX_TUNING has for each virtual token the keys and values of
 * every block one after another, [P, blocks·2·kvHeads·headWidth]; PEFT puts them into the cache as they are, so its keys
 * are those after rotation, like ours, and the first real token stands at position P in both.
 */
export function virtualTokens({ kind, rank, tensors }: AdapterWeights, model: HeadLayout, baseName: string) {
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const common = {
    task_type: "CAUSAL_LM",
    base_model_name_or_path: baseName,
    inference_mode: true,
    num_virtual_tokens: rank,
    num_transformer_submodules: 1,
    num_layers: model.layers,
  };
  if (kind === "prompt") {
    const embeddings = byName.get("prompt.weight")!;
    return {
      config: {
        peft_type: "PROMPT_TUNING",
        ...common,
        num_attention_heads: model.heads,
        token_dim: embeddings.shape[1],
        prompt_tuning_init: "RANDOM",
      },
      tensors: [{ ...embeddings, name: MATRIX }],
    };
  }
  return {
    config: {
      peft_type: "PREFIX_TUNING",
      ...common,
      num_attention_heads: model.kvHeads,
      token_dim: model.kvHeads * model.headWidth,
      encoder_hidden_size: model.kvHeads * model.headWidth,
      prefix_projection: false,
    },
    tensors: [flattened(rank, byName, model)],
  };
}

function flattened(rank: number, byName: ReadonlyMap<string, NamedTensor>, model: HeadLayout): NamedTensor {
  const width = model.kvHeads * model.headWidth;
  const rowLength = model.layers * 2 * width;
  const channels = ggufChannels(model, model.kvHeads);
  const data = new Float32Array(rank * rowLength);
  for (let block = 0; block < model.layers; block++) {
    const keys = byName.get(`blk.${block}.prefix_k.weight`)!.data;
    const values = byName.get(`blk.${block}.prefix_v.weight`)!.data;
    for (let token = 0; token < rank; token++) {
      const at = token * rowLength + block * 2 * width;
      for (const [peft, gguf] of channels.entries()) data[at + peft] = keys[token * width + gguf]!;
      data.set(values.subarray(token * width, (token + 1) * width), at + width);
    }
  }
  return { name: MATRIX, shape: [rank, rowLength], data };
}
