/** The base model in memory, its tokeniser, and the contexts that adapters run in. */

import { basename } from "node:path";
import type { LlamaModel, Token } from "node-llama-cpp";
import { loadLlama, oneSequencePerDecode } from "../gguf/llama.ts";
import { type ModelConfig, readString } from "../gguf/model-config.ts";
import { openGguf } from "../gguf/reader.ts";
import { Tokenizer } from "../gguf/tokenizer.ts";
import { validateBase } from "../gguf/validate.ts";
import { AdapterStore, sha256Of } from "./adapters.ts";
import { NO_PROMPT, PIECE_TOKENS } from "./prompt.ts";
import type { Health } from "./protocol.ts";
import { sampleToken } from "./sampler.ts";
import type { InferenceSettings } from "./settings.ts";
import type { SlotPool, Waiting } from "./slots.ts";

/** Memory for remembered states, per adapter. Above the first figure they are kept as F16, above the second in fewer slots. */
const F32_STATE_BYTES = 64 * 1024 ** 2;
const MAX_STATE_BYTES = 1024 ** 3;

/**
 * Asked of llama.cpp for every token: the model's own probabilities, most likely first, without the last millionth.
 * Our sampler does the rest. All of them would be exact, and 60 times as many to carry over for a vocabulary of 150k;
 * without a millionth of the mass a log-probability is wrong by at most 1e-6.
 */
export const CANDIDATES = { temperature: 1, topK: 0, topP: 1 - 1e-6, minP: 0, seed: 0, yieldEogToken: true } as const;

export class ModelHost {
  constructor(
    readonly base: Health["base"],
    readonly tokenizer: Tokenizer,
    readonly adapters: AdapterStore,
    readonly waiting: Waiting,
    private readonly model: LlamaModel,
  ) {}

  /** Frees everything; no reply may be running. */
  async close(): Promise<void> {
    await this.adapters.settled();
    await this.model.dispose();
  }
}

/**
 * Checks and loads the base model and prepares the context of the bare model.
 * @throws GgufError when the file cannot be a base model.
 */
export async function openModelHost(
  settings: Omit<InferenceSettings, "port" | "secret" | "urgent">,
): Promise<ModelHost> {
  const file = openGguf(settings.model);
  try {
    const config = validateBase(file);
    const sha256 = await sha256Of(settings.model);
    const llama = await loadLlama({ threads: settings.threads, gpu: settings.gpu });
    const model = await llama.loadModel({ modelPath: settings.model });
    const tokenizer = new Tokenizer(model, file, false);
    const contextLength = Math.min(settings.contextLength, config.contextLength);
    const waiting: Waiting = { limit: settings.queueLimit, count: 0 };
    const states = planStates(config, contextLength, settings.sequences);

    const adapters = new AdapterStore({
      model,
      config,
      baseSha256: sha256,
      limit: settings.adapterLimit,
      waiting,
      createContext: (adapterPath) =>
        model.createContext({
          contextSize: contextLength,
          sequences: states.sequences,
          batchSize: PIECE_TOKENS,
          // All contexts run with the same number or wait for each other: more threads than cores would stall them all.
          threads: { ideal: settings.threads, min: settings.threads },
          flashAttention: false,
          experimentalKvCacheKeyType: states.type,
          experimentalKvCacheValueType: states.type,
          batching: { itemPrioritizationStrategy: oneSequencePerDecode },
          failedCreationRemedy: false,
          ...(adapterPath === null ? {} : { lora: { adapters: [{ filePath: adapterPath, scale: 1 }] } }),
        }),
      probe: (slots) => probe(slots, tokenizer.eosId),
    });
    await adapters.ensure(null);
    const name = readString(file, "general.name") ?? basename(settings.model);
    const base = { sha256, name, architecture: config.architecture, contextLength, vocabulary: config.vocabulary };
    return new ModelHost(base, tokenizer, adapters, waiting, model);
  } finally {
    file.close();
  }
}

/**
 * How attention states are kept: F32 where that is cheap, since F16 moves logits by about 4e-3, and as many slots as
 * the memory allows.
 */
export function planStates(config: ModelConfig, contextLength: number, sequences: number) {
  const valuesPerSlot = 2 * config.layers * config.kvHeads * config.headWidth * contextLength;
  const type = valuesPerSlot * sequences * 4 <= F32_STATE_BYTES ? ("F32" as const) : ("F16" as const);
  const fitting = type === "F32" ? sequences : Math.floor(MAX_STATE_BYTES / (valuesPerSlot * 2));
  return { type, sequences: Math.max(1, Math.min(sequences, fitting)) };
}

/** One token through a fresh context; throws when the model gives no probabilities, as with damaged weights. */
async function probe(slots: SlotPool, tokenId: number): Promise<void> {
  const slot = await slots.acquire(NO_PROMPT, AbortSignal.timeout(60_000));
  const tokens = slot.sequence.evaluateWithMetadata([tokenId as Token], { probabilities: true }, CANDIDATES);
  const { value } = await tokens.next();
  await tokens.return();
  sampleToken(value?.probabilities ?? new Map(), { ...CANDIDATES, temperature: 0 }, () => 0);
  await slot.reset();
  slots.release(slot);
}
