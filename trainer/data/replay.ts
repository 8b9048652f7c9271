/** Which general examples join a step against forgetting: a fixed share, the same for the same seed wherever a run resumes. */

import { DataOrder } from "./order.ts";

/** Set apart from the order of the run's own examples, which uses the seed as it is. */
const SEED_OFFSET = 0x5eed;

/**
 * Draws replay examples so that they make up `share` of all examples seen. How many are due follows from the count of own
 * examples alone, so a step of eight at a share of a tenth sometimes gets one and seldom two, and nothing needs to be stored.
 */
export class Replay {
  readonly #order: DataOrder;
  readonly #perExample: number;
  #drawn = 0;

  /** @param share of every step's examples, at least 0 and below 1; without examples none are drawn */
  constructor(examples: number, share: number, seed: number) {
    this.#perExample = examples === 0 ? 0 : share / (1 - share);
    this.#order = new DataOrder(examples, seed + SEED_OFFSET);
  }

  /**
   * The numbers that join a step before which `before` and after which `after` of the run's own examples have been handed
   * out. A resumed run draws and drops what it had used already.
   */
  between(before: number, after: number): number[] {
    this.#drawTo(before);
    return this.#drawTo(after);
  }

  #drawTo(seen: number): number[] {
    const batch: number[] = [];
    for (const due = Math.round(seen * this.#perExample); this.#drawn < due; this.#drawn++)
      batch.push(...this.#order.next(1));
    return batch;
  }
}
