/** The reference that preference methods measure against: opened, asked once for everything, and checked at the first step. */

import type { Tuning } from "../../server/domain/run-config.ts";
import { microBatches } from "../data/batch.ts";
import { DataOrder } from "../data/order.ts";
import type { Use } from "../engine/contract.ts";
import { TrainerError } from "../errors.ts";
import { type MethodRun, REFERENCE } from "./run.ts";

/**
 * Works with the model the run starts from: the bare base in round one, a frozen copy of the starting adapter later.
 */
export async function withReference<T>(
  { engine, start }: Pick<MethodRun, "engine" | "start">,
  work: (use: Use) => Promise<T>,
): Promise<T> {
  if (!start) return work({ adapter: null });
  engine.loadAdapter(REFERENCE, start);
  try {
    return await work({ adapter: REFERENCE });
  } finally {
    engine.dropAdapter(REFERENCE);
  }
}

/**
 * All examples in the very micro-batches the first epoch will use: equal shapes give equal rounding, so that policy and
 * reference are equal to the last digits at the first step.
 */
export function firstEpoch(
  examples: number,
  seed: number,
  { batchSize, microBatchSize }: { batchSize: number; microBatchSize: number },
): number[][] {
  const order = new DataOrder(examples, seed);
  const parts: number[][] = [];
  while (order.seen < examples) parts.push(...microBatches(order.next(batchSize), microBatchSize));
  return parts;
}

/**
 * Whether a run's policy begins as its reference. A fresh prompt or prefix stands before every example and changes what
 * follows from the first step on, so measured against the bare base it does not.
 */
export function beginsAtReference({ start }: Pick<MethodRun, "start">, { tuning }: { tuning: Tuning }): boolean {
  return start !== null || tuning === "lora" || tuning === "bottleneck";
}

/** Nats per token. */
const STEP_0_TOLERANCE = 1e-6;

/** Watches how far the first step's replies are from the reference. */
export class StartCheck {
  #farthest = 0;

  /** @param ratios π − ref of some replies, nats, [n]; @param tokens of each */
  add(ratios: ArrayLike<number>, tokens: ArrayLike<number>): void {
    for (let i = 0; i < ratios.length; i++)
      this.#farthest = Math.max(this.#farthest, Math.abs(ratios[i]!) / tokens[i]!);
  }

  /**
   * A wrong reference trains without complaint and towards the wrong model; only the first step gives it away, where policy
   * and reference are the same model and every log-ratio is 0.
   * @param known the loss that follows, as a reader knows it: `ln 2 = 0.6931472`
   * @throws TrainerError REFERENCE_MISMATCH
   */
  assert(known: string): void {
    if (!(this.#farthest > STEP_0_TOLERANCE)) return;
    throw new TrainerError(
      "REFERENCE_MISMATCH",
      `Expected the first loss to be ${known}, found a reply whose log-probability is ${this.#farthest.toPrecision(3)} nats ` +
        "per token from the reference's: the reference is not the model this run starts from. Delete the run's cached " +
        "reference, or check the starting adapter.",
    );
  }
}
