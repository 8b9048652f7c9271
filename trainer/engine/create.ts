/** Makes an engine from weights in memory, on a named backend. */

import { checkConfig } from "./checks.ts";
import { type Engine, EngineError, type ModelConfig, type NamedTensor } from "./contract.ts";
import type { MemoryPlan } from "./memory.ts";
import { BLOCK, type QuantisedTensor, scalesOf } from "./quantised.ts";
import { EagerRunner } from "./tfjs/eager.ts";
import { TfjsEngine } from "./tfjs/engine.ts";
import { findTfjsGpu, NODE_GPU_BACKEND } from "./tfjs/node-gpu.ts";
import type { Constant, Runner } from "./tfjs/program.ts";
import { OnnxRunner } from "./tfjs/runtime.ts";
import { checkedWeights, EMBEDDING, ROPE_FACTORS } from "./weights.ts";

export const BACKENDS = ["onnx-cpu", "onnx-webgpu", "tfjs-node-gpu", "tfjs-cpu"] as const;
export type Backend = (typeof BACKENDS)[number];

export interface CreateEngineOptions {
  config: ModelConfig;
  /** Every tensor of the model in GGUF's names and layout. Full-parameter mode changes their data in place. */
  weights: readonly NamedTensor[];
  /**
   * Linear layers that stay in 8 bits and are expanded one at a time, whenever one is used; then they are not among
   * `weights`. LoRA mode on onnx-cpu only. What is computed does not change.
   */
  quantised?: readonly QuantisedTensor[];
  /** "lora": frozen base with named adapters; "full": the base itself is trained. */
  mode: "lora" | "full";
  backend: Backend;
  /** CPU threads of one operator; default 2. */
  threads?: number;
  /** Tokens that run together at most, padding included; default 4,096. */
  tokensTogether?: number;
  /** Memory for activations; default 1 GiB. Longer or more rows than fit run one after another, or twice. */
  activationBytes?: number;
  /** Compute blocks again in the backward pass instead of keeping them; default "auto": where one row would not fit. */
  checkpointing?: MemoryPlan["checkpointing"];
  /** The engine may take over the memory of frozen weights; their arrays are empty afterwards. Default: it copies. */
  handOver?: boolean;
}

/** @throws EngineError when config, weights and backend do not fit together or the backend cannot start. */
export async function createEngine(options: CreateEngineOptions): Promise<Engine> {
  const { config, mode, backend, threads = 2, quantised = [] } = options;
  const { tokensTogether = 4096, activationBytes = 2 ** 30, checkpointing = "auto" } = options;
  checkConfig(config);
  if (quantised.length > 0 && (mode !== "lora" || backend !== "onnx-cpu")) {
    throw new EngineError(
      `A base can stay quantised in LoRA mode on onnx-cpu, found ${mode} mode on ${backend}; expand its weights.`,
    );
  }
  const weights = checkedWeights(config, options.weights, quantised);
  const frozen = mode === "lora" ? constantsOf(config, weights, options.handOver ?? false) : new Map();
  for (const { name, shape, values, scales } of quantised) {
    frozen.set(name, { type: "int8", shape, data: options.handOver ? values : values.slice() });
    const perRow = shape[1] / BLOCK;
    const data = options.handOver ? scales : scales.slice();
    frozen.set(scalesOf(name), { type: "float32", shape: [shape[0], perRow], data });
  }
  const runner = await startRunner(backend, threads, frozen);
  const memory = { activationBytes, tokensTogether, checkpointing };
  const shapes = new Map(quantised.map(({ name, shape }) => [name, shape]));
  return new TfjsEngine({ config, weights, quantised: shapes, mode, runner, memory });
}

async function startRunner(backend: Backend, threads: number, constants: Map<string, Constant>): Promise<Runner> {
  switch (backend) {
    case "onnx-cpu":
      return OnnxRunner.create({ provider: "cpu", threads, constants });
    case "onnx-webgpu":
      return OnnxRunner.create({ provider: "webgpu", threads, constants });
    case "tfjs-cpu":
      return EagerRunner.create("cpu", constants);
    case "tfjs-node-gpu": {
      const gpu = findTfjsGpu();
      if (!gpu.usable) throw new EngineError(`Engine backend tfjs-node-gpu cannot be used because ${gpu.reason}.`);
      return EagerRunner.create(NODE_GPU_BACKEND, constants);
    }
    default:
      throw new EngineError(`Engine backend ${backend satisfies never} is unknown; use one of ${BACKENDS.join(", ")}.`);
  }
}

/** Frozen tensors that programs see: all but the embedding of an untied model and the rotary factors. */
function constantsOf(config: ModelConfig, weights: ReadonlyMap<string, NamedTensor>, handOver: boolean) {
  const constants = new Map<string, Constant>();
  for (const { name, shape, data } of weights.values()) {
    if (name === ROPE_FACTORS || (name === EMBEDDING && !config.tiedEmbeddings)) continue;
    // The embedding is looked up on this side too, so it is always copied.
    constants.set(name, { type: "float32", shape, data: handOver && name !== EMBEDDING ? data : data.slice() });
  }
  return constants;
}
