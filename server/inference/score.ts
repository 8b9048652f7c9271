/** Exact log-probabilities of given tokens under an adapter, for evaluation and for comparing engines. */

import type { ControlledEvaluateInputItem, LlamaContextSequence, Token } from "node-llama-cpp";
import { AppError } from "../errors.ts";
import { CANDIDATES, type ModelHost } from "./model-host.ts";
import { NO_PROMPT, PIECE_TOKENS, requireKnownTokens } from "./prompt.ts";
import type { ScoreRequest } from "./protocol.ts";

/** ln of the smallest number a 32-bit float can hold: what a probability that underflows is reported as. */
const SMALLEST_LOG_PROB = -104;

/**
 * ln p(tokens[t] | tokens[0..t-1]) for every t from `targetsFrom` on, in nats.
 * @throws AppError CONTEXT_OVERFLOW, INVALID_INPUT, QUEUE_FULL, ADAPTER_*.
 */
export async function score(host: ModelHost, request: ScoreRequest, signal: AbortSignal): Promise<number[]> {
  const { tokens, targetsFrom } = request;
  requireKnownTokens(tokens, host.base.vocabulary);
  if (targetsFrom >= tokens.length) {
    throw new AppError(
      "INVALID_INPUT",
      `targetsFrom is ${targetsFrom}, but there are ${tokens.length} tokens; it must be less.`,
    );
  }
  if (tokens.length > host.base.contextLength) {
    throw new AppError(
      "CONTEXT_OVERFLOW",
      `${tokens.length} tokens are to be scored, the context holds ${host.base.contextLength}; cut them.`,
    );
  }
  const lease = await host.adapters.acquire(request.adapter);
  try {
    const slot = await lease.slots.acquire(NO_PROMPT, signal);
    try {
      await slot.reset();
      return await scoreIn(slot.sequence, tokens as Token[], targetsFrom, signal);
    } finally {
      // The state was not built piece by piece, so no later request may build on it.
      await slot.reset();
      lease.slots.release(slot);
    }
  } finally {
    lease.release();
  }
}

async function scoreIn(
  sequence: LlamaContextSequence,
  tokens: readonly Token[],
  targetsFrom: number,
  signal: AbortSignal,
): Promise<number[]> {
  const logProbs: number[] = [];
  // Positions are evaluated piece by piece; the last token is only a target.
  for (let from = 0; from + 1 < tokens.length; from += PIECE_TOKENS) {
    signal.throwIfAborted();
    const to = Math.min(from + PIECE_TOKENS, tokens.length - 1);
    const wanted = (at: number) => at + 1 >= targetsFrom;
    const likely = await distributions(sequence, tokens, { from, to, wanted, complete: false });
    // A target outside all but a millionth of the mass is looked up in the whole distribution.
    const rare = (at: number) => wanted(at) && !likely.get(at)?.has(tokens[at + 1]!);
    let whole: typeof likely = new Map();
    if (Array.from({ length: to - from }, (_, index) => from + index).some(rare)) {
      await sequence.eraseContextTokenRanges([{ start: from, end: to }]);
      whole = await distributions(sequence, tokens, { from, to, wanted: rare, complete: true });
    }
    for (let at = from; at < to; at++) {
      if (!wanted(at)) continue;
      const probability = (whole.get(at) ?? likely.get(at))?.get(tokens[at + 1]!) ?? 0;
      logProbs.push(probability > 0 ? Math.log(probability) : SMALLEST_LOG_PROB);
    }
  }
  return logProbs;
}

/** Next-token probabilities after the wanted positions of tokens[from, to). */
async function distributions(
  sequence: LlamaContextSequence,
  tokens: readonly Token[],
  options: { from: number; to: number; wanted: (at: number) => boolean; complete: boolean },
): Promise<Map<number, ReadonlyMap<Token, number>>> {
  const { from, to, wanted, complete } = options;
  const sampling = { ...CANDIDATES, topP: complete ? 1 : CANDIDATES.topP };
  const input = tokens
    .slice(from, to)
    .map(
      (token, index): ControlledEvaluateInputItem =>
        wanted(from + index) ? [token, { generateNext: { probabilities: true, options: sampling } }] : token,
    );
  const output = await sequence.controlledEvaluate(input);
  const found = new Map<number, ReadonlyMap<Token, number>>();
  for (let index = 0; index < input.length; index++) {
    const probabilities = output[index]?.next.probabilities;
    if (probabilities) found.set(from + index, probabilities);
  }
  return found;
}
