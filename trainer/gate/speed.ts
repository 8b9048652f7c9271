/** Suite speed: tokens per second beside live, measured in turns so that a busy machine slows both. */

import { speedRatio } from "../../server/domain/gate/statistics.ts";
import { estimateMetrics, VALUE } from "../../server/domain/gate/stored.ts";
import type { TokenisedPrompt } from "../data/example.ts";
import type { Arm, Bench, SuiteResult } from "./bench.ts";

const LEAST_ROUNDS = 6;
/** A machine that is busy with something else slows now the one and now the other: more rounds find a quiet moment. */
const MOST_ROUNDS = 18;
const PROMPTS = 8;
const TOKENS = 48;

/**
 * Rounds of the same prompts and seeds, so that each is the same work, candidate first in one and live first in the next: six, and more
 * while the figure is below the policy's bar.
 * Tokens of prompts count too, as both read the same.
 * - `rounds`; `tokensPerSecond`, `tokensPerSecond/live`: of the fastest round
 */
export async function speed(bench: Bench): Promise<SuiteResult> {
  const { policy } = bench;
  const prompts = bench.answered.slice(0, PROMPTS).map(({ prompt }) => prompt);
  const of = (arm: Arm) => timed(bench, arm, prompts);
  await of(bench.candidate); // the first replies of a process are slow
  const rounds: { own: number; other: number }[] = [];
  const tooSlow = () => speedRatio(rounds).value < policy.speedRatio;
  for (let i = 0; i < LEAST_ROUNDS || (i < MOST_ROUNDS && tooSlow()); i++) {
    const [first, second] = i % 2 === 0 ? [bench.candidate, bench.live] : [bench.live, bench.candidate];
    const speeds = [await of(first), await of(second)] as const;
    const [own, other] = i % 2 === 0 ? speeds : [speeds[1], speeds[0]];
    rounds.push({ own, other });
  }
  const ratio = speedRatio(rounds);
  const tokensPerSecond = Math.max(...rounds.map(({ own }) => own));
  const live = Math.max(...rounds.map(({ other }) => other));
  return {
    finding: { kind: "speed", ratio, tokensPerSecond },
    metrics: { rounds: rounds.length, tokensPerSecond, "tokensPerSecond/live": live, ...estimateMetrics(VALUE, ratio) },
  };
}

/** Tokens per second of one round. */
async function timed({ rollouts, signal, seed }: Bench, { weights }: Arm, prompts: readonly TokenisedPrompt[]) {
  await rollouts.use(weights);
  const began = performance.now();
  const replies = await rollouts.sample(prompts, { count: 1, maxTokens: TOKENS, temperature: 1, seed, signal });
  const seconds = Math.max(1e-6, (performance.now() - began) / 1000);
  return replies.flat().reduce((sum, { prompt, completion }) => sum + prompt.length + completion.length, 0) / seconds;
}
