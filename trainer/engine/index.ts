/** The door to the training engine: opens a base model on the best backend this machine has, and says which and why. */

import type { Engine } from "./contract.ts";
import { type Backend, createEngine } from "./create.ts";
import { loadBase } from "./load.ts";
import { findTfjsGpu } from "./tfjs/node-gpu.ts";

export { BACKENDS, type Backend } from "./create.ts";

export interface OpenEngineOptions {
  /** Path of the base model. */
  baseGguf: string;
  mode: "lora" | "full";
  /** "auto": TensorFlow.js on CUDA where it is installed and works, else onnxruntime on the CPU. */
  backend?: Backend | "auto";
  /** CPU threads; default 2. */
  threads?: number;
  /** Tokens that run together at most, padding included; default 4,096. */
  tokensTogether?: number;
  /** Memory for activations; default 1 GiB. */
  activationBytes?: number;
  /** Called with one sentence for each thing a reader of the log should know. */
  log?: (sentence: string) => void;
}

/**
 * Opens the base and starts a backend.
 * @throws GgufError or EngineError with a sentence; nothing stays open then.
 */
export async function openEngine(options: OpenEngineOptions): Promise<Engine> {
  const { baseGguf, mode, backend = "auto", threads, tokensTogether, activationBytes, log = () => {} } = options;
  const { config, weights } = loadBase(baseGguf);
  const choice = backend === "auto" ? chooseBackend() : { backend, reason: "it is set" };
  const settings = { mode, backend: choice.backend, threads, tokensTogether, activationBytes, handOver: true };
  const engine = await createEngine({ config, weights, ...settings });
  log(`Training engine: ${engine.description}, because ${choice.reason}.`);
  return engine;
}

/** What "auto" means on this machine, and why, as the end of a sentence. */
export function chooseBackend(): { backend: Backend; reason: string } {
  const gpu = findTfjsGpu();
  return gpu.usable
    ? { backend: "tfjs-node-gpu", reason: "@tensorflow/tfjs-node-gpu is installed and has a GPU" }
    : { backend: "onnx-cpu", reason: gpu.reason };
}
