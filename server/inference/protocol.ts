/** What is said over HTTP between the inference process and its callers: requests, events and limits, as zod schemas. */

import { z } from "zod";

/** Largest request body, in bytes; a conversation that fills a context of 128k tokens is about half of it. */
export const MAX_BODY_BYTES = 2 * 1024 * 1024;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "must be 64 lower-case hex digits");
const tokenIds = z.array(z.int().min(0)).max(1_000_000);

/** An adapter by its content hash, and where its GGUF file lies (absolute path). */
export const adapterSchema = z.strictObject({ sha256, path: z.string().min(1).max(4096) });
export type AdapterReference = z.infer<typeof adapterSchema>;
/** What people talk to; null is the bare base model. */
export const keepSchema = z.strictObject({ adapters: z.array(adapterSchema.nullable()).max(64) });

export const messageSchema = z.strictObject({
  role: z.enum(["system", "user", "assistant"]),
  content: z.string(),
  /** What the model really generated; the reply is then shown to it token for token instead of being tokenised again. */
  tokenIds: tokenIds.nullish(),
});

/** Every sampling value is stated: the library's defaults are never used. */
export const samplingSchema = z.strictObject({
  /** 0 is greedy: always the most likely token, the lowest id among equals. */
  temperature: z.number().min(0).max(10),
  /** Smallest set of tokens whose probabilities reach this sum; 1 keeps all. */
  topP: z.number().gt(0).max(1),
  /** Number of tokens kept; 0 keeps all. */
  topK: z.int().min(0),
  /** Least probability kept, as a share of the most likely token's; 0 keeps all. */
  minP: z.number().min(0).max(1),
  seed: z.int().min(0),
});
export type Sampling = z.infer<typeof samplingSchema>;

export const generateSchema = z.strictObject({
  /** Chosen by the caller; unique among running requests; names the request in /abort. */
  requestId: z.string().min(1).max(200),
  adapter: adapterSchema.nullable(),
  messages: z.array(messageSchema).min(1).max(10_000),
  /** At least 1; cut to what the context has left behind the prompt. */
  maxTokens: z.int().min(1),
  ...samplingSchema.shape,
  /** Texts that end the reply and are not part of it. */
  stop: z.array(z.string().min(1).max(1000)).max(16).optional(),
});
export type GenerateRequest = z.infer<typeof generateSchema>;

/**
 * One line of the NDJSON stream that answers /generate: one start, any number of tokens, then one end or error.
 * A request that is aborted while it waits for its turn gets nothing but the end.
 */
export const generateEventSchema = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("start"),
    adapter: sha256.nullable(),
    base: sha256,
    promptTokens: z.int(),
    /** Prompt tokens whose state was still there from an earlier request. */
    reusedTokens: z.int(),
    /** As asked for, or what the context has left. */
    maxTokens: z.int(),
    seed: z.int(),
  }),
  z.object({
    type: z.literal("token"),
    tokenIds: z.array(z.int()),
    /** Whole characters only; empty while bytes are missing or a stop text may be beginning. */
    text: z.string(),
    /** ln p(token | all before it) of the model itself, before temperature and cutting, in nats; one per token id. */
    logProbs: z.array(z.number()),
  }),
  z.object({
    type: z.literal("end"),
    reason: z.enum(["stop", "length", "aborted"]),
    completionTokens: z.int(),
    /** The whole completion, the end token included where there is one. */
    tokenIds: z.array(z.int()),
  }),
  z.object({ type: z.literal("error"), code: z.string(), message: z.string() }),
]);
export type GenerateEvent = z.infer<typeof generateEventSchema>;

export const releaseSchema = z.strictObject({ sha256 });
export const abortSchema = z.strictObject({ requestId: z.string().min(1).max(200) });

/** Either a conversation, rendered up to where the assistant speaks, or plain text. */
export const tokenizeSchema = z.union([
  z.strictObject({ messages: z.array(messageSchema).min(1).max(10_000) }),
  z.strictObject({ text: z.string() }),
]);
export type TokenizeRequest = z.infer<typeof tokenizeSchema>;
export const tokenizedSchema = z.object({ tokenIds: z.array(z.int()), contextLength: z.int() });
export type Tokenized = z.infer<typeof tokenizedSchema>;

/** Asks for ln p(tokens[t] | tokens[0..t-1]) of every t ≥ `targetsFrom`. */
export const scoreSchema = z.strictObject({
  adapter: adapterSchema.nullable(),
  tokens: tokenIds.min(2),
  targetsFrom: z.int().min(1),
});
export type ScoreRequest = z.infer<typeof scoreSchema>;
/** One log-probability per target, in nats; one below −87 cannot be told from −104. */
export const scoredSchema = z.object({ logProbs: z.array(z.number()) });

export const healthSchema = z.object({
  /** False while the model loads and while the process is stopping. */
  ready: z.boolean(),
  base: z.object({
    sha256,
    name: z.string(),
    architecture: z.string(),
    /** Most tokens of prompt and completion together, as served; at most the model's own. */
    contextLength: z.int(),
    vocabulary: z.int(),
  }),
  /** Adapters that can answer at once. */
  loaded: z.array(sha256),
  /** Replies being generated, and requests that wait for a free place. */
  running: z.int(),
  queued: z.int(),
  /** Who answers: it has no database to say so itself. */
  process: z
    .object({ host: z.string(), pid: z.int(), startedAt: z.iso.datetime(), memoryBytes: z.number() })
    .optional(),
});
export type Health = z.infer<typeof healthSchema>;

export const errorSchema = z.object({ code: z.string(), message: z.string() });
