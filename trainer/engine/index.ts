/** The door to the training engine: opens a base model on the best backend this machine has, and says which and why. */

import { freemem } from "node:os";

import type { Engine } from "./contract.ts";
import { type Backend, createEngine } from "./create.ts";
import { loadBase, savedByKeeping } from "./load.ts";
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
  /**
   * A base in Q8_0: "keep" leaves the blocks' linear layers in 8 bits and expands each while it is used (QLoRA, Dettmers
   * et al. 2023, with Q8_0 for NF4), "expand" makes all of them floats, "auto" (default) expands unless the floats
   * would take more than half of the free memory. The same numbers are computed either way.
   */
  quantised?: "auto" | "keep" | "expand";
  /** Called with one sentence for each thing a reader of the log should know. */
  log?: (sentence: string) => void;
}

/**
 * Opens the base and starts a backend.
 * @throws GgufError or EngineError with a sentence; nothing stays open then.
 */
export async function openEngine(options: OpenEngineOptions): Promise<Engine> {
  const { baseGguf, mode, backend = "auto", threads, tokensTogether, activationBytes, log = () => {} } = options;
  const choice = backend === "auto" ? chooseBackend() : { backend, reason: "it is set" };
  const storage = chooseStorage(options, choice.backend);
  const base = loadBase(baseGguf, storage);
  const settings = { mode, backend: choice.backend, threads, tokensTogether, activationBytes, handOver: true };
  const engine = await createEngine({ ...base, ...settings });
  log(`Training engine: ${engine.description}, because ${choice.reason}.`);
  if (storage.sentence) log(storage.sentence);
  return engine;
}

/** Whether a base in Q8_0 stays so, and the log's sentence about it; none for a base that has nothing to keep. */
function chooseStorage({ baseGguf, mode, quantised = "auto" }: OpenEngineOptions, backend: Backend) {
  const savedBytes = savedByKeeping(baseGguf);
  const able = mode === "lora" && backend === "onnx-cpu";
  if (savedBytes === 0 || (!able && quantised !== "keep")) return { keepQuantised: false };
  const [saved, free] = [savedBytes, freemem()].map((bytes) => bytes / 2 ** 30) as [number, number];
  const keepQuantised = quantised === "keep" || (quantised === "auto" && saved > free / 2);
  const figures = `${saved.toFixed(2)} GiB more, of ${free.toFixed(1)} free`;
  const measured = keepQuantised ? `floats would take ${figures}` : `that is faster and takes ${figures}`;
  const reason = quantised === "auto" ? measured : "it is set";
  const sentence = keepQuantised
    ? `Its linear layers stay in 8 bits (Q8_0), because ${reason}.`
    : `Its linear layers are expanded from 8 bits (Q8_0) to 32, because ${reason}.`;
  return { keepQuantised, sentence };
}

/** What "auto" means on this machine, and why, as the end of a sentence. */
export function chooseBackend(): { backend: Backend; reason: string } {
  const gpu = findTfjsGpu();
  return gpu.usable
    ? { backend: "tfjs-node-gpu", reason: "@tensorflow/tfjs-node-gpu is installed and has a GPU" }
    : { backend: "onnx-cpu", reason: gpu.reason };
}
