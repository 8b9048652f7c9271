/** Suite speed: tokens per second beside live, measured in turns so that a busy machine slows both. */

import { medianRatio } from "../../server/domain/gate/statistics.ts";
import { estimateMetrics, VALUE } from "../../server/domain/gate/stored.ts";
import type { Arm, Bench, SuiteResult } from "./bench.ts";

/** Of six the smallest and the largest hold the median with 97 %. */
const ROUNDS = 6;
const PROMPTS = 8;
const TOKENS = 48;

/**
 * Six rounds of the same prompts, candidate first in one and live first in the next; the figure is the median of the rounds' ratios.
 * Tokens of prompts count too, as both read the same.
 * - `tokensPerSecond`, `tokensPerSecond/live`: over all rounds
 */
export async function speed(bench: Bench): Promise<SuiteResult> {
  const prompts = bench.answered.slice(0, PROMPTS).map(({ prompt }) => prompt);
  const total = { candidate: { tokens: 0, seconds: 0 }, live: { tokens: 0, seconds: 0 } };
  const round = async (who: "candidate" | "live", seed: number) => {
    const { tokens, seconds } = await timed(bench, bench[who], prompts, seed);
    total[who].tokens += tokens;
    total[who].seconds += seconds;
    return tokens / seconds;
  };
  await timed(bench, bench.candidate, prompts.slice(0, 1), bench.seed); // the first reply of a process is slow
  const ratios: number[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    const seed = bench.seed + i;
    if (i % 2 === 0) {
      const own = await round("candidate", seed);
      ratios.push(own / (await round("live", seed)));
    } else {
      const other = await round("live", seed);
      ratios.push((await round("candidate", seed)) / other);
    }
  }
  const ratio = medianRatio(ratios);
  const rate = ({ tokens, seconds }: { tokens: number; seconds: number }) => tokens / seconds;
  return {
    finding: { kind: "speed", ratio, tokensPerSecond: rate(total.candidate) },
    metrics: {
      ...{ rounds: ROUNDS, tokensPerSecond: rate(total.candidate), "tokensPerSecond/live": rate(total.live) },
      ...estimateMetrics(VALUE, ratio),
    },
  };
}

async function timed(
  { rollouts, signal }: Bench,
  { weights }: Arm,
  prompts: Bench["answered"][number]["prompt"][],
  seed: number,
) {
  await rollouts.use(weights);
  const began = performance.now();
  const replies = await rollouts.sample(prompts, { count: 1, maxTokens: TOKENS, temperature: 1, seed, signal });
  const seconds = Math.max(1e-6, (performance.now() - began) / 1000);
  const tokens = replies.flat().reduce((sum, { prompt, completion }) => sum + prompt.length + completion.length, 0);
  return { tokens, seconds };
}
