/** What a web process counts while it works, for Prometheus; what the database knows is added when it is asked (domain/system). */

import { Counter, collectDefaultMetrics, Histogram, Registry } from "prom-client";

interface Metrics {
  registry: Registry;
  calls: Histogram<"procedure" | "type" | "code">;
  replies: Counter<"outcome" | "release">;
  tokens: Counter<"release">;
  firstToken: Histogram;
  reply: Histogram;
}

// A bundler may evaluate this module several times in one process; what they count is one sum.
const shared = globalThis as { honeMetrics?: Metrics };

function open(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    calls: new Histogram({
      ...{ name: "hone_call_seconds", help: "Calls of procedures by name, kind and how they ended.", registers },
      ...{ labelNames: ["procedure", "type", "code"], buckets: [0.01, 0.05, 0.2, 1, 5] },
    }),
    replies: new Counter({
      ...{ name: "hone_replies_total", help: "Replies that ended, by outcome and release.", registers },
      labelNames: ["outcome", "release"],
    }),
    tokens: new Counter({
      ...{ name: "hone_reply_tokens_total", help: "Tokens of replies, by release.", registers },
      labelNames: ["release"],
    }),
    firstToken: new Histogram({
      ...{ name: "hone_first_token_seconds", help: "From the beginning of a reply to its first token.", registers },
      buckets: [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
    }),
    reply: new Histogram({
      ...{ name: "hone_reply_seconds", help: "From the beginning of a reply to its end.", registers },
      buckets: [0.2, 0.5, 1, 2, 5, 10, 30, 60, 120],
    }),
  };
}

const metrics = (): Metrics => {
  shared.honeMetrics ??= open();
  return shared.honeMetrics;
};

export function observeCall(procedure: string, type: string, code: string, seconds: number): void {
  metrics().calls.observe({ procedure, type, code }, seconds);
}

export interface SpokenReply {
  outcome: "COMPLETE" | "INTERRUPTED" | "FAILED";
  /** Number of the release that spoke; null for none. */
  release: number | null;
  tokens: number;
  seconds: number;
  /** Null when none came. */
  firstTokenSeconds: number | null;
}

export function observeReply({ outcome, release, tokens, seconds, firstTokenSeconds }: SpokenReply): void {
  const { replies, tokens: counted, reply, firstToken } = metrics();
  const label = release === null ? "none" : String(release);
  replies.inc({ outcome, release: label });
  if (tokens > 0) counted.inc({ release: label }, tokens);
  reply.observe(seconds);
  if (firstTokenSeconds !== null) firstToken.observe(firstTokenSeconds);
}

/** In Prometheus' text format, version 0.0.4. */
export const writeMetrics = (): Promise<string> => metrics().registry.metrics();

export const METRICS_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";
