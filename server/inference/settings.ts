/** Settings of the inference process. */

import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { z } from "zod";
import { EnvError, parseEnv } from "../env.ts";

export interface InferenceSettings {
  /** Loopback port; 0 takes any free one. */
  port: number;
  secret: string;
  /** Absolute path of the base model. */
  model: string;
  threads: number;
  /** Most tokens of prompt and completion together; the model's own limit where that is lower. */
  contextLength: number;
  /** Replies generated side by side on one adapter. */
  sequences: number;
  /** Requests that may wait for a free place before others are turned away. */
  queueLimit: number;
  /** Adapters kept ready, the base model on its own included. */
  adapterLimit: number;
  gpu: "auto" | false;
  /** Whether it goes before other processes, since people wait for its replies; one that samples for a training run does not. */
  urgent: boolean;
}

/**
 * Threads of a decode step. One is right up to three cores: a small model gains nothing from a second thread, and
 * training needs the other core. Larger machines give half of their cores, at most eight.
 */
export const defaultThreads = (cores = availableParallelism()) => Math.max(1, Math.min(8, Math.floor(cores / 2)));

const count = (most: number, otherwise: number) => z.coerce.number().int().min(1).max(most).default(otherwise);

const ownSchema = z.object({
  INFERENCE_CONTEXT: count(1_048_576, 4096),
  INFERENCE_SEQUENCES: count(64, 8),
  INFERENCE_QUEUE: count(100_000, 64),
  INFERENCE_GPU: z.enum(["auto", "off"]).default(process.platform === "darwin" ? "auto" : "off"),
});

function required<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new EnvError(`${name}: missing; start with "npm start", which sets it, or set it.`);
  return value;
}

/** @throws EnvError naming every bad setting. */
export function readSettings(source: Record<string, string | undefined> = process.env): InferenceSettings {
  const given = Object.fromEntries(
    Object.keys(ownSchema.shape).map((name) => [name, source[name]?.trim() || undefined]),
  );
  const parsed = ownSchema.safeParse(given);
  if (!parsed.success) {
    const sentences = parsed.error.issues.map(
      ({ path, message }) => `${String(path[0])}: "${given[String(path[0])]}" cannot be used: ${message}.`,
    );
    throw new EnvError(`${sentences.join("\n")}\nChange it in .env or in the environment and start again.`);
  }
  const shared = parseEnv(source);
  const { hostname, port } = new URL(required(shared.INFERENCE_URL, "INFERENCE_URL"));
  if (!["127.0.0.1", "localhost", "[::1]"].includes(hostname)) {
    throw new EnvError(
      `INFERENCE_URL: "${hostname}" is not this machine; the inference process listens on 127.0.0.1 only.`,
    );
  }
  return {
    port: Number(port || 80),
    secret: required(shared.INFERENCE_SECRET, "INFERENCE_SECRET"),
    model: resolve(shared.HONE_MODEL),
    threads: shared.INFERENCE_THREADS ?? defaultThreads(),
    contextLength: parsed.data.INFERENCE_CONTEXT,
    sequences: parsed.data.INFERENCE_SEQUENCES,
    queueLimit: parsed.data.INFERENCE_QUEUE,
    adapterLimit: shared.INFERENCE_ADAPTERS,
    gpu: parsed.data.INFERENCE_GPU === "auto" ? "auto" : false,
    // Set by the trainer for a process of its own, never by people.
    urgent: source.INFERENCE_YIELD !== "on",
  };
}
