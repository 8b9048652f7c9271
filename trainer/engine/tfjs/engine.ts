/** The training engine on TensorFlow.js programs: adapters, gradients and optimiser state around a Runner. */

import { PROMPT } from "../adapter-shape.ts";
import { type Adapter, adapterFromWeights, adapterToWeights, newAdapter } from "../adapters.ts";
import { checkBatch, checkHyper, checkOptions, checkUpstream } from "../checks.ts";
import {
  type AdamWHyper,
  type AdapterConfig,
  type AdapterName,
  type AdapterWeights,
  type Engine,
  EngineError,
  type Forward,
  HEAD,
  type Metrics,
  type ModelConfig,
  type NamedTensor,
  type Objective,
  type OptimiserSnapshot,
  type PassOptions,
  type TokenBatch,
  type Upstream,
  type Use,
} from "../contract.ts";
import type { MemoryPlan } from "../memory.ts";
import { ParameterSet } from "../parameters.ts";
import { EMBEDDING, ROPE_FACTORS } from "../weights.ts";
import { type Collect, type Live, Passes, type Training } from "./passes.ts";
import type { Runner } from "./program.ts";
import { BATCH, gradientOf } from "./programs.ts";
import { RotaryTables } from "./rope.ts";

export interface TfjsEngineOptions {
  config: ModelConfig;
  /** Every tensor of the model, checked. In full-parameter mode their data is changed in place. */
  weights: ReadonlyMap<string, NamedTensor>;
  /** Shapes of the linear layers that the runner holds quantised. */
  quantised: ReadonlyMap<string, readonly [number, number]>;
  mode: "lora" | "full";
  runner: Runner;
  memory: MemoryPlan;
}

export class TfjsEngine implements Engine {
  readonly config: ModelConfig;
  readonly description: string;
  readonly #runner: Runner;
  readonly #passes: Passes;
  /** [V, D] */
  readonly #embedding: Float32Array;
  readonly #baseShapes: ReadonlyMap<string, readonly number[]>;
  readonly #quantised: TfjsEngineOptions["quantised"];
  /** Full-parameter mode: the whole model; null when the base is frozen. */
  readonly #base: ParameterSet | null;
  readonly #adapters = new Map<AdapterName, Adapter>();
  /** The tail of the queue: calls run one after another, because they share sessions and gradients. */
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor({ config, weights, quantised, mode, runner, memory }: TfjsEngineOptions) {
    this.config = config;
    this.description = runner.description;
    this.#runner = runner;
    const rotary = new RotaryTables(config, weights.get(ROPE_FACTORS)?.data);
    this.#embedding = weights.get(EMBEDDING)!.data;
    this.#passes = new Passes(runner, this.#embedding, rotary, memory);
    const trainable = [...weights.values()].filter(({ name }) => name !== ROPE_FACTORS);
    this.#quantised = quantised;
    this.#baseShapes = graphShapes(config, trainable);
    this.#base = mode === "full" ? new ParameterSet(trainable) : null;
  }

