/** LoRA adapters in PEFT's layout (`adapter_config.json` + `adapter_model.safetensors`), for everyone else's tools and from them. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { writeWhole } from "../whole-file.ts";
import { GgufError } from "./format.ts";
import { HEAD, hasHead, type LoraWeights } from "./lora.ts";
import { ggufChannels, type HeadLayout } from "./rotary-order.ts";
import { readSafetensors, writeSafetensors } from "./safetensors.ts";
import type { NamedTensor } from "./write-model.ts";

export const PEFT_FILES = ["adapter_config.json", "adapter_model.safetensors"] as const;

/** By the layer's name in GGUF. */
const MODULE = {
  attn_q: "self_attn.q_proj",
  attn_k: "self_attn.k_proj",
  attn_v: "self_attn.v_proj",
  attn_output: "self_attn.o_proj",
  ffn_gate: "mlp.gate_proj",
  ffn_up: "mlp.up_proj",
  ffn_down: "mlp.down_proj",
} as const;
type LinearLayer = keyof typeof MODULE;
const LAYER_OF_MODULE = new Map<string, string>(Object.entries(MODULE).map(([layer, module]) => [module, layer]));

const GGUF_NAME = /^blk\.(\d+)\.(\w+)\.weight\.lora_([ab])$/;
const PEFT_NAME = /^base_model\.model\.model\.layers\.(\d+)\.([\w.]+)\.lora_([AB])\.weight$/;
/** Our scalar head is the `score` layer of Transformers' models for sequence classification: [1, D], no bias. */
const PEFT_HEAD = "base_model.model.score.weight";

/** What goes into the two files. */
export interface PeftContent {
  config: Record<string, unknown>;
  tensors: NamedTensor[];
}

/** Writes both files into `folder`. */
export async function writePeftFiles(folder: string, { config, tensors }: PeftContent): Promise<void> {
  await writeSafetensors(join(folder, PEFT_FILES[1]), { tensors, metadata: { format: "pt" } });
  await writeWhole(join(folder, PEFT_FILES[0]), [`${JSON.stringify(config, null, 2)}\n`]);
}

/**
 * A LoRA adapter as PEFT holds it: `lora_A` is [rank, in] and `lora_B` [out, rank], as here.
 * @param baseName what the config names as the base model; PEFT's loader lets the user pass another
 */
export function loraAsPeft(adapter: LoraWeights, model: HeadLayout, baseName: string): PeftContent {
  const layers = new Set<LinearLayer>();
  const tensors = adapter.tensors.map((tensor): NamedTensor => {
    if (tensor.name === HEAD) return { ...tensor, name: PEFT_HEAD };
    const [, block, layer, half] = matched(GGUF_NAME, tensor.name);
    layers.add(layer as LinearLayer);
    const name = `base_model.model.model.layers.${block}.${MODULE[layer as LinearLayer]}.lora_${half!.toUpperCase()}.weight`;
    return half === "b" ? { ...reorderRows(tensor, layer as LinearLayer, model, "toPeft"), name } : { ...tensor, name };
  });
  const config = {
    peft_type: "LORA",
    task_type: hasHead(adapter) ? "SEQ_CLS" : "CAUSAL_LM",
    base_model_name_or_path: baseName,
    r: adapter.rank,
    lora_alpha: adapter.alpha,
    lora_dropout: 0,
    bias: "none",
    target_modules: [...layers].map((layer) => MODULE[layer].split(".")[1]).sort(),
    fan_in_fan_out: false,
    inference_mode: true,
    init_lora_weights: true,
    modules_to_save: hasHead(adapter) ? ["score"] : null,
    use_rslora: false,
    use_dora: false,
  };
  return { config, tensors };
}

/** A part of the config that must be absent or of no effect, since another value makes the numbers mean something else. */
const none = z.union([z.null(), z.literal(false), z.array(z.never()), z.strictObject({})]).optional();

// What changes the meaning of the numbers; a variant we would misread is refused. PiSSA, OLoRA and their like start from a changed base.
const configSchema = z.object({
  peft_type: z.literal("LORA"),
  r: z.int().min(1),
  lora_alpha: z.number().positive(),
  use_rslora: z.boolean().nullish(),
  fan_in_fan_out: z.literal(false).nullish(),
  bias: z.literal("none").nullish(),
  init_lora_weights: z.union([z.boolean(), z.enum(["gaussian", "orthogonal", "eva"])]).nullish(),
  modules_to_save: z.union([none, z.array(z.literal("score"))]),
  ...{ use_dora: none, use_qalora: none, lora_bias: none, alora_invocation_tokens: none, arrow_config: none },
  ...{
    rank_pattern: none,
    alpha_pattern: none,
    layer_replication: none,
    megatron_config: none,
    target_parameters: none,
  },
  trainable_token_indices: none,
});

