/** The inference process's HTTP side: who may call, how much may be sent, what answers look like. */

import { createHash, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { hostname } from "node:os";
import type { z } from "zod";
import { AppError } from "../errors.ts";
import { logger } from "../log.ts";
import { REQUEST_ID, requestIdOf, withIds } from "../log-ids.ts";
import { inSpan, type TraceContext } from "../trace.ts";
import { admit } from "./generate.ts";
import type { ModelHost } from "./model-host.ts";
import { renderPrompt } from "./prompt.ts";
import {
  abortSchema,
  adapterSchema,
  type GenerateEvent,
  generateSchema,
  type Health,
  keepSchema,
  MAX_BODY_BYTES,
  releaseSchema,
  scoreSchema,
  tokenizeSchema,
} from "./protocol.ts";
import { Running } from "./running.ts";
import { score } from "./score.ts";

/** What a handler needs of one call. */
interface Call {
  body: unknown;
  response: ServerResponse;
  /** Aborted when the caller is gone. */
  signal: AbortSignal;
}

export interface InferenceServer {
  server: Server;
  /** Refuses new requests, lets running ones go on for `graceMs`, then breaks them off; resolves when all are over. */
  drain(graceMs: number): Promise<void>;
}

/** A server that is not listening yet. */
export function createInferenceServer(host: ModelHost, secret: string): InferenceServer {
  const running = new Running();
  let stopping = false;

  const routes: Record<string, (call: Call) => Promise<void>> = {
    "GET /health": async ({ response }) => answer(response, 200, health(host, running, !stopping)),
    "POST /adapters/ensure": async ({ body, response }) => {
      const adapter = parse(adapterSchema, body);
      await host.adapters.ensure(adapter);
      answer(response, 200, { sha256: adapter.sha256 });
    },
    "POST /adapters/keep": async ({ body, response }) => {
      await host.adapters.keep(parse(keepSchema, body).adapters);
      answer(response, 200, {});
    },
    "POST /adapters/release": async ({ body, response }) => {
      host.adapters.release(parse(releaseSchema, body).sha256);
      answer(response, 200, {});
    },
    "POST /abort": async ({ body, response }) =>
      answer(response, 200, { aborted: running.abort(parse(abortSchema, body).requestId) }),
    "POST /tokenize": async ({ body, response }) => {
      const request = parse(tokenizeSchema, body);
      const tokenIds =
        "text" in request ? host.tokenizer.encode(request.text) : [...renderPrompt(host, request.messages).tokens];
      answer(response, 200, { tokenIds, contextLength: host.base.contextLength });
    },
    "POST /score": async ({ body, response, signal }) =>
      answer(response, 200, { logProbs: await score(host, parse(scoreSchema, body), signal) }),
    "POST /generate": async ({ body, response, signal }) => {
      const request = parse(generateSchema, body);
      const controller = running.begin(request.requestId);
      const gone = () => controller.abort();
      signal.addEventListener("abort", gone);
      try {
        const admitted = await admit(host, request, controller.signal);
        const done = running.generates();
        try {
          await stream(response, admitted.events());
        } finally {
          done();
        }
      } finally {
        signal.removeEventListener("abort", gone);
        running.end(request.requestId);
      }
    },
  };

  const server = createServer(async (request, response) => {
    const gone = new AbortController();
    response.on("close", () => gone.abort());
    try {
      authorise(request, secret);
      const route = routes[`${request.method} ${new URL(request.url ?? "/", "http://localhost").pathname}`];
      if (!route) throw new AppError("NOT_FOUND", `There is no ${request.method} ${request.url} here.`);
      if (stopping && request.method === "POST") throw STOPPING;
      const body = request.method === "POST" ? await readJson(request) : undefined;
      await inScopeOf(request, () => route({ body, response, signal: gone.signal }));
    } catch (error) {
      if (!gone.signal.aborted) refuse(response, publicError(error));
    }
  });

  // Never hang up on an idle caller: a request it sends at that very moment would be lost.
  server.keepAliveTimeout = 0;

  return {
    server,
    async drain(graceMs) {
      stopping = true;
      server.close();
      server.closeIdleConnections();
      const late = setTimeout(() => running.abortAll(STOPPING), graceMs);
      await running.idle();
      clearTimeout(late);
      server.closeAllConnections();
    },
  };
}

const BROKEN_OFF = new AppError("INFERENCE_LOST", "The inference process had to stop in the middle of this reply.");
const STOPPING = new AppError(
  "INFERENCE_UNAVAILABLE",
  "The inference process is stopping; try again in a few seconds.",
);

function health(host: ModelHost, running: Running, ready: boolean): Health {
  const { base, adapters, waiting } = host;
  const own = {
    ...{ host: hostname(), pid: process.pid, memoryBytes: process.memoryUsage.rss() },
    startedAt: new Date(Date.now() - process.uptime() * 1000).toISOString(),
  };
  return { ready, base, loaded: adapters.loaded, running: running.generating, queued: waiting.count, process: own };
}

/** Under the id and the trace of whoever asks; looks at its health, several a second, are no deed. */
function inScopeOf(request: IncomingMessage, work: () => Promise<void>): Promise<void> {
  if (request.method !== "POST") return work();
  const header = (name: string) => [request.headers[name]].flat()[0];
  const from: TraceContext = {};
  for (const name of ["traceparent", "tracestate"]) {
    const said = header(name);
    if (said) from[name] = said;
  }
  const path = new URL(request.url ?? "/", "http://localhost").pathname;
  const requestId = requestIdOf(header(REQUEST_ID));
  return withIds({ requestId }, () =>
    // What a process does by itself, every few seconds, is nobody's trace.
    from.traceparent ? inSpan(`inference ${path}`, { "hone.request.id": requestId }, work, from) : work(),
  );
}

/** Hashes are compared, so neither the time taken nor a length tells anything about the secret. */
function authorise(request: IncomingMessage, secret: string): void {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  if (!timingSafeEqual(digest(request.headers.authorization ?? ""), digest(`Bearer ${secret}`))) {
    throw new AppError("UNAUTHORIZED", "The inference process needs its secret; call it through Hone.");
  }
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let sizeBytes = 0;
  for await (const part of request) {
    sizeBytes += part.length;
    if (sizeBytes > MAX_BODY_BYTES) {
      throw new AppError(
        "INVALID_INPUT",
        `The request is larger than ${MAX_BODY_BYTES} bytes; shorten the conversation.`,
      );
    }
    parts.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString("utf8"));
  } catch (cause) {
    throw new AppError("INVALID_INPUT", `The request is not JSON: ${(cause as Error).message}.`, { cause });
  }
}

