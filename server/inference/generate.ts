/** Generates one reply: prompt in, a stream of events out. */

import type { Token } from "node-llama-cpp";
import { AppError } from "../errors.ts";
import type { Lease } from "./adapters.ts";
import { CANDIDATES, type ModelHost } from "./model-host.ts";
import { cutPrompt, type Prompt, renderPrompt, tokensLeft } from "./prompt.ts";
import type { GenerateEvent, GenerateRequest } from "./protocol.ts";
import { sampleToken, seededRandom } from "./sampler.ts";
import type { Slot } from "./slots.ts";
import { TextStream } from "./text-stream.ts";

/** A request with a place to run: nothing can refuse it any more. Run it or give it up, else its place is lost. */
export interface Admitted {
  events(): AsyncGenerator<GenerateEvent>;
  giveUp(): void;
}

/**
 * Checks a request, loads its adapter if need be and waits for a free slot.
 * @throws AppError CONTEXT_OVERFLOW, INVALID_INPUT, QUEUE_FULL, ADAPTER_*, or what the signal was aborted with.
 */
export async function admit(host: ModelHost, request: GenerateRequest, signal: AbortSignal): Promise<Admitted> {
  const prompt = cutPrompt(renderPrompt(host, request.messages));
  const maxTokens = tokensLeft(prompt.tokens.length, request.maxTokens, host.base.contextLength);
  const lease = await host.adapters.acquire(request.adapter);
  let slot: Slot;
  try {
    slot = await lease.slots.acquire(prompt, signal);
  } catch (error) {
    lease.release();
    if (isStop(signal, error)) return { events: aborted, giveUp: () => {} };
    throw error;
  }
  const giveUp = () => {
    lease.slots.release(slot);
    lease.release();
  };
  return { events: () => run(host, { ...request, maxTokens }, { prompt, lease, slot, giveUp }, signal), giveUp };
}

/** Whether an error is only the echo of somebody pressing stop; a signal that carries an AppError means more. */
const isStop = (signal: AbortSignal, error: unknown) =>
  signal.aborted && error === signal.reason && !(error instanceof AppError);

/** What a request that was stopped while it waited answers. */
async function* aborted(): AsyncGenerator<GenerateEvent> {
  yield { type: "end", reason: "aborted", completionTokens: 0, tokenIds: [] };
}

interface Place {
  prompt: Prompt;
  lease: Lease;
  slot: Slot;
  giveUp(): void;
}

async function* run(
  host: ModelHost,
  request: GenerateRequest,
  { prompt, lease, slot, giveUp }: Place,
  signal: AbortSignal,
): AsyncGenerator<GenerateEvent> {
  const { tokenizer } = host;
  const completion: number[] = [];
  const end = (reason: "stop" | "length" | "aborted"): GenerateEvent => ({
    type: "end",
    reason,
    completionTokens: completion.length,
    tokenIds: completion,
  });
  let failed = false;
  try {
    yield {
      type: "start",
      adapter: lease.sha256,
      base: host.base.sha256,
      promptTokens: prompt.tokens.length,
      reusedTokens: slot.reusable(prompt),
      maxTokens: request.maxTokens,
      seed: request.seed,
    };
    await slot.prefill(prompt, signal);
    const random = seededRandom(request.seed);
    const text = new TextStream(request.stop);
    const last = prompt.tokens.at(-1) as Token;
    const tokens = slot.sequence.evaluateWithMetadata([last], { probabilities: true }, CANDIDATES);
    try {
      let step = await tokens.next();
      let reason: "stop" | "length" | null = null;
      while (reason === null) {
        signal.throwIfAborted();
        const { token, logProb } = sampleToken(step.value?.probabilities ?? new Map(), request, random);
        completion.push(token);
        const ended = tokenizer.isEnd(token);
        const shown = ended ? "" : text.push(tokenizer.bytesOf(token));
        yield { type: "token", tokenIds: [token], text: shown, logProbs: [logProb] };
        if (ended || text.stopped) reason = "stop";
        else if (completion.length >= request.maxTokens) reason = "length";
        else step = await tokens.next([token as Token]);
      }
      const rest = text.finish();
      if (rest !== "") yield { type: "token", tokenIds: [], text: rest, logProbs: [] };
      yield end(reason);
    } finally {
      await tokens.return();
    }
  } catch (error) {
    failed = error !== signal.reason;
    if (!isStop(signal, error)) throw error;
    yield end("aborted");
  } finally {
    // A caller that stops or leaves early does so between tokens, with the state intact; after an error it is unknown.
    if (failed) await slot.reset().catch(() => {});
    giveUp();
  }
}
