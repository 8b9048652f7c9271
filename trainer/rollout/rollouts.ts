/** Samples replies while a run trains, from a private inference process that always has the newest adapter. */

import { rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AdapterReference, ServingBackend } from "../../server/engine-client.ts";
import { AppError } from "../../server/errors.ts";
import { readModelConfig } from "../../server/gguf/model-config.ts";
import { openGguf } from "../../server/gguf/reader.ts";
import { writeAdapter } from "../../server/gguf/write-model.ts";
import { sha256OfFile } from "../../server/whole-file.ts";
import { withoutHead } from "../adapters/head.ts";
import type { TokenisedPrompt } from "../data/example.ts";
import type { AdapterWeights, Architecture } from "../engine/contract.ts";
import { TrainerError } from "../errors.ts";
import { type InferenceChild, startChild } from "./child.ts";
import type { Rollout, Rollouts, SampleOptions } from "./contract.ts";
import { ownFolder } from "./folder.ts";
import { pooled } from "./pool.ts";
import { derivedSeed } from "./seed.ts";

export interface RolloutsOptions {
  /** The base model's file. */
  model: string;
  /** Existing folder in which the run's adapter files lie while they are used; the system's temporary one if left out. */
  folder?: string;
  /** Processor threads of a decode step; 1 is right for small models. */
  threads?: number;
  /** Tokens of prompt and reply together at most; default 4,096. */
  contextLength?: number;
  /** Replies generated side by side; default 8. */
  sequences?: number;
  /** Told in one sentence when the process had to be started again. */
  log?: (sentence: string) => void;
  /** Ends the process at once; calls under way throw the signal's reason. */
  signal?: AbortSignal;
}

/**
 * Starts the process and waits until it answers. It ends with `close`, with `signal`, and with this process, however that
 * ends. A process that is lost is started again once per call and the call repeated: equal seeds bring the same
 * replies back.
 * @throws TrainerError SAMPLING_FAILED; GgufError where the file is no base model
 */