  forward(batch: TokenBatch, use: Use): Promise<Forward> {
    return this.#inTurn(async () => {
      this.#check(batch, use);
      return this.#passes.forward(batch, this.#live(use));
    });
  }

  accumulate(batch: TokenBatch, use: Use, objective: Objective, options: PassOptions = {}): Promise<Metrics> {
    return this.#training(batch, use, options, (training) => this.#passes.backwardOf(batch, objective, training));
  }

  accumulateKnown(batch: TokenBatch, use: Use, upstream: Upstream, options: PassOptions = {}): Promise<Forward> {
    return this.#training(batch, use, options, (training) => {
      checkUpstream(upstream, batch);
      return this.#passes.backward(batch, upstream, training);
    });
  }

  step(hyper: AdamWHyper): Promise<{ gradNorm: number }> {
    return this.#inTurn(async () => {
      checkHyper(hyper);
      const touched = this.#trained().filter((parameters) => parameters.hasGradient());
      if (touched.length === 0) throw new EngineError("There is no gradient to step on; call accumulate first.");
      const gradNorm = Math.sqrt(touched.reduce((sum, parameters) => sum + parameters.squaredGradient(), 0));
      if (!Number.isFinite(gradNorm)) {
        this.discard();
        throw new EngineError("The gradient is not finite, so no step was made; lower the learning rate.");
      }
      const scale = Math.min(1, hyper.clipNorm / (gradNorm + 1e-6));
      for (const parameters of touched) parameters.adamW(hyper, scale);
      return { gradNorm };
    });
  }

  discard(): void {
    for (const parameters of this.#trained()) parameters.discard();
  }

  createAdapter(name: AdapterName, config: AdapterConfig, seed: number): void {
    this.#add(name, () => newAdapter(this.config, config, seed, this.#embedding));
  }

  loadAdapter(name: AdapterName, weights: AdapterWeights, { head }: { head?: boolean } = {}): void {
    this.#add(name, () => adapterFromWeights(this.config, weights, head));
  }

  exportAdapter(name: AdapterName): AdapterWeights {
    return adapterToWeights(this.#adapter(name));
  }

  dropAdapter(name: AdapterName): void {
    this.#adapter(name);
    this.#adapters.delete(name);
  }

  exportBase(): NamedTensor[] {
    if (!this.#base) throw new EngineError("The base is frozen in LoRA mode; export the adapter instead.");
    return this.#base.export();
  }

  snapshot(use: Use): OptimiserSnapshot {
    return this.#parameters(use).snapshot();
  }

  restore(use: Use, snapshot: OptimiserSnapshot): void {
    this.#parameters(use).restore(snapshot);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#last;
    await this.#runner.close();
  }

  /** Work that adds gradients. When it fails halfway, what it had added is gone together with what was there before. */
  #training<T>(
    batch: TokenBatch,
    use: Use,
    options: PassOptions,
    work: (training: Training) => Promise<T>,
  ): Promise<T> {
    return this.#inTurn(async () => {
      this.#check(batch, use);
      checkOptions(options);
      const parameters = this.#parameters(use);
      let collected = false;
      const collect: Collect = (results, { ids }, upstream) => {
        collected = true;
        for (const name of parameters.names()) {
          const gradient = results[gradientOf(name)];
          const isWanted = name !== HEAD || upstream.values;
          if (gradient && isWanted) parameters.addGradient(name, gradient);
        }
        const embedded = results[gradientOf(BATCH.embedded)];
        if (embedded && this.#base) parameters.addGradientRows(EMBEDDING, ids, embedded);
        else if (embedded)
          parameters.addGradientRows(
            PROMPT,
            ids.map((id) => -1 - id),
            embedded,
          );
      };
      try {
        return await work({ live: this.#live(use), options, collect });
      } catch (error) {
        if (collected) parameters.discard();
        throw error;
      }
    });
  }

  #check(batch: TokenBatch, { adapter }: Use): void {
    checkBatch(batch, this.config, adapter === null ? null : this.#adapter(adapter).shape);
  }

  /** Weights that change are fed on every run; frozen ones are the runner's constants. */
  #live({ adapter: name }: Use): Live {
    const adapter = name === null ? null : this.#adapter(name);
    const scaled = adapter && { ...adapter.shape, scale: adapter.alpha / adapter.shape.rank };
    const weights = { ...this.#base?.weights(), ...adapter?.parameters.weights() };
    return {
      variant: {
        config: this.config,
        base: this.#baseShapes,
        quantised: this.#quantised,
        trainable: this.#base !== null,
        adapter: scaled,
      },
      weights,
      prompt: adapter?.shape.kind === "prompt" ? weights[PROMPT] : undefined,
    };
  }

  #parameters({ adapter }: Use): ParameterSet {
    if (adapter !== null) return this.#adapter(adapter).parameters;
    if (this.#base) return this.#base;
    throw new EngineError("The bare base is frozen in LoRA mode; name an adapter to train.");
  }

  #trained(): ParameterSet[] {
    return [...(this.#base ? [this.#base] : []), ...[...this.#adapters.values()].map(({ parameters }) => parameters)];
  }

  #adapter(name: AdapterName): Adapter {
    const adapter = this.#adapters.get(name);
    if (adapter) return adapter;
    const known = [...this.#adapters.keys()].join(", ") || "none";
    throw new EngineError(
      `There is no adapter "${name}" in this engine (it holds: ${known}); create or load it first.`,
    );
  }

  #add(name: AdapterName, make: () => Adapter): void {
    if (this.#base)
      throw new EngineError("In full-parameter mode the base itself is trained; adapters need LoRA mode.");
    if (this.#adapters.has(name))
      throw new EngineError(`Adapter "${name}" exists already; drop it or take another name.`);
    this.#adapters.set(name, make());
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closed) return Promise.reject(new EngineError("This engine is closed; open another one."));
    const result = this.#last.then(work, work);
    this.#last = result.catch(() => {});
    return result;
  }
}

/** Base tensors that programs see. The embedding of an untied model is only looked up, on the host. */
function graphShapes(config: ModelConfig, weights: readonly NamedTensor[]): Map<string, readonly number[]> {
  const seen = weights.filter(({ name }) => name !== EMBEDDING || config.tiedEmbeddings);
  return new Map(seen.map(({ name, shape }) => [name, shape]));
}
