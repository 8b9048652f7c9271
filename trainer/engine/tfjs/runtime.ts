/** Runs programs on onnxruntime: traces each once, keeps its session, feeds it by name. */

import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";

import { EngineError } from "../contract.ts";
import type { OnnxValue } from "./onnx-proto.ts";
import type { Constant, HostData, Program, Runner } from "./program.ts";
import { trace } from "./trace.ts";

export type Provider = "cpu" | "webgpu";

export interface OnnxOptions {
  provider: Provider;
  /** Threads that one operator may use. */
  threads: number;
  /** Never-changing inputs. Fed on the CPU, where that costs nothing; written into the graph on a GPU. */
  constants: ReadonlyMap<string, Constant>;
}

interface Compiled {
  session: InferenceSession;
  feeds: OnnxValue[];
  outputs: string[];
}

/** Sessions kept. Each holds its own arena of activations, so an unbounded cache would grow with every new shape. */
const SESSIONS_KEPT = 12;

export class OnnxRunner implements Runner {
  readonly description: string;
  readonly #options: OnnxOptions;
  /** By program key, least recently used first. */
  readonly #compiled = new Map<string, Compiled>();

  constructor(options: OnnxOptions) {
    this.#options = options;
    const threads = `${options.threads} thread${options.threads === 1 ? "" : "s"}`;
    this.description = `tfjs→onnx ${options.provider}${options.provider === "cpu" ? ` (${threads})` : ""}`;
  }

  async run(program: Program, feeds: Readonly<Record<string, HostData>>): Promise<Record<string, Float32Array>> {
    const { session, feeds: wanted, outputs } = await this.#compile(program);
    const tensors: Record<string, OrtTensor> = {};
    for (const { name, type, shape } of wanted) {
      const data = feeds[name] ?? this.#options.constants.get(name)?.data;
      // onnxruntime ignores feeds it does not know and its message for a missing one names no program.
      if (!data) throw new Error(`program "${program.key}" needs input ${name}, which was not fed`);
      tensors[name] = new OrtTensor(type as "float32", data as Float32Array, shape);
    }
    const results = await session.run(tensors, outputs);
    return Object.fromEntries(outputs.map((name) => [name, results[name]!.data as Float32Array]));
  }

  async #compile(program: Program): Promise<Compiled> {
    const known = this.#compiled.get(program.key);
    if (known) {
      this.#compiled.delete(program.key);
      this.#compiled.set(program.key, known);
      return known;
    }
    const { provider, constants } = this.#options;
    const frozen = new Map(provider === "cpu" ? [] : [...constants].map(([name, { data }]) => [name, data]));
    const { model, feeds, outputs } = trace(program, provider === "cpu" ? "cpu" : "portable", frozen);
    const session = await this.#createSession(model);
    const compiled = { session, feeds, outputs };
    this.#compiled.set(program.key, compiled);
    if (this.#compiled.size > SESSIONS_KEPT) await this.#forgetOldest();
    return compiled;
  }

  async #createSession(model: Uint8Array): Promise<InferenceSession> {
    const { provider, threads } = this.#options;
    try {
      return await InferenceSession.create(model, {
        executionProviders: [provider],
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        executionMode: "sequential",
        graphOptimizationLevel: "all",
        enableCpuMemArena: true,
        enableMemPattern: true,
        logSeverityLevel: 3,
        // Idle threads must sleep: spinning ones took half the machine from the chat beside them (1,242 → 658 ms a step).
        extra: { session: { intra_op: { allow_spinning: "0" } } },
      });
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new EngineError(`onnxruntime could not start its ${provider} provider: ${reason}`, { cause });
    }
  }

  async #forgetOldest(): Promise<void> {
    const [key, oldest] = this.#compiled.entries().next().value!;
    this.#compiled.delete(key);
    await oldest.session.release();
  }

  async close(): Promise<void> {
    while (this.#compiled.size > 0) await this.#forgetOldest();
  }
}