export async function openRollouts(options: RolloutsOptions): Promise<Rollouts & { readonly pid: number }> {
  const folder = await ownFolder(options.folder ?? tmpdir());
  try {
    const sha256 = await sha256OfFile(options.model);
    const { architecture } = configOf(options.model);
    const open = () => startChild({ threads: 1, contextLength: 4096, sequences: 8, ...options }, options.signal);
    return new PrivateRollouts(await open(), open, { folder, sha256, architecture }, options);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

function configOf(model: string) {
  const file = openGguf(model);
  try {
    return readModelConfig(file);
  } finally {
    file.close();
  }
}

interface Place {
  folder: string;
  /** Of the base. */
  sha256: string;
  architecture: Architecture;
}

class PrivateRollouts implements Rollouts {
  #current: AdapterReference | null = null;
  /** Calls take turns: an adapter never changes in the middle of a round of replies. */
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;
  #rounds = 0;

  constructor(
    private child: InferenceChild,
    private readonly start: () => Promise<InferenceChild>,
    private readonly place: Place,
    private readonly options: RolloutsOptions,
  ) {
    options.signal?.addEventListener("abort", this.#abort, { once: true });
  }

  get pid(): number {
    return this.child.pid;
  }

  use(weights: AdapterWeights | null): Promise<void> {
    return this.#inTurn(async () => {
      const next = weights && (await this.#write(weights));
      const old = this.#current;
      if (next?.sha256 === old?.sha256) return;
      if (next) await this.#surely((client) => client.ensureAdapter(next, { signal: this.options.signal }));
      this.#current = next;
      if (!old) return;
      await this.#surely((client) => client.releaseAdapter(old.sha256, { signal: this.options.signal }));
      await rm(old.path, { force: true });
    });
  }

  sample(prompts: readonly TokenisedPrompt[], options: SampleOptions): Promise<Rollout[][]> {
    return this.#inTurn(() => this.#surely((client) => this.#sampleAll(client, prompts, options), options.signal));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.options.signal?.removeEventListener("abort", this.#abort);
    await this.#turn.catch(() => {});
    await this.child.end();
    await rm(this.place.folder, { recursive: true, force: true });
  }

  readonly #abort = () => void this.close().catch(() => {});

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closed) throw new TrainerError("SAMPLING_FAILED", "The process that samples replies has been closed.");
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }

  async #write(weights: AdapterWeights): Promise<AdapterReference> {
    const { kind, alpha, tensors } = withoutHead(weights);
    if (kind !== "lora")
      throw new TrainerError("BAD_CONFIG", `Replies can be sampled with LoRA adapters only, found kind "${kind}".`);
    const { folder, sha256: baseSha256, architecture } = this.place;
    const making = join(folder, "next.gguf");
    const { sha256 } = writeAdapter(making, { architecture, alpha, tensors, baseSha256 });
    const path = join(folder, `${sha256}.gguf`);
    await rename(making, path);
    return { sha256, path };
  }

  /** Does `work`, once more on a new process where the first was lost. */
  async #surely<T>(work: (client: ServingBackend) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const stopped = () => {
      signal?.throwIfAborted();
      this.options.signal?.throwIfAborted();
    };
    try {
      return await work(this.child.client);
    } catch (error) {
      stopped();
      if (!isLost(error)) throw told(error);
      this.options.log?.(
        "The process that samples replies was lost; it is started again and the replies are repeated.",
      );
    }
    await this.child.end();
    this.child = await this.start();
    try {
      if (this.#current) await this.child.client.ensureAdapter(this.#current);
      return await work(this.child.client);
    } catch (error) {
      stopped();
      throw told(error);
    }
  }

  async #sampleAll(
    client: ServingBackend,
    prompts: readonly TokenisedPrompt[],
    options: SampleOptions,
  ): Promise<Rollout[][]> {
    const { count } = options;
    const round = ++this.#rounds;
    // Twice as many as run at once, so that no place waits for the next request.
    const limit = 2 * (this.options.sequences ?? 8);
    const work = (index: number, signal: AbortSignal) => {
      const [prompt, draft] = [Math.floor(index / count), index % count];
      return reply(client, prompts[prompt]!, {
        requestId: `rollout-${round}-${index}`,
        adapter: this.#current,
        maxTokens: options.maxTokens,
        temperature: options.temperature,
        // From its place alone: equal whatever runs beside it.
        seed: derivedSeed(options.seed, prompt, draft),
        signal,
      });
    };
    const all = await pooled(prompts.length * count, limit, work, [options.signal, this.options.signal]);
    return prompts.map((_, i) => all.slice(i * count, (i + 1) * count));
  }
}

interface ReplyOptions {
  requestId: string;
  adapter: AdapterReference | null;
  maxTokens: number;
  temperature: number;
  seed: number;
  signal: AbortSignal;
}

async function reply(client: ServingBackend, prompt: TokenisedPrompt, options: ReplyOptions): Promise<Rollout> {
  const { signal, ...request } = options;
  const messages = prompt.prompt.map(({ role, content, tokenIds }) => ({
    role,
    content,
    tokenIds: tokenIds && [...tokenIds],
  }));
  const events = client.generate({ ...request, messages, topP: 1, topK: 0, minP: 0 }, { signal });
  let text = "";
  for await (const event of events) {
    if (event.type === "token") text += event.text;
    // The log-probabilities of training are of these tokens: another rendering would train on another prompt.
    if (event.type === "start" && event.promptTokens !== prompt.tokens.length)
      throw new TrainerError(
        "SAMPLING_FAILED",
        `${prompt.origin}: expected a prompt of ${prompt.tokens.length} tokens, sampling made ${event.promptTokens} of it; ` +
          "the prompt was tokenised with another model's template.",
      );
    if (event.type === "end") {
      if (event.reason === "aborted") throw new AppError("INFERENCE_LOST", "The reply was broken off.");
      return {
        prompt: prompt.tokens,
        completion: Int32Array.from(event.tokenIds),
        text,
        // No stop texts are given, so only the end token stops a reply.
        ended: event.reason === "stop",
      };
    }
  }
  throw new AppError("INFERENCE_LOST", "The reply broke off.");
}

const isLost = (error: unknown) =>
  error instanceof AppError && (error.code === "INFERENCE_LOST" || error.code === "INFERENCE_UNAVAILABLE");

/** The failure as the run's log shall have it. */
function told(error: unknown): unknown {
  if (!(error instanceof AppError)) return error;
  return new TrainerError("SAMPLING_FAILED", `Sampling replies failed: ${error.message}`, { cause: error });
}
