/** Sample replies while a run trains: the same prompts before it, every so many steps, and at its end. */

import type { RunSample } from "../server/domain/run-sample.ts";
import type { TokenisedPrompt } from "./data/example.ts";
import type { AdapterWeights } from "./engine/contract.ts";
import type { Rollouts } from "./rollout/contract.ts";

/** Few enough to be read side by side. */
export const MOST_SHOWN = 6;

export interface SampleRounds {
  /** What the prompts are answered with by these weights; greedy, so that what differs is the model and not the draw. */
  take(step: number, weights: AdapterWeights | null): Promise<void>;
}

export interface SampleOptions {
  prompts: readonly TokenisedPrompt[];
  maxTokens: number;
  store(step: number, samples: readonly RunSample[]): Promise<unknown>;
  /** Told when a round could not be taken. */
  warn(sentence: string): Promise<void>;
  signal: AbortSignal;
}

/**
 * Rounds of sample replies from `rollouts`. A round that fails is told of and left out: replies are shown to people, and no
 * training depends on them.
 */
export function sampleRounds(rollouts: Rollouts, options: SampleOptions): SampleRounds {
  const { maxTokens, store, warn, signal } = options;
  const prompts = options.prompts.slice(0, MOST_SHOWN);
  return {
    async take(step, weights) {
      try {
        await rollouts.use(weights);
        const replies = await rollouts.sample(prompts, { count: 1, maxTokens, temperature: 0, seed: 0, signal });
        const samples = prompts.map(({ prompt }, ordinal): RunSample => {
          const { text, ended } = replies[ordinal]![0]!;
          return { ordinal, prompt: prompt.map(({ role, content }) => ({ role, content })), reply: text, ended };
        });
        await store(step, samples);
      } catch (error) {
        signal.throwIfAborted();
        await warn(`No sample replies at step ${step}: ${(error as Error).message}`);
      }
    },
  };
}
