/** A sampler that answers at once with a text that tells whose weights were in use: for tests about what samples are for. */

import { createHash } from "node:crypto";
import type { TokenisedPrompt } from "../../trainer/data/example.ts";
import type { AdapterWeights } from "../../trainer/engine/contract.ts";
import type { Rollout, Rollouts, SampleOptions } from "../../trainer/rollout/contract.ts";

export class ScriptedRollouts implements Rollouts {
  /** Rounds of replies so far. */
  rounds = 0;
  closed = false;
  /** Called before every round; a test may throw here. */
  beforeSample: (round: number, signal?: AbortSignal) => void | Promise<void> = () => {};
  #voice: string;

  /** @param vocabulary replies are made of ids below it; @param base what it is called without an adapter */
  constructor(
    readonly vocabulary: number,
    readonly base = "base",
  ) {
    this.#voice = base;
  }

  async use(weights: AdapterWeights | null): Promise<void> {
    if (!weights) this.#voice = this.base;
    else {
      const hash = createHash("sha256");
      for (const { data } of weights.tensors) hash.update(data);
      this.#voice = hash.digest("hex").slice(0, 8);
    }
  }

  async sample(prompts: readonly TokenisedPrompt[], options: SampleOptions): Promise<Rollout[][]> {
    await this.beforeSample(++this.rounds, options.signal);
    options.signal?.throwIfAborted();
    return prompts.map(({ tokens }, i) =>
      Array.from({ length: options.count }, (_, draft) => {
        const digest = createHash("sha256").update(`${this.#voice} ${options.seed} ${i} ${draft}`).digest();
        const completion = Int32Array.from(digest.subarray(0, 1 + (digest[31]! % 4)), (byte) => byte % this.vocabulary);
        return { prompt: tokens, completion, text: `${this.#voice} says ${completion.join(" ")}`, ended: true };
      }),
    );
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}
