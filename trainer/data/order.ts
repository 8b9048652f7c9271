/** The order in which a run sees its examples: shuffled anew for every epoch, and resumable in the middle of one. */

import { Random, type RandomState } from "./random.ts";

/** All that is needed to go on with the very same batches. */
export interface OrderState {
  /** Passes already finished. */
  epoch: number;
  /** Examples of this epoch already handed out. */
  position: number;
  /** This epoch's permutation of 0 … examples−1. */
  permutation: number[];
  random: RandomState;
}

export class DataOrder {
  #epoch: number;
  #position: number;
  #permutation: number[];
  readonly #random: Random;
  readonly #examples: number;

  /** A fresh order from a seed, or the one that `state` described. */
  constructor(examples: number, from: number | OrderState) {
    this.#examples = examples;
    if (typeof from === "number") {
      this.#random = new Random(from);
      this.#epoch = 0;
      this.#position = 0;
      this.#permutation = this.#shuffle();
    } else {
      this.#random = new Random(from.random);
      this.#epoch = from.epoch;
      this.#position = from.position;
      this.#permutation = [...from.permutation];
    }
  }

  get state(): OrderState {
    return {
      epoch: this.#epoch,
      position: this.#position,
      permutation: [...this.#permutation],
      random: this.#random.state,
    };
  }

  /** Passes over the data so far, with the share of the one under way: 2.5 after two and a half. */
  get epochsDone(): number {
    return this.#epoch + this.#position / this.#examples;
  }

  /** Examples handed out so far, over all epochs. */
  get seen(): number {
    return this.#epoch * this.#examples + this.#position;
  }

  /** The next at most `size` example numbers. A batch never spans two epochs, so every example comes once per epoch. */
  next(size: number): number[] {
    if (this.#position >= this.#examples) {
      this.#epoch++;
      this.#position = 0;
      this.#permutation = this.#shuffle();
    }
    const batch = this.#permutation.slice(this.#position, this.#position + size);
    this.#position += batch.length;
    return batch;
  }

  #shuffle(): number[] {
    return this.#random.shuffled(Array.from({ length: this.#examples }, (_, i) => i));
  }
}
