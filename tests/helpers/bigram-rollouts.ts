/** Samples replies from a bigram engine's own table, as an inference process would from the adapter it was given. */

import type { TokenisedPrompt } from "../../trainer/data/example.ts";
import type { AdapterWeights } from "../../trainer/engine/contract.ts";
import type { Rollout, Rollouts, SampleOptions } from "../../trainer/rollout/contract.ts";
import { derivedSeed } from "../../trainer/rollout/seed.ts";
import { BigramEngine } from "./bigram-engine.ts";
import { seededRandom } from "./tiny-model.ts";

/** Ends a reply. */
export const END = 0;

export class BigramRollouts implements Rollouts {
  /** Seeds that were asked for, in order. */
  readonly seeds: number[] = [];
  /** Weights it was told to use, in order. */
  readonly used: (AdapterWeights | null)[] = [];
  /** Called before every round; a test may throw here. */
  beforeSample: (round: number) => void | Promise<void> = () => {};
  readonly #engine: BigramEngine;

  constructor(vocabulary = 12) {
    this.#engine = new BigramEngine(vocabulary);
  }

  async use(weights: AdapterWeights | null): Promise<void> {
    this.used.push(weights);
    if (weights) this.#engine.loadAdapter("sampled", weights);
  }

  async sample(prompts: readonly TokenisedPrompt[], options: SampleOptions): Promise<Rollout[][]> {
    this.seeds.push(options.seed);
    await this.beforeSample(this.seeds.length);
    const table = await this.#table();
    return prompts.map(({ tokens }, i) =>
      Array.from({ length: options.count }, (_, draft) => this.#reply(table, tokens, i, draft, options)),
    );
  }

  async close(): Promise<void> {}

  /** ln p(next | previous), [previous][next]. */
  async #table(): Promise<Float64Array[]> {
    const size = this.#engine.vocabulary;
    const numbers = Array.from({ length: size }, (_, i) => i);
    const rows = numbers.flatMap((previous) =>
      numbers.map((next) => ({ tokens: Int32Array.of(previous, next), targets: Int32Array.of(1) })),
    );
    const adapter = this.used.at(-1) ? "sampled" : null;
    const { logProbs } = await this.#engine.forward(rows, { adapter });
    return numbers.map((previous) => Float64Array.from(numbers, (next) => logProbs[previous * size + next]![0]!));
  }

  #reply(
    table: readonly Float64Array[],
    prompt: Int32Array,
    index: number,
    draft: number,
    { seed, maxTokens, temperature }: SampleOptions,
  ): Rollout {
    const random = seededRandom(derivedSeed(seed, index, draft));
    const completion: number[] = [];
    let previous = prompt.at(-1)!;
    while (completion.length < maxTokens && completion.at(-1) !== END) {
      const weights = [...table[previous]!].map((logProb) => Math.exp(logProb / temperature));
      let left = random() * weights.reduce((a, b) => a + b);
      const next = weights.findIndex((weight) => {
        left -= weight;
        return left < 0;
      });
      previous = Math.max(0, next);
      completion.push(previous);
    }
    const ended = completion.at(-1) === END;
    const text = (ended ? completion.slice(0, -1) : completion).join(" ");
    return { prompt, completion: Int32Array.from(completion), text, ended };
  }
}

/** Prompts of one to three tokens, each with its last token as the answer. */
export function bigramPrompts(count: number): TokenisedPrompt[] {
  const random = seededRandom(4);
  return Array.from({ length: count }, (_, i) => {
    const tokens = Int32Array.from({ length: 1 + (i % 3) }, () => 1 + Math.floor(random() * 11));
    const prompt = [{ role: "user" as const, content: [...tokens].join(" ") }];
    return { prompt, tokens, answer: String(tokens.at(-1)), origin: `prompt ${i + 1}` };
  });
}
