/** Replies to a few of the run's prompts, from before and after it, side by side. */

import type { PromptExample, TokenisedPrompt } from "../data/example.ts";
import { type ChatTokens, type LengthRule, tokenisePrompts } from "../data/tokenise.ts";
import type { AdapterWeights } from "../engine/contract.ts";
import type { Sources } from "../plan.ts";
import type { Rollouts } from "../rollout/contract.ts";

/** A prompt's last turn with the two replies. */
export interface SamplePair {
  prompt: string;
  before: string;
  after: string;
}

/** The first `count` prompts of the data that differ and leave room for a reply. */
export function samplePrompts(
  sources: Sources,
  count: number,
  chat: ChatTokens,
  rule: LengthRule,
  maxTokens: number,
): TokenisedPrompt[] {
  const { PROMPTS = [], DIALOGUES = [], PAIRS = [], THUMBS = [] } = sources;
  const distinct = new Map<string, PromptExample>();
  for (const { prompt, origin } of [...PROMPTS, ...DIALOGUES, ...PAIRS, ...THUMBS]) {
    if (distinct.size === count) break;
    distinct.set(JSON.stringify(prompt.map(({ role, content }) => [role, content])), { prompt, answer: null, origin });
  }
  return tokenisePrompts([...distinct.values()], chat, { ...rule, overLong: "drop" }, maxTokens).examples;
}

/** Greedy replies, so that what differs is the model and not the draw, [prompts]. */
export async function greedyReplies(
  rollouts: Rollouts,
  weights: AdapterWeights | null,
  prompts: readonly TokenisedPrompt[],
  maxTokens: number,
): Promise<string[]> {
  await rollouts.use(weights);
  const replies = await rollouts.sample(prompts, { count: 1, maxTokens, temperature: 0, seed: 0 });
  return replies.map(([reply]) => reply!.text);
}
