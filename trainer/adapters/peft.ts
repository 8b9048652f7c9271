/** Adapters in PEFT's layout (`adapter_config.json` + `adapter_model.safetensors`), for everyone else's tools. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { type AdapterWeights, HEAD, type LinearLayer, type NamedTensor } from "../engine/contract.ts";
import { TrainerError } from "../errors.ts";
import { writeWhole } from "./files.ts";
import { hasHead } from "./head.ts";
import { virtualTokens } from "./peft-virtual-tokens.ts";
import { ggufChannels, type HeadLayout } from "./rotary-order.ts";
import { readSafetensors, writeSafetensors } from "./safetensors.ts";

export const PEFT_FILES = ["adapter_config.json", "adapter_model.safetensors"] as const;

const MODULE: Record<LinearLayer, string> = {
  attn_q: "self_attn.q_proj",
  attn_k: "self_attn.k_proj",
  attn_v: "self_attn.v_proj",
  attn_output: "self_attn.o_proj",
  ffn_gate: "mlp.gate_proj",
  ffn_up: "mlp.up_proj",
  ffn_down: "mlp.down_proj",
};
const LAYER_OF_MODULE = new Map(Object.entries(MODULE).map(([layer, module]) => [module, layer as LinearLayer]));

const GGUF_NAME = /^blk\.(\d+)\.(\w+)\.weight\.lora_([ab])$/;
const PEFT_NAME = /^base_model\.model\.model\.layers\.(\d+)\.([\w.]+)\.lora_([AB])\.weight$/;
/** Our scalar head is the `score` layer of Transformers' models for sequence classification: [1, D], no bias. */
const PEFT_HEAD = "base_model.model.score.weight";

/** What goes into the two files. */
interface PeftContent {
  config: Record<string, unknown>;
  tensors: NamedTensor[];
}

/**
 * Writes both files into `folder`, or nothing where PEFT has no such adapter: it knows no bottleneck of ours, and no
 * score on virtual tokens that it would read at the same place.
 * @param baseName what the config names as the base model; PEFT's loader lets the user pass another
 */
export async function writePeft(
  folder: string,
  adapter: AdapterWeights,
  model: HeadLayout,
  baseName: string,
): Promise<void> {
  const content = peftContent(adapter, model, baseName);
  if (!content) return;
  await writeSafetensors(join(folder, PEFT_FILES[1]), { tensors: content.tensors, metadata: { format: "pt" } });
  await writeWhole(join(folder, PEFT_FILES[0]), [`${JSON.stringify(content.config, null, 2)}\n`]);
}

function peftContent(adapter: AdapterWeights, model: HeadLayout, baseName: string): PeftContent | null {
  if (adapter.kind === "lora") return lora(adapter, model, baseName);
  return adapter.kind === "bottleneck" || hasHead(adapter) ? null : virtualTokens(adapter, model, baseName);
}

/** `lora_A` is [rank, in] and `lora_B` [out, rank], as in the engine. */
function lora(adapter: AdapterWeights, model: HeadLayout, baseName: string): PeftContent {
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

// The parts of PEFT's config that change what the numbers mean; a variant we would misread is refused.
const configSchema = z.object({
  peft_type: z.literal("LORA"),
  r: z.int().min(1),
  lora_alpha: z.number().positive(),
  use_rslora: z.literal(false).optional(),
  use_dora: z.literal(false).optional(),
  fan_in_fan_out: z.literal(false).optional(),
  bias: z.literal("none").optional(),
});

/** Reads a folder that `writePeft` or PEFT itself wrote (plain LoRA in F32 on the seven linear layers, perhaps with a score head). */
export async function readPeft(folder: string, model: HeadLayout): Promise<AdapterWeights> {
  const path = join(folder, PEFT_FILES[0]);
  const json = await readFile(path, "utf8").catch((cause) => {
    throw new TrainerError("FILE_MISSING", `Cannot read ${path}: ${(cause as Error).message}.`, { cause });
  });
  const config = parseConfig(path, json);
  const { tensors } = await readSafetensors(join(folder, PEFT_FILES[1]));
  return {
    kind: "lora",
    rank: config.r,
    alpha: config.lora_alpha,
    tensors: tensors.map((tensor): NamedTensor => {
      if (tensor.name === PEFT_HEAD) return { ...tensor, name: HEAD };
      const [, block, module, half] = matched(PEFT_NAME, tensor.name);
      const layer = LAYER_OF_MODULE.get(module!);
      if (!layer)
        throw new TrainerError("BAD_FILE", `Module ${module} of ${folder} is none of the seven linear layers.`);
      const name = `blk.${block}.${layer}.weight.lora_${half!.toLowerCase()}`;
      return half === "B" ? { ...reorderRows(tensor, layer, model, "toGguf"), name } : { ...tensor, name };
    }),
  };
}

function parseConfig(path: string, json: string): z.output<typeof configSchema> {
  try {
    return configSchema.parse(JSON.parse(json));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error).replaceAll("\n", " ") : (error as Error).message;
    throw new TrainerError("BAD_FILE", `${path} is no plain LoRA config: ${why}.`);
  }
}

function matched(pattern: RegExp, name: string): RegExpExecArray {
  const match = pattern.exec(name);
  if (!match) throw new TrainerError("BAD_FILE", `Tensor ${name} is no LoRA tensor of a linear layer.`);
  return match;
}

/** An adapter's B of W_q and W_k follows the row order of its matrix. */
function reorderRows(b: NamedTensor, layer: LinearLayer, model: HeadLayout, way: "toPeft" | "toGguf"): NamedTensor {
  const heads = layer === "attn_q" ? model.heads : layer === "attn_k" ? model.kvHeads : 0;
  if (heads === 0) return b;
  const rank = b.shape[1]!;
  const data = new Float32Array(b.data.length);
  for (const [peft, gguf] of ggufChannels(model, heads).entries()) {
    const [from, to] = way === "toPeft" ? [gguf, peft] : [peft, gguf];
    data.set(b.data.subarray(from * rank, (from + 1) * rank), to * rank);
  }
  return { ...b, data };
}
