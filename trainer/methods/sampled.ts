/** What the methods that sample while they train have in common: their tools, an iteration's replies, replies as rows. */

import { microBatches } from "../data/batch.ts";
import type { TokenisedPrompt } from "../data/example.ts";
import type { DataOrder } from "../data/order.ts";
import { type Model, rowLengthFor } from "../data/pack.ts";
import { sequence } from "../data/tokenise.ts";
import type { AdapterWeights, TokenBatch, TokenSequence, Use } from "../engine/contract.ts";
import type { Endpoint } from "../judge/endpoint.ts";
import type { Candidate } from "../rewards/scorer.ts";
import type { Rollout, Rollouts } from "../rollout/contract.ts";
import { derivedSeed } from "../rollout/seed.ts";
import { type MethodRun, POLICY } from "./run.ts";

export interface SampledRun extends MethodRun {
  prompts: readonly TokenisedPrompt[];
  /** On the same base as the engine. */
  rollouts: Rollouts;
  /** Scores replies where a reward asks for it; has a head. */
  rewardModel?: { weights: AdapterWeights };
  /** Grades replies where a reward asks for it. */
  judge?: Endpoint;
}

/** `size` prompts in the run's order, going on with the next pass over them where one ends. */
export function nextPrompts(order: DataOrder, prompts: readonly TokenisedPrompt[], size: number): TokenisedPrompt[] {
  const batch: TokenisedPrompt[] = [];
  while (batch.length < size) for (const i of order.next(size - batch.length)) batch.push(prompts[i]!);
  return batch;
}

/**
 * Samples `count` replies to each prompt from the policy as it stands, replies of one prompt side by side. The seed follows from
 * the run's and the iteration's number, so a resumed run samples the same.
 */
export async function samplePolicy(
  { engine, rollouts, seed, cancel }: SampledRun,
  prompts: readonly TokenisedPrompt[],
  options: { step: number; count: number; maxTokens: number; temperature: number },
): Promise<Candidate[]> {
  await rollouts.use(engine.exportAdapter(POLICY));
  const { step, ...sampling } = options;
  const replies = await rollouts.sample(prompts, { ...sampling, seed: derivedSeed(seed, step), signal: cancel });
  return prompts.flatMap((prompt, i) => replies[i]!.map((reply) => ({ prompt, reply })));
}

/** A row length for every reply that could be sampled, so that all iterations have the same shapes. */
export function rolloutRowLength(prompts: readonly TokenisedPrompt[], maxTokens: number): number {
  const longest = prompts.reduce((most, { tokens }) => Math.max(most, tokens.length), 0);
  return rowLengthFor([{ tokens: new Int32Array(longest + maxTokens), targets: new Int32Array() }]);
}

export const replyRow = ({ prompt, completion }: Rollout): TokenSequence => sequence(prompt, completion);

/** Log-probabilities and values of all rows, no gradient, `microBatchSize` rows at a time. */
export async function evaluated(
  model: Pick<Model, "forward">,
  rows: TokenBatch,
  use: Use,
  { microBatchSize, cancel }: { microBatchSize: number; cancel?: AbortSignal },
): Promise<{ logProbs: Float64Array[]; values: Float64Array[] }> {
  const all: { logProbs: Float64Array[]; values: Float64Array[] } = { logProbs: [], values: [] };
  for (const part of microBatches(rows, microBatchSize)) {
    cancel?.throwIfAborted();
    const { logProbs, values } = await model.forward(part, use);
    all.logProbs.push(...logProbs);
    all.values.push(...values);
  }
  return all;
}

/** What replies are like, means over all of them: share that ended by themselves, and tokens. */
export function replyFigures(replies: readonly Candidate[]): { ended: number; length: number } {
  const tokens = replies.reduce((total, { reply }) => total + reply.completion.length, 0);
  return { ended: replies.filter(({ reply }) => reply.ended).length / replies.length, length: tokens / replies.length };
}
