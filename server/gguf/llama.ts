/** The one llama.cpp instance of a process. */

import { type CustomBatchingPrioritizationStrategy, getLlama, type Llama, LlamaLogLevel } from "node-llama-cpp";

let instance: Promise<Llama> | undefined;

/**
 * Loads the prebuilt llama.cpp library once. `threads` counts for the whole process and only on the first call.
 * With more threads than free cores a decode step slows down a thousandfold, hence one unless told otherwise.
 */
export function loadLlama({
  threads = 1,
  gpu = false,
}: {
  threads?: number;
  gpu?: "auto" | false;
} = {}): Promise<Llama> {
  instance ??= getLlama({
    gpu,
    build: "never",
    skipDownload: true,
    maxThreads: threads,
    logLevel: LlamaLogLevel.error,
    progressLogs: false,
  });
  return instance;
}

/**
 * Batching of a context with several sequences: each native decode holds tokens of one sequence only.
 * Two reasons, both measured. The library samples the sequences of one decode in parallel threads, and llama.cpp's lazy
 * reordering of output rows is not made for that: 4 to 22 % of replies in 8 streams met another stream's logits.
 * And kernels sum in another order for other batch sizes, so the same seed would not bring the same reply back.
 */
export const oneSequencePerDecode: CustomBatchingPrioritizationStrategy = ({ items, size }) => {
  const [item] = items;
  return item ? [{ item, processAmount: Math.min(item.tokens.length, size) }] : [];
};
