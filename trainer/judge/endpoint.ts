/** A model behind an OpenAI-compatible address: asked with a time limit, again when it is busy, and never told on in a log. */

import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { Env } from "../../server/env.ts";
import { TrainerError } from "../errors.ts";

/** Comes from the environment alone: no request and no run's settings can name an address. */
export interface Endpoint {
  /** Up to where /chat/completions follows. */
  url: string;
  model: string;
  apiKey?: string;
  /** Told of the tokens that every answer cost, those of what was asked included. */
  onTokens?(tokens: number): void;
}

/** The endpoint that the environment names, or null. */
export function endpointFrom(env: Env, role: "JUDGE" | "TEACHER"): Endpoint | null {
  const [url, model] = [env[`${role}_URL`], env[`${role}_MODEL`]];
  return url && model ? { url, model, apiKey: env[`${role}_API_KEY`] } : null;
}

export interface ChatTurn {
  role: "system" | "user" | "assistant";
  content: string;
}

export interface CompletionOptions {
  maxTokens: number;
  temperature: number;
  /** Passed on; whether equal seeds give equal replies is the endpoint's affair. */
  seed?: number;
  signal?: AbortSignal;
}

export interface Completion {
  text: string;
  /** It ended by itself instead of being cut at the limit. */
  ended: boolean;
}

/** How patient a client is; tests are less so. */
export interface Patience {
  /** For one attempt, the reading of its answer included. */
  timeoutMs: number;
  attempts: number;
  wait(ms: number, signal?: AbortSignal): Promise<unknown>;
}

const USUAL: Patience = { timeoutMs: 120_000, attempts: 5, wait: (ms, signal) => sleep(ms, undefined, { signal }) };
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;
/** Enough of an error message to act on. */
const TOLD_CHARACTERS = 300;

const answerSchema = z.object({
  choices: z
    .array(z.object({ message: z.object({ content: z.string().nullish() }), finish_reason: z.string().nullish() }))
    .min(1),
  usage: z
    .object({ total_tokens: z.int().min(0) })
    .nullish()
    .catch(null),
});

/** One attempt's failure; `again` where another attempt may succeed. */
interface Failure {
  sentence: string;
  again: boolean;
  /** What the endpoint asked for. */
  pauseMs?: number;
}

/**
 * Asks for one completion. Busy (429), failing (5xx), silent and unreachable endpoints are asked again, after 1, 2, 4 … s or
 * what Retry-After says, at most 30 s.
 * @throws TrainerError ENDPOINT_FAILED with a sentence that never holds the key; the reason of `signal`
 */
export async function complete(
  endpoint: Endpoint,
  messages: readonly ChatTurn[],
  options: CompletionOptions,
  patience: Patience = USUAL,
): Promise<Completion> {
  for (let attempt = 1; ; attempt++) {
    const result = await attemptOnce(endpoint, messages, options, patience.timeoutMs);
    if ("text" in result) return result;
    if (!result.again || attempt === patience.attempts) {
      const often = attempt === 1 ? "" : ` after ${attempt} attempts`;
      throw new TrainerError("ENDPOINT_FAILED", `${endpoint.model} at ${endpoint.url} ${result.sentence}${often}.`);
    }
    const pause = result.pauseMs ?? FIRST_PAUSE_MS * 2 ** (attempt - 1);
    await patience.wait(Math.min(pause, LONGEST_PAUSE_MS), options.signal);
  }
}

async function attemptOnce(
  { url, model, apiKey, onTokens }: Endpoint,
  messages: readonly ChatTurn[],
  { maxTokens, temperature, seed, signal }: CompletionOptions,
  timeoutMs: number,
): Promise<Completion | Failure> {
  signal?.throwIfAborted();
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(`${url}/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json", ...(apiKey && { authorization: `Bearer ${apiKey}` }) },
      body: JSON.stringify({ model, messages, max_tokens: maxTokens, temperature, seed }),
      // A redirect would carry the key and the prompts to an address that nobody set.
      redirect: "error",
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    const body = await response.text();
    if (!response.ok) return refusal(response, apiKey ? body.replaceAll(apiKey, "(key left out)") : body);
    const answer = answerSchema.safeParse(parsed(body));
    if (!answer.success) return { sentence: "answered with something that is no chat completion", again: false };
    const [choice] = answer.data.choices;
    const text = choice!.message.content ?? "";
    onTokens?.(answer.data.usage?.total_tokens ?? estimatedTokens([...messages.map(({ content }) => content), text]));
    return { text, ended: choice!.finish_reason !== "length" };
  } catch (error) {
    signal?.throwIfAborted();
    if (timeout.aborted) return { sentence: `did not answer within ${timeoutMs / 1000} s`, again: true };
    return { sentence: `cannot be reached (${reasonOf(error)})`, again: true };
  }
}

/** For endpoints that do not say: English has about four characters to a token, and other scripts fewer, so this is no less than a half. */
const estimatedTokens = (texts: readonly string[]): number => Math.ceil(texts.join("").length / 4);

function refusal(response: Response, body: string): Failure {
  const { status } = response;
  const told = body.replace(/\s+/g, " ").trim().slice(0, TOLD_CHARACTERS);
  const sentence = `answered with HTTP status ${status}${told && `: ${told}`}`;
  if (status === 401 || status === 403) return { sentence: `${sentence} (is its API key right?)`, again: false };
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  const pauseMs = seconds >= 0 ? seconds * 1000 : undefined;
  return { sentence, again: status === 429 || status >= 500, pauseMs };
}

/** fetch hides the reason in the cause. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as Error;
  return cause instanceof Error ? cause.message : message;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
