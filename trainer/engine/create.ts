/** Makes an engine from weights in memory, on a named backend. */

import { checkConfig } from "./checks.ts";
import { type Engine, EngineError, type ModelConfig, type NamedTensor } from "./contract.ts";
import type { MemoryPlan } from "./memory.ts";
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
  const { config, mode, backend, threads = 2 } = options;
  const { tokensTogether = 4096, activationBytes = 2 ** 30, checkpointing = "auto" } = options;
  checkConfig(config);
  const weights = checkedWeights(config, options.weights);
  const frozen = mode === "lora" ? constantsOf(config, weights, options.handOver ?? false) : new Map();
  const runner = await startRunner(backend, threads, frozen);
  return new TfjsEngine({ config, weights, mode, runner, memory: { activationBytes, tokensTogether, checkpointing } });
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
    constants.set(name, { shape, data: handOver && name !== EMBEDDING ? data : data.slice() });
  }
  return constants;
}
