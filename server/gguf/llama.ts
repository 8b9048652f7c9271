/** The one llama.cpp instance of a process. */

import { getLlama, type Llama, LlamaLogLevel } from "node-llama-cpp";

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
