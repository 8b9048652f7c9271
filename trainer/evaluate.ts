/** Measures a finished adapter: does it rank replies as people did, how long are its replies, how far is it from the base. */

import type { AdapterReference, ServingBackend } from "../server/engine-client.ts";
import type { ChatMessage } from "../server/gguf/chat-template.ts";
import { microBatches } from "./data/batch.ts";
import type { TokenisedDialogue, TokenisedPair } from "./data/example.ts";
import { type Model, packing, rowLengthFor } from "./data/pack.ts";
import { sequence } from "./data/tokenise.ts";
import type { AdapterName, Engine, Metrics, TokenBatch } from "./engine/contract.ts";
import { completionLogProb, sum } from "./objectives/numeric.ts";

/** The models that are compared, by their names in the engine. */
export interface Contestants {
  candidate: AdapterName;
  /** What people talk to now; null where that is the bare base. */
  live: AdapterName | null;
}

const ROWS_TOGETHER = 16;

/**
 * How well the candidate ranks pairs it was not trained on, beside the live adapter:
 * - `heldout/pairs`, a count
 * - `heldout/accuracy`, `heldout/margin`: share of pairs whose chosen reply gained more log-probability over the base
 *   than the rejected one, and the mean of that difference in nats (DPO's implicit reward with β = 1)
 * - `heldout/ranking`: share of pairs whose chosen reply is the likelier one outright
 * The same with `_live` for the live adapter, and `heldout/ranking_base` for the base.
 */
export async function evaluatePreferences(
  engine: Engine,
  { candidate, live }: Contestants,
  pairs: readonly TokenisedPair[],
): Promise<Metrics> {
  const metrics: Metrics = { "heldout/pairs": pairs.length };
  if (pairs.length === 0) return metrics;
  const rows = pairs.flatMap(({ chosen, rejected }) => [chosen, rejected]);
  const model = packing(engine, rowLengthFor(rows));
  const margins = async (adapter: AdapterName | null) => pairMargins(await logProbs(model, rows, adapter));
  const base = await margins(null);
  const share = (values: readonly number[]) => values.filter((value) => value > 0).length / values.length;
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const measure = (own: readonly number[], suffix: string) => {
    const gained = own.map((margin, i) => margin - base[i]!);
    metrics[`heldout/accuracy${suffix}`] = share(gained);
    metrics[`heldout/margin${suffix}`] = mean(gained);
    metrics[`heldout/ranking${suffix}`] = share(own);
  };
  metrics["heldout/ranking_base"] = share(base);
  measure(await margins(candidate), "");
  if (live !== null) measure(await margins(live), "_live");
  return metrics;
}

/** Summed log-probability of every row's completion, nats, [rows]. */
async function logProbs(model: Model, rows: TokenBatch, adapter: AdapterName | null): Promise<number[]> {
  const sums: number[] = [];
  for (const part of microBatches(rows, ROWS_TOGETHER)) {
    const forward = await model.forward(part, { adapter });
    sums.push(...forward.logProbs.map(completionLogProb));
  }
  return sums;
}

/** Rows come as chosen, rejected, chosen, rejected …; log p(chosen) − log p(rejected), nats, [pairs]. */
function pairMargins(sums: readonly number[]): number[] {
  return Array.from({ length: sums.length / 2 }, (_, i) => sums[2 * i]! - sums[2 * i + 1]!);
}

/**
 * How well a model predicts replies or texts: cross-entropy in nats per target token, the share of targets it would have
 * guessed, and their count. Measured before and after a run on general data, it shows what was forgotten.
 * @param adapter null is the base as it stands, which full-parameter training changes
 */
export async function evaluateImitation(
  engine: Engine,
  adapter: AdapterName | null,
  dialogues: readonly TokenisedDialogue[],
): Promise<{ loss: number; accuracy: number; tokens: number }> {
  const rows = dialogues.map(({ sequence }) => sequence);
  const model = packing(engine, rowLengthFor(rows));
  let [loss, right, tokens] = [0, 0, 0];
  for (const part of microBatches(rows, ROWS_TOGETHER)) {
    const forward = await model.forward(part, { adapter });
    loss -= sum(forward.logProbs.map(sum));
    right += sum(forward.correct.map(sum));
    tokens += sum(part.map(({ targets }) => targets.length));
  }
  return { loss: loss / tokens, accuracy: right / tokens, tokens };
}

/** A reply as it was sampled, after the prompt it answers. */
export interface SampledReply {
  prompt: Int32Array;
  /** The end token included. */
  completion: readonly number[];
}

/**
 * What the candidate says now, from replies sampled at temperature 1 to the same prompts:
 * - `replies/prompts`, a count; `replies/tokens`, `replies/tokens_base`: mean length with the end token
 * - `replies/kl_base`: Monte-Carlo estimate of KL(candidate ‖ base) in nats per reply, from the candidate's own replies
 */
export async function evaluateReplies(
  engine: Engine,
  candidate: AdapterName,
  { ofCandidate, ofBase }: { ofCandidate: readonly SampledReply[]; ofBase: readonly SampledReply[] },
): Promise<Metrics> {
  if (ofCandidate.length === 0) return { "replies/prompts": 0 };
  const meanTokens = (replies: readonly SampledReply[]) =>
    replies.reduce((total, { completion }) => total + completion.length, 0) / replies.length;
  const rows = ofCandidate.map(({ prompt, completion }) => sequence(prompt, completion));
  const model = packing(engine, rowLengthFor(rows));
  const [own, base] = [await logProbs(model, rows, candidate), await logProbs(model, rows, null)];
  const metrics: Metrics = {
    "replies/prompts": ofCandidate.length,
    "replies/tokens": meanTokens(ofCandidate),
    "replies/kl_base": own.reduce((total, logProb, i) => total + logProb - base[i]!, 0) / own.length,
  };
  if (ofBase.length > 0) metrics["replies/tokens_base"] = meanTokens(ofBase);
  return metrics;
}

const MOST_REPLY_TOKENS = 256;

/** Samples one reply to every prompt from the serving process, exactly from the model's own distribution. */
export async function sampleReplies(
  serving: ServingBackend,
  adapter: AdapterReference | null,
  prompts: readonly { messages: readonly ChatMessage[]; tokens: Int32Array }[],
  { requestPrefix, seed, signal }: { requestPrefix: string; seed: number; signal: AbortSignal },
): Promise<SampledReply[]> {
  const replies: SampledReply[] = [];
  for (const [i, { messages, tokens }] of prompts.entries()) {
    const request = {
      requestId: `${requestPrefix}-${i}`,
      adapter,
      messages: [...messages].map(({ role, content, tokenIds }) => ({
        role,
        content,
        tokenIds: tokenIds ? [...tokenIds] : null,
      })),
      maxTokens: MOST_REPLY_TOKENS,
      ...{ temperature: 1, topP: 1, topK: 0, minP: 0 },
      // Serving takes seeds of 31 bits; neighbouring ones are as good as any.
      seed: (seed + i) % 2 ** 31,
    };
    for await (const event of serving.generate(request, { signal })) {
      if (event.type === "end" && event.tokenIds.length > 0)
        replies.push({ prompt: tokens, completion: event.tokenIds });
    }
  }
  return replies;
}
