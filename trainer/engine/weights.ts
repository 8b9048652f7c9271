/** Which tensors a model has, by GGUF name and shape, and how a new model's are drawn. */

import { EngineError, LINEAR_LAYERS, type LinearLayer, type ModelConfig, type NamedTensor } from "./contract.ts";
import { BLOCK, type QuantisedTensor, scalesOf } from "./quantised.ts";
import { seededRandom } from "./random.ts";

export const EMBEDDING = "token_embd.weight";
export const OUTPUT = "output.weight";
/** Optional, [d/2]: divides the frequency of every rotary pair (Llama 3's long contexts). Never trained. */
export const ROPE_FACTORS = "rope_freqs.weight";

/** Shapes of the seven linear layers of a block, [out, in]. */
export function linearShape(config: ModelConfig, layer: LinearLayer): [number, number] {
  const { width, heads, kvHeads, headWidth, feedForward } = config;
  const shapes: Record<LinearLayer, [number, number]> = {
    attn_q: [heads * headWidth, width],
    attn_k: [kvHeads * headWidth, width],
    attn_v: [kvHeads * headWidth, width],
    attn_output: [width, heads * headWidth],
    ffn_gate: [feedForward, width],
    ffn_up: [feedForward, width],
    ffn_down: [width, feedForward],
  };
  return shapes[layer];
}

/** Every tensor of the model, name → shape (outermost first), in the order of a GGUF file. */
export function tensorShapes(config: ModelConfig): Map<string, readonly number[]> {
  const { architecture, layers, width, headWidth, vocabulary, tiedEmbeddings } = config;
  const shapes = new Map<string, readonly number[]>([[EMBEDDING, [vocabulary, width]]]);
  for (let block = 0; block < layers; block++) {
    const name = (part: string) => `blk.${block}.${part}`;
    shapes.set(name("attn_norm.weight"), [width]);
    for (const layer of LINEAR_LAYERS) {
      const shape = linearShape(config, layer);
      shapes.set(name(`${layer}.weight`), shape);
      const hasBias = architecture === "qwen2" && ["attn_q", "attn_k", "attn_v"].includes(layer);
      if (hasBias) shapes.set(name(`${layer}.bias`), [shape[0]]);
    }
    if (architecture === "qwen3") {
      shapes.set(name("attn_q_norm.weight"), [headWidth]);
      shapes.set(name("attn_k_norm.weight"), [headWidth]);
    }
    shapes.set(name("ffn_norm.weight"), [width]);
  }
  shapes.set("output_norm.weight", [width]);
  if (!tiedEmbeddings) shapes.set(OUTPUT, [vocabulary, width]);
  return shapes;
}

/**
 * Weights of a new model: matrices N(0, 1/in), the two that write into the residual stream smaller by √(2·layers) so
 * that its variance does not grow with depth, embeddings N(0, 0.04²), norms 1, biases 0. Equal for equal seeds.
 */
export function initialiseWeights(config: ModelConfig, seed: number): NamedTensor[] {
  const random = seededRandom(seed);
  return [...tensorShapes(config)].map(([name, shape]) => {
    const data = new Float32Array(shape.reduce((product, extent) => product * extent, 1));
    if (shape.length === 1) return { name, shape, data: name.endsWith(".bias") ? data : data.fill(1) };
    const intoResidual = name.includes("attn_output") || name.includes("ffn_down");
    const deviation = name === EMBEDDING ? 0.04 : 1 / Math.sqrt(shape[1]! * (intoResidual ? 2 * config.layers : 1));
    return { name, shape, data: data.map(() => deviation * random.normal()) };
  });
}

/**
 * The model's tensors by name, checked against its config; those among `quantised` need not be among `weights`.
 * @throws EngineError when one is missing, has another shape, or holds a value that is not finite.
 */
export function checkedWeights(
  config: ModelConfig,
  weights: readonly NamedTensor[],
  quantised: readonly QuantisedTensor[] = [],
): Map<string, NamedTensor> {
  const given = new Map(weights.map((tensor) => [tensor.name, tensor]));
  const kept = new Map(quantised.map((tensor) => [tensor.name, tensor]));
  for (const [name, shape] of tensorShapes(config)) {
    const whole = kept.get(name);
    if (whole) {
      checkQuantised(whole, shape);
      continue;
    }
    const tensor = given.get(name);
    if (!tensor) throw new EngineError(`The ${config.architecture} model lacks tensor ${name}; use a complete GGUF.`);
    checkTensor(tensor, shape);
  }
  const known = tensorShapes(config);
  const stranger = [...weights, ...quantised].find(({ name }) => !known.has(name) && name !== ROPE_FACTORS);
  if (stranger) {
    throw new EngineError(
      `The model has tensor ${stranger.name}, which the ${config.architecture} architecture here does not use; ` +
        "training would ignore it and serving would not. Use a model of a supported architecture.",
    );
  }
  return given;
}

function checkQuantised({ name, shape, values, scales }: QuantisedTensor, expected: readonly number[]): void {
  const [out, width] = shape;
  const isLinear = LINEAR_LAYERS.some((layer) => name.endsWith(`.${layer}.weight`));
  if (!isLinear || width % BLOCK !== 0 || values.length !== out * width) {
    throw new EngineError(
      `Tensor ${name} [${shape.join(", ")}] cannot stay quantised: only linear layers whose rows are whole blocks of ${BLOCK} can; expand it.`,
    );
  }
  if (shape.join() !== expected.join()) {
    throw new EngineError(`Tensor ${name}: expected shape [${expected.join(", ")}], found [${shape.join(", ")}].`);
  }
  checkTensor({ name: scalesOf(name), shape: [out, width / BLOCK], data: scales }, [out, width / BLOCK]);
}

/** @throws EngineError unless the tensor has this shape and only finite values. */
export function checkTensor({ name, shape, data }: NamedTensor, expected: readonly number[]): void {
  const size = expected.reduce((product, extent) => product * extent, 1);
  if (shape.join() !== expected.join() || data.length !== size) {
    throw new EngineError(
      `Tensor ${name}: expected shape [${expected.join(", ")}], found [${shape.join(", ")}] with ${data.length} values.`,
    );
  }
  // Not `every`: on tens of millions of values the callback alone takes longer than loading them.
  for (let i = 0; i < size; i++) {
    if (!Number.isFinite(data[i])) {
      throw new EngineError(`Tensor ${name} holds ${data[i]} at index ${i}; every weight must be a finite number.`);
    }
  }
}
