/** Takes a batch through the programs, micro-batch by micro-batch: forward, and backward to gradients. */

import { layOut, layOutUpstream, type MicroBatch, planMicroBatches } from "../batch.ts";
import { checkForward, checkUpstream } from "../checks.ts";
import type { Forward, Metrics, Objective, TokenBatch, Upstream } from "../contract.ts";
import { activationBytes, type MemoryPlan } from "../memory.ts";
import { STATISTICS } from "./head.ts";
import type { Feeds, Results, Runner, Started } from "./program.ts";
import { BATCH, forwardProgram, gradientProgram, type Variant } from "./programs.ts";
import type { RotaryTables } from "./rope.ts";

/** The model as a pass needs it: what is trained, and the weights that are fed because they change. */
export interface Live {
  variant: Variant;
  weights: Feeds;
}

/** Takes the gradients of one micro-batch; `ids` [B·T] are the tokens whose embeddings were looked up. */
export type Collect = (results: Results, ids: Int32Array) => void;

export class Passes {
  constructor(
    private readonly runner: Runner,
    /** Token embedding [V, D], live in full-parameter mode. */
    private readonly embedding: Float32Array,
    private readonly rotary: RotaryTables,
    private readonly memory: MemoryPlan,
  ) {}

  async forward(batch: TokenBatch, live: Live): Promise<Forward> {
    const forward = emptyForward(batch);
    for (const micro of this.#plan(batch)) {
      const { feeds } = this.#layOut(batch, micro);
      const { statistics } = await this.runner.run(forwardProgram(live.variant, micro.bucket), {
        ...feeds,
        ...live.weights,
      });
      readStatistics(forward, batch, micro, statistics!);
    }
    checkForward(forward);
    return forward;
  }

  /** Gradients where dLoss/dlogProb is known beforehand: one program for both directions. */
  async backward(batch: TokenBatch, live: Live, upstream: Upstream, collect: Collect): Promise<Forward> {
    const forward = emptyForward(batch);
    for (const micro of this.#plan(batch)) {
      const { feeds, ids } = this.#layOut(batch, micro);
      const all = { ...feeds, ...live.weights, [BATCH.upstream]: layOutUpstream(micro, upstream) };
      const results = await this.runner.run(gradientProgram(live.variant, micro.bucket), all);
      readStatistics(forward, batch, micro, results.statistics!);
      collect(results, ids);
    }
    checkForward(forward);
    return forward;
  }

  /** Gradients of an objective that must see the whole forward pass first. */
  async backwardOf(batch: TokenBatch, live: Live, objective: Objective, collect: Collect): Promise<Metrics> {
    const plan = this.#plan(batch);
    const bytes = plan.reduce((sum, { bucket }) => sum + activationBytes(live.variant.config, bucket), 0);
    if (this.runner.start && bytes <= this.memory.activationBytes) {
      return this.#backwardFromKept(batch, plan, live, objective, collect);
    }
    const { upstream, metrics } = ask(objective, await this.forward(batch, live), batch);
    await this.backward(batch, live, upstream, collect);
    return metrics;
  }

  /** Keeps every micro-batch's activations until the objective has spoken: a third less work than computing them twice. */
  async #backwardFromKept(
    batch: TokenBatch,
    plan: readonly MicroBatch[],
    live: Live,
    objective: Objective,
    collect: Collect,
  ): Promise<Metrics> {
    const forward = emptyForward(batch);
    const waiting: { micro: MicroBatch; ids: Int32Array; started: Started }[] = [];
    try {
      for (const micro of plan) {
        const { feeds, ids } = this.#layOut(batch, micro);
        const program = gradientProgram(live.variant, micro.bucket);
        const started = await this.runner.start!(program, { ...feeds, ...live.weights });
        waiting.push({ micro, ids, started });
        readStatistics(forward, batch, micro, started.results.statistics!);
      }
      checkForward(forward);
      const { upstream, metrics } = ask(objective, forward, batch);
      for (const { micro, ids, started } of waiting) {
        collect(await started.finish({ [BATCH.upstream]: layOutUpstream(micro, upstream) }), ids);
      }
      return metrics;
    } finally {
      // Finished ones have nothing left to abandon.
      for (const { started } of waiting) await started.abandon();
    }
  }

  #plan(batch: TokenBatch): MicroBatch[] {
    return planMicroBatches(batch, this.rotary.config, this.memory);
  }

  #layOut(batch: TokenBatch, micro: MicroBatch) {
    return layOut(batch, micro, this.embedding, this.rotary);
  }
}

function ask(objective: Objective, forward: Forward, batch: TokenBatch) {
  const answer = objective(forward);
  checkUpstream(answer.upstream, batch);
  return answer;
}

function emptyForward(batch: TokenBatch): Forward {
  const zeros = () => batch.map(({ targets }) => new Float64Array(targets.length));
  const values = batch.map(({ readouts }) => new Float64Array(readouts?.length ?? 0));
  return { logProbs: zeros(), entropy: zeros(), correct: zeros(), values };
}

/** Sorts statistics [M, 3] of a micro-batch into their rows of the whole batch. */
function readStatistics(forward: Forward, batch: TokenBatch, { rows }: MicroBatch, statistics: Float32Array): void {
  let at = 0;
  for (const index of rows.flat()) {
    for (let i = 0; i < batch[index]!.targets.length; i++) {
      forward.logProbs[index]![i] = statistics[at]!;
      forward.entropy[index]![i] = statistics[at + 1]!;
      forward.correct[index]![i] = statistics[at + 2]!;
      at += STATISTICS;
    }
  }
}
