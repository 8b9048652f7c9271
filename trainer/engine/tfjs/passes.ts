/** Takes a batch through the programs, micro-batch by micro-batch: forward, and backward to gradients. */

import { type MicroBatch, planMicroBatches } from "../batch.ts";
import { checkForward, checkUpstream } from "../checks.ts";
import type { Forward, Metrics, Objective, PassOptions, TokenBatch, Upstream } from "../contract.ts";
import { emptyForward, type Layout, layOut, layOutUpstream, readResults } from "../layout.ts";
import { activationBytes, type MemoryPlan } from "../memory.ts";
import type { Feeds, Results, Runner, Started } from "./program.ts";
import { forwardProgram, gradientProgram, type Variant } from "./programs.ts";
import type { RotaryTables } from "./rope.ts";

/** The model as a pass needs it: what is trained, and the weights that are fed because they change. */
export interface Live {
  variant: Variant;
  weights: Feeds;
  /** Embeddings [P, D] of the virtual tokens before every example. */
  prompt?: Float32Array;
}

/** Takes the gradients of one micro-batch; `upstream` is the whole batch's. */
export type Collect = (results: Results, layout: Layout, upstream: Upstream) => void;

/** What a pass that trains needs beside the batch. */
export interface Training {
  live: Live;
  options: PassOptions;
  collect: Collect;
}

export class Passes {
  constructor(
    private readonly runner: Runner,
    /** Token embedding [V, D], live in full-parameter mode. */
    private readonly embedding: Float32Array,
    private readonly rotary: RotaryTables,
    private readonly memory: MemoryPlan,
  ) {}

  async forward(batch: TokenBatch, live: Live, options: PassOptions = {}): Promise<Forward> {
    const forward = emptyForward(batch);
    for (const micro of this.#plan(batch, live)) {
      const layout = this.#layOut(batch, micro, live, options);
      const feeds = { ...layout.feeds, ...live.weights };
      readResults(forward, micro, layout, await this.runner.run(forwardProgram(live.variant, micro.bucket), feeds));
    }
    checkForward(forward);
    return forward;
  }

  /** Gradients where dLoss/dlogProb is known beforehand: one program for both directions. */
  async backward(batch: TokenBatch, upstream: Upstream, { live, options, collect }: Training): Promise<Forward> {
    const forward = emptyForward(batch);
    for (const micro of this.#plan(batch, live)) {
      const layout = this.#layOut(batch, micro, live, options);
      const feeds = { ...layout.feeds, ...live.weights, ...layOutUpstream(micro, layout, upstream) };
      const results = await this.runner.run(gradientProgram(live.variant, micro.bucket), feeds);
      readResults(forward, micro, layout, results);
      collect(results, layout, upstream);
    }
    checkForward(forward);
    return forward;
  }

  /** Gradients of an objective that must see the whole forward pass first. */
  async backwardOf(batch: TokenBatch, objective: Objective, training: Training): Promise<Metrics> {
    const { live, options } = training;
    const plan = this.#plan(batch, live);
    const bytes = plan.reduce((sum, { bucket }) => sum + activationBytes(live.variant.config, bucket), 0);
    if (this.runner.start && bytes <= this.memory.activationBytes) {
      return this.#backwardFromKept(batch, plan, objective, training);
    }
    const { upstream, metrics } = ask(objective, await this.forward(batch, live, options), batch);
    await this.backward(batch, upstream, training);
    return metrics;
  }

  /** Keeps every micro-batch's activations until the objective has spoken: a third less work than computing them twice. */
  async #backwardFromKept(
    batch: TokenBatch,
    plan: readonly MicroBatch[],
    objective: Objective,
    { live, options, collect }: Training,
  ): Promise<Metrics> {
    const forward = emptyForward(batch);
    const waiting: { micro: MicroBatch; layout: Layout; started: Started }[] = [];
    try {
      for (const micro of plan) {
        const layout = this.#layOut(batch, micro, live, options);
        const program = gradientProgram(live.variant, micro.bucket);
        const started = await this.runner.start!(program, { ...layout.feeds, ...live.weights });
        waiting.push({ micro, layout, started });
        readResults(forward, micro, layout, started.results);
      }
      checkForward(forward);
      const { upstream, metrics } = ask(objective, forward, batch);
      for (const { micro, layout, started } of waiting) {
        collect(await started.finish(layOutUpstream(micro, layout, upstream)), layout, upstream);
      }
      return metrics;
    } finally {
      // Finished ones have nothing left to abandon.
      for (const { started } of waiting) await started.abandon();
    }
  }

  #plan(batch: TokenBatch, { prompt }: Live): MicroBatch[] {
    const { config } = this.rotary;
    return planMicroBatches(batch, config, this.memory, prompt ? prompt.length / config.width : 0);
  }

  #layOut(batch: TokenBatch, micro: MicroBatch, { variant, prompt }: Live, { noise }: PassOptions): Layout {
    const prefix = variant.adapter?.kind === "prefix" ? variant.adapter.rank : 0;
    return layOut(batch, micro, { table: this.embedding, rotary: this.rotary, prompt, prefix, noise });
  }
}

function ask(objective: Objective, forward: Forward, batch: TokenBatch) {
  const answer = objective(forward);
  checkUpstream(answer.upstream, batch);
  return answer;
}