function parse<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new AppError("INVALID_INPUT", `The request's "${issue?.path.join(".")}" cannot be used: ${issue?.message}.`);
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

/** Writes events as they come, no faster than they are read; a failure midway is the last event. */
async function stream(response: ServerResponse, events: AsyncGenerator<GenerateEvent>): Promise<void> {
  response.writeHead(200, { "content-type": "application/x-ndjson", "cache-control": "no-store" });
  try {
    for await (const event of events) {
      if (!response.write(`${JSON.stringify(event)}\n`) && !response.closed) {
        await Promise.race([once(response, "drain"), once(response, "close")]);
      }
    }
  } catch (error) {
    const { code, message } = publicError(error === STOPPING ? BROKEN_OFF : error);
    response.write(`${JSON.stringify({ type: "error", code, message } satisfies GenerateEvent)}\n`);
  }
  response.end();
}

/** Expected failures are told as they are; what nobody expected is logged and only named. */
function publicError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  logger("inference").error({ err: error }, "a request failed");
  return new AppError("INFERENCE_FAILED", "The model could not go on with this reply; ask for it again.", {
    cause: error,
  });
}

function refuse(response: ServerResponse, { code, message, status, retryAfterSeconds }: AppError): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  // The rest of a body that is too large is not read, so the connection cannot be used again.
  response.setHeader("connection", "close");
  if (retryAfterSeconds) response.setHeader("retry-after", retryAfterSeconds);
  answer(response, status, { code, message });
}
