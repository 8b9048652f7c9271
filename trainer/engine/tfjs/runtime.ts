/** Runs programs on onnxruntime: traces each once, keeps its sessions in the worker thread, feeds them by name. */

import type { InferenceSession } from "onnxruntime-node";

import { EngineError } from "../contract.ts";
import { cutGraph, type Graph, type Stage, wholeStage } from "./graph.ts";
import type { Constant, Feeds, Program, Results, Runner, Started } from "./program.ts";
import { sessionClient } from "./session-client.ts";
import type { Run } from "./sessions.ts";
import { trace } from "./trace.ts";

export type Provider = "cpu" | "webgpu";

export interface OnnxOptions {
  provider: Provider;
  /** Threads that one operator may use. */
  threads: number;
  /** Never-changing inputs. Fed on the CPU, where that costs nothing; written into the graph on a GPU. */
  constants: ReadonlyMap<string, Constant>;
}

/** A stage whose session is open in the worker. */
interface OpenStage extends Stage {
  session: number;
}

/** A program as one session, or as two with values held between them. */
interface Compiled {
  outputs: Graph["outputs"];
  stages: readonly OpenStage[];
  held: readonly string[];
}

/**
 * Programs kept. On the CPU enough for every shape of a run, few enough that shapes seen once do not pile up; on a GPU
 * each holds a copy of the frozen weights.
 */
const PROGRAMS_KEPT = { cpu: 32, webgpu: 4 };

/** A protobuf message, which an ONNX model is, cannot be larger. */
const LARGEST_MODEL_BYTES = 2 ** 31 - 1;

export class OnnxRunner implements Runner {
  readonly description: string;
  readonly #options: OnnxOptions;
  readonly #owner = sessionClient.number();
  /** By program key, least recently used first. */
  readonly #compiled = new Map<string, Compiled>();

  private constructor(options: OnnxOptions) {
    this.#options = options;
    const threads = `${options.threads} thread${options.threads === 1 ? "" : "s"}`;
    this.description = `tfjs→onnx ${options.provider}${options.provider === "cpu" ? ` (${threads})` : ""}`;
    // On a GPU held values would travel to this machine's memory and back, which costs more than computing them again.
    if (options.provider !== "cpu") this.start = undefined;
  }

  /** On the CPU the memory of the constants is handed over: their arrays are empty afterwards. */
  static async create(options: OnnxOptions): Promise<OnnxRunner> {
    const runner = new OnnxRunner(options);
    if (options.provider === "cpu") {
      await sessionClient.share(runner.#owner, Object.fromEntries(options.constants));
    }
    return runner;
  }

  async run(program: Program, feeds: Feeds): Promise<Results> {
    return this.#runStage(program, await this.#compile(program, false), 0, feeds);
  }

  start? = async (program: Program, feeds: Feeds): Promise<Started> => {
    const compiled = await this.#compile(program, true);
    const as = sessionClient.number();
    const results = await this.#runStage(program, compiled, 0, feeds, { hold: { as, names: compiled.held } });
    return {
      results,
      finish: (late) => this.#runStage(program, compiled, 1, { ...feeds, ...late }, { held: as }),
      abandon: () => sessionClient.drop(as),
    };
  };

  async #runStage(
    { key, inputs }: Program,
    { outputs, stages }: Compiled,
    number: 0 | 1,
    feeds: Feeds,
    values: Pick<Run, "hold" | "held"> = {},
  ): Promise<Results> {
    const { session, feeds: needed, returns } = stages[number]!;
    const wanted = needed.map(({ name }) => name);
    const fed = wanted.filter((name) => feeds[name]).map((name) => [name, { ...inputs[name]!, data: feeds[name]! }]);
    const mine = outputs.filter(({ value }) => returns.includes(value));
    const work: Run = {
      owner: this.#owner,
      feeds: Object.fromEntries(fed),
      wanted,
      returns: mine.map(({ value }) => value),
      ...values,
    };
    const results = await sessionClient.run(session, work).catch((cause: Error) => {
      throw new EngineError(`Program "${key}" failed: ${cause.message}`, { cause });
    });
    return Object.fromEntries(mine.map(({ name, value }) => [name, results[value]!]));
  }

  async #compile(program: Program, inTwo: boolean): Promise<Compiled> {
    const key = inTwo ? `${program.key} in two` : program.key;
    const known = this.#compiled.get(key);
    this.#compiled.delete(key);
    const compiled = known ?? (await this.#open(program, inTwo));
    this.#compiled.set(key, compiled);
    if (this.#compiled.size > PROGRAMS_KEPT[this.#options.provider]) await this.#forgetOldest();
    return compiled;
  }

  async #open(program: Program, inTwo: boolean): Promise<Compiled> {
    const { provider, constants } = this.#options;
    const isGpu = provider !== "cpu";
    const frozen = new Map(isGpu ? [...constants].map(([name, { data }]) => [name, data]) : []);
    const graph = trace(program, isGpu ? "portable" : "cpu", frozen);
    const { early, held, late } = inTwo ? cutGraph(graph, program.late ?? []) : { early: wholeStage(graph), held: [] };
    const stages: OpenStage[] = [];
    for (const stage of late ? [early, late] : [early]) {
      if (stage.model.length > LARGEST_MODEL_BYTES) {
        const size = (stage.model.length / 2 ** 30).toFixed(1);
        throw new EngineError(
          `The frozen weights make a graph of ${size} GiB, and one may have 2; use engine backend onnx-cpu.`,
        );
      }
      const session = sessionClient.number();
      await sessionClient.open(session, stage.model, this.#sessionOptions()).catch((cause: Error) => {
        throw new EngineError(`onnxruntime could not start its ${provider} provider: ${cause.message}`, { cause });
      });
      stages.push({ ...stage, session });
    }
    return { outputs: graph.outputs, stages, held };
  }

  #sessionOptions(): InferenceSession.SessionOptions {
    return {
      executionProviders: [this.#options.provider],
      intraOpNumThreads: this.#options.threads,
      interOpNumThreads: 1,
      executionMode: "sequential",
      graphOptimizationLevel: "all",
      // Arenas belong to a session and only grow: with one session per shape they would hold most of the memory, idle.
      // The system's allocator shares it between shapes and gives it back, for 1–3 % more time.
      enableCpuMemArena: false,
      enableMemPattern: false,
      logSeverityLevel: 3,
      // Idle threads must sleep: spinning ones took half the machine from the chat beside them (1,242 → 658 ms a step).
      extra: { session: { intra_op: { allow_spinning: "0" } } },
    };
  }

  async #forgetOldest(): Promise<void> {
    const [key, { stages }] = this.#compiled.entries().next().value!;
    this.#compiled.delete(key);
    for (const { session } of stages) await sessionClient.close(session);
  }

  async close(): Promise<void> {
    while (this.#compiled.size > 0) await this.#forgetOldest();
    await sessionClient.unshare(this.#owner);
  }
}
