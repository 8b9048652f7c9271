/** Suite speed: tokens per second beside live, both doing the same work in turns, so that a busy machine slows both. */

import { speedRatio } from "../../server/domain/gate/statistics.ts";
import { estimateMetrics, VALUE } from "../../server/domain/gate/stored.ts";
import type { TokenisedPrompt } from "../data/example.ts";
import type { Arm, Bench, SuiteResult } from "./bench.ts";

const LEAST_ROUNDS = 6;
/** A machine that is busy with something else slows now the one and now the other: more rounds find a quiet moment. */
const MOST_ROUNDS = 18;
/** Prompts that are tried out, and those of them to which both say most. */
const [TRIED, PROMPTS] = [16, 8];
const TOKENS = 32;

/**
 * Rounds of the same work: greedy replies to the same prompts, of as many tokens as either says to the shortest of them. Were each
 * to speak as long as it likes, whoever is brief would seem fast or slow for that alone. Candidate first in one round and live first in
 * the next: six, and more while the figure is below the policy's bar. Prompts are read before the clock starts.
 * - `rounds`; `tokens`: of a reply; `tokensPerSecond`, `tokensPerSecond/live`: of the fastest round
 */
export async function speed(bench: Bench): Promise<SuiteResult> {
  const { policy } = bench;
  const work = await sameWork(bench);
  const of = (arm: Arm) => timed(bench, arm, work);
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
    metrics: {
      ...{ rounds: rounds.length, tokens: work.maxTokens },
      ...{ tokensPerSecond, "tokensPerSecond/live": live, ...estimateMetrics(VALUE, ratio) },
    },
  };
}

interface Work {
  prompts: readonly TokenisedPrompt[];
  /** Of every reply. */
  maxTokens: number;
}

/** Greedy replies are the same each time, so what both say to it in full once they say in every round. */
async function sameWork(bench: Bench): Promise<Work> {
  const tried = bench.answered.slice(0, TRIED).map(({ prompt }) => prompt);
  const [own, other] = [await said(bench, bench.candidate, tried), await said(bench, bench.live, tried)];
  const longest = tried
    .map((prompt, i) => ({ prompt, tokens: Math.min(own[i]!, other[i]!) }))
    .sort((a, b) => b.tokens - a.tokens)
    .slice(0, PROMPTS);
  return { prompts: longest.map(({ prompt }) => prompt), maxTokens: Math.max(1, longest.at(-1)!.tokens) };
}

/** Tokens of each reply. */
async function said(
  { rollouts, signal, seed }: Bench,
  { weights }: Arm,
  prompts: readonly TokenisedPrompt[],
  maxTokens = TOKENS,
): Promise<number[]> {
  await rollouts.use(weights);
  const replies = await rollouts.sample(prompts, { count: 1, maxTokens, temperature: 0, seed, signal });
  return replies.flat().map(({ completion }) => completion.length);
}

/** Tokens per second of one round. */
async function timed(bench: Bench, arm: Arm, { prompts, maxTokens }: Work): Promise<number> {
  await said(bench, arm, prompts, 1);
  const began = performance.now();
  const lengths = await said(bench, arm, prompts, maxTokens);
  const seconds = Math.max(1e-6, (performance.now() - began) / 1000);
  return lengths.reduce((sum, length) => sum + length, 0) / seconds;
}
