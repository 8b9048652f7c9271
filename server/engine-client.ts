/** What the web and trainer processes use to talk to the inference process. */

import type { z } from "zod";
import { AppError, type ErrorCode, isErrorCode } from "./errors.ts";
import {
  type AdapterReference,
  errorSchema,
  type GenerateEvent,
  type GenerateRequest,
  generateEventSchema,
  type Health,
  healthSchema,
  type ScoreRequest,
  scoredSchema,
  type Tokenized,
  type TokenizeRequest,
  tokenizedSchema,
} from "./inference/protocol.ts";
import { currentIds, REQUEST_ID } from "./log-ids.ts";
import { traceContext } from "./trace.ts";

export type {
  AdapterReference,
  GenerateEvent,
  GenerateRequest,
  Health,
  ScoreRequest,
} from "./inference/protocol.ts";

interface CallOptions {
  signal?: AbortSignal;
}

/**
 * Whatever serves a base model and its adapters. Every method throws AppError: INFERENCE_UNAVAILABLE when nobody
 * answers, INFERENCE_LOST when a reply breaks off, QUEUE_FULL, CONTEXT_OVERFLOW, ADAPTER_MISSING, ADAPTER_REFUSED,
 * BASE_MISMATCH, INFERENCE_FAILED. An aborted signal throws its own reason instead.
 */
export interface ServingBackend {
  health(options?: CallOptions): Promise<Health>;
  /** Loads and checks an adapter so that the next reply can use it at once; harmless when it is loaded already. */
  ensureAdapter(adapter: AdapterReference, options?: CallOptions): Promise<void>;
  /** Loads what people talk to and frees it last; null is the bare base model. What was kept before and is not named is released. */
  keepAdapters(adapters: readonly (AdapterReference | null)[], options?: CallOptions): Promise<void>;
  /** Frees an adapter when the last running reply on it ends. A later request loads it again. */
  releaseAdapter(sha256: string, options?: CallOptions): Promise<void>;
  /** Events of one reply, the last being `end`. Leaving the loop or aborting the signal stops the generation. */
  generate(request: GenerateRequest, options?: CallOptions): AsyncIterable<GenerateEvent>;
  /** Ends a running reply, from whatever process; its stream ends with reason `aborted`. Tells whether it ran. */
  abort(requestId: string, options?: CallOptions): Promise<boolean>;
  tokenize(request: TokenizeRequest, options?: CallOptions): Promise<Tokenized>;
  /** Log-probabilities in nats of tokens[targetsFrom…], one per target. */
  score(request: ScoreRequest, options?: CallOptions): Promise<number[]>;
}

export interface EngineClientOptions {
  /** Origin of the inference process, e.g. http://127.0.0.1:4001. */
  url: string;
  secret: string;
}

/** A client of the inference process. Holds no connection and no state: make one wherever it is needed. */
export function createEngineClient({ url, secret }: EngineClientOptions): ServingBackend {
  const send = async (path: string, body: unknown, { signal }: CallOptions = {}): Promise<Response> => {
    let response: Response;
    try {
      response = await fetch(new URL(path, url), {
        method: body === undefined ? "GET" : "POST",
        headers: { authorization: `Bearer ${secret}`, "content-type": "application/json", ...scope() },
        body: body === undefined ? undefined : JSON.stringify(body),
        signal,
      });
    } catch (cause) {
      signal?.throwIfAborted();
      throw new AppError(
        "INFERENCE_UNAVAILABLE",
        `The inference process at ${url} does not answer; it may be restarting. Try again in a few seconds.`,
        { cause },
      );
    }
    if (!response.ok) throw await refusal(response);
    return response;
  };
  const call = async <S extends z.ZodType>(schema: S, path: string, body: unknown, options?: CallOptions) =>
    schema.parse(await (await send(path, body, options)).json()) as z.output<S>;

  return {
    health: (options) => call(healthSchema, "/health", undefined, options),
    ensureAdapter: async (adapter, options) => void (await send("/adapters/ensure", adapter, options)),
    keepAdapters: async (adapters, options) => void (await send("/adapters/keep", { adapters }, options)),
    releaseAdapter: async (sha256, options) => void (await send("/adapters/release", { sha256 }, options)),
    generate: (request, options) => generate(send, request, options),
    abort: async (requestId, options) => (await (await send("/abort", { requestId }, options)).json()).aborted === true,
    tokenize: (request, options) => call(tokenizedSchema, "/tokenize", request, options),
    score: async (request, options) => (await call(scoredSchema, "/score", request, options)).logProbs,
  };
}

/** Whose doing it is: the inference process writes it into its log lines and goes on with the trace. */
function scope(): Record<string, string> {
  const { requestId } = currentIds();
  return { ...traceContext(), ...(requestId && { [REQUEST_ID]: requestId }) };
}

/** The error a non-2xx answer carries; a code we do not know becomes INFERENCE_FAILED. */
async function refusal(response: Response): Promise<AppError> {
  const parsed = errorSchema.safeParse(await response.json().catch(() => null));
  const code = parsed.data?.code;
  const message = parsed.data?.message ?? `The inference process answered with HTTP status ${response.status}.`;
  return new AppError(knownCode(code), message);
}

const knownCode = (code: string | undefined): ErrorCode => (isErrorCode(code) ? code : "INFERENCE_FAILED");

async function* generate(
  send: (path: string, body: unknown, options?: CallOptions) => Promise<Response>,
  request: GenerateRequest,
  { signal }: CallOptions = {},
): AsyncGenerator<GenerateEvent> {
  // Leaving the loop early must close the connection, which stops the generation on the other side.
  const left = new AbortController();
  const response = await send("/generate", request, {
    signal: signal ? AbortSignal.any([signal, left.signal]) : left.signal,
  });
  try {
    for await (const line of lines(response.body!)) {
      const event = generateEventSchema.parse(JSON.parse(line));
      if (event.type === "error") throw new AppError(knownCode(event.code), event.message);
      yield event;
      if (event.type === "end") return;
    }
    throw new AppError("INFERENCE_LOST", "The inference process stopped in the middle of a reply; ask for it again.");
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof AppError) throw cause;
    throw new AppError("INFERENCE_LOST", "The connection to the inference process broke in the middle of a reply.", {
      cause,
    });
  } finally {
    left.abort();
  }
}

/** Lines of a byte stream. A last line without a line break is not whole and is left out. */
async function* lines(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of body as unknown as AsyncIterable<Uint8Array>) {
    const parts = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = parts.pop()!;
    yield* parts.filter((part) => part !== "");
  }
}