const CONFIG_LIMIT_BYTES = 1024 * 1024;
/** Some hundred bytes for each tensor of a thousand layers. */
const HEADER_LIMIT_BYTES = 4 * 1024 * 1024;

/**
 * Reads a folder that `writePeftFiles` or PEFT itself wrote: plain LoRA on the seven linear layers, perhaps with a score head. A
 * rank-stabilised adapter, whose scale is alpha / √rank (Kalajdzievski 2023), comes back with the alpha that gives the same scale.
 * @throws GgufError FILE_MISSING, BAD_FILE, NOT_FINITE; NOT_PLAIN_LORA for a variant that means something else
 */
export async function readPeft(folder: string, model: HeadLayout): Promise<LoraWeights> {
  const path = join(folder, PEFT_FILES[0]);
  const json = await readFile(path).catch((cause) => {
    throw new GgufError("FILE_MISSING", `Cannot read ${path}: ${(cause as Error).message}.`, { cause });
  });
  if (json.length > CONFIG_LIMIT_BYTES)
    throw new GgufError("BAD_FILE", `${path} has ${json.length} bytes; a config has at most ${CONFIG_LIMIT_BYTES}.`);
  const { r: rank, lora_alpha: alpha, use_rslora: stabilised } = parseConfig(path, json.toString("utf8"));
  const file = join(folder, PEFT_FILES[1]);
  const { tensors } = await readSafetensors(file, HEADER_LIMIT_BYTES);
  return {
    rank,
    alpha: stabilised ? alpha * Math.sqrt(rank) : alpha,
    tensors: tensors.map((tensor): NamedTensor => {
      if (tensor.name === PEFT_HEAD) return { ...tensor, name: HEAD };
      const [, block, module, half] = matched(PEFT_NAME, tensor.name);
      const layer = LAYER_OF_MODULE.get(module!);
      if (!layer)
        throw new GgufError(
          "NOT_PLAIN_LORA",
          `${file} changes ${module}, which is none of the seven linear layers that adapters change here.`,
        );
      const found = tensor.shape.length === 2 ? tensor.shape[half === "A" ? 0 : 1] : undefined;
      if (found !== rank)
        throw new GgufError(
          "BAD_SHAPE",
          `${file}: "${tensor.name}" has shape [${tensor.shape}], which does not fit the rank ${rank} of ${PEFT_FILES[0]}.`,
        );
      const name = `blk.${Number(block)}.${layer}.weight.lora_${half!.toLowerCase()}`;
      return half === "B" ? { ...reorderRows(tensor, layer, model, "toGguf"), name } : { ...tensor, name };
    }),
  };
}

function parseConfig(path: string, json: string): z.output<typeof configSchema> {
  let config: unknown;
  try {
    config = JSON.parse(json);
  } catch (cause) {
    throw new GgufError("BAD_FILE", `${path} is no JSON.`, { cause });
  }
  const parsed = configSchema.safeParse(config);
  if (parsed.success) return parsed.data;
  const parts = [...new Set(parsed.error.issues.map((issue) => issue.path.join(".") || "the whole"))];
  throw new GgufError(
    "NOT_PLAIN_LORA",
    `${path} is no plain LoRA config (see ${parts.join(", ")}); merge such an adapter into a plain one before, or train it as plain LoRA.`,
  );
}

function matched(pattern: RegExp, name: string): RegExpExecArray {
  const match = pattern.exec(name);
  if (!match) throw new GgufError("NOT_PLAIN_LORA", `Tensor "${name}" is no LoRA tensor of a linear layer.`);
  return match;
}

/** An adapter's B of W_q and W_k follows the row order of its matrix. */
function reorderRows(b: NamedTensor, layer: string, model: HeadLayout, way: "toPeft" | "toGguf"): NamedTensor {
  const heads = layer === "attn_q" ? model.heads : layer === "attn_k" ? model.kvHeads : 0;
  if (heads === 0) return b;
  const [rows, rank] = b.shape as [number, number];
  const channels = ggufChannels(model, heads);
  if (rows !== channels.length)
    throw new GgufError(
      "BAD_SHAPE",
      `"${b.name}" has ${rows} rows, this base has ${channels.length}; it adapts another model.`,
    );
  const data = new Float32Array(b.data.length);
  for (const [peft, gguf] of channels.entries()) {
    const [from, to] = way === "toPeft" ? [gguf, peft] : [peft, gguf];
    data.set(b.data.subarray(from * rank, (from + 1) * rank), to * rank);
  }
  return { ...b, data };
}
