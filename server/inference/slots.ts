/** The places of one context in which replies are generated, and what each still remembers of earlier prompts. */

import type { LlamaContext, LlamaContextSequence, Token } from "node-llama-cpp";
import { AppError } from "../errors.ts";
import type { Prompt } from "./prompt.ts";

/** How many requests may wait in all contexts together, and how many do. */
export interface Waiting {
  limit: number;
  count: number;
}

/** One sequence of a context: it holds the state of the tokens evaluated in it. */
export class Slot {
  /** Tokens whose state was computed piece by piece as `Prompt` lays down, and where each piece ended. */
  #tokens: number[] = [];
  #ends: number[] = [];
  usedAt = 0;

  constructor(readonly sequence: LlamaContextSequence) {}

  /** Length of the prompt's beginning whose state is here already, whole pieces only. */
  reusable(prompt: Prompt): number {
    let reusable = 0;
    for (const [index, end] of prompt.ends.entries()) {
      if (this.#ends[index] !== end) break;
      for (let at = reusable; at < end; at++) if (this.#tokens[at] !== prompt.tokens[at]) return reusable;
      reusable = end;
    }
    return reusable;
  }

  /**
   * Brings the state to the end of the prompt's last whole piece; what is left is the prompt's last token.
   * A piece that is evaluated always begins and ends at the same places, whether its neighbours were remembered or
   * not: kernels round differently for other batch sizes, and the same request must bring the same reply back.
   * @returns number of tokens that did not have to be evaluated.
   */
  async prefill(prompt: Prompt, signal: AbortSignal): Promise<number> {
    const reused = this.reusable(prompt);
    this.#ends.length = prompt.ends.indexOf(reused) + 1;
    this.#tokens.length = reused;
    const { nextTokenIndex } = this.sequence;
    if (nextTokenIndex > reused) await this.sequence.eraseContextTokenRanges([{ start: reused, end: nextTokenIndex }]);
    for (const end of prompt.ends.slice(this.#ends.length)) {
      signal.throwIfAborted();
      const piece = prompt.tokens.subarray(this.#tokens.length, end);
      await this.sequence.evaluateWithoutGeneratingNewTokens(Array.from(piece) as Token[]);
      for (const token of piece) this.#tokens.push(token);
      this.#ends.push(end);
    }
    return reused;
  }

  /** Forgets everything: after a failure nothing is known about the state. */
  async reset(): Promise<void> {
    this.#tokens = [];
    this.#ends = [];
    await this.sequence.clearHistory();
  }
}

interface Waiter {
  prompt: Prompt;
  take(slot: Slot): void;
}

/** All slots of a context. Requests that find none free wait in the order they came. */
export class SlotPool {
  readonly #free: Slot[] = [];
  readonly #waiters: Waiter[] = [];
  #made = 0;

  constructor(
    private readonly context: LlamaContext,
    private readonly waiting: Waiting,
  ) {}

  /**
   * A slot to itself, preferably one that remembers much of the prompt. Give it back with `release`.
   * @throws AppError QUEUE_FULL when none is free and too many wait; the signal's reason when it is aborted.
   */
  acquire(prompt: Prompt, signal: AbortSignal): Promise<Slot> {
    signal.throwIfAborted();
    const slot = this.#take(prompt);
    if (slot) return Promise.resolve(slot);
    if (this.waiting.count >= this.waiting.limit) {
      throw new AppError(
        "QUEUE_FULL",
        `${this.context.totalSequences} replies are being written and ${this.waiting.count} requests wait; try again soon.`,
        { retryAfterSeconds: 5 },
      );
    }
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        this.waiting.count--;
        reject(signal.reason);
      };
      const waiter: Waiter = {
        prompt,
        take: (slot) => {
          signal.removeEventListener("abort", leave);
          this.waiting.count--;
          resolve(slot);
        },
      };
      this.waiting.count++;
      this.#waiters.push(waiter);
      signal.addEventListener("abort", leave, { once: true });
    });
  }

  release(slot: Slot): void {
    slot.usedAt = performance.now();
    this.#free.push(slot);
    const next = this.#waiters.shift();
    if (next) next.take(this.#take(next.prompt)!);
  }

  /** The free slot that remembers most of the prompt; else one never used; else the one idle for longest. */
  #take(prompt: Prompt): Slot | undefined {
    const [best] = this.#free
      .map((slot) => ({ slot, reusable: slot.reusable(prompt) }))
      .sort((a, b) => b.reusable - a.reusable || a.slot.usedAt - b.slot.usedAt);
    if ((!best || best.reusable === 0) && this.#made < this.context.totalSequences) {
      this.#made++;
      return new Slot(this.context.getSequence());
    }
    if (best) this.#free.splice(this.#free.indexOf(best.slot), 1);
    return best?.slot;
  }
}
