// A world so small that every reply can be listed: a softmax table as policy, exact distributions, distances and optima.
import { Random } from "../../trainer/data/random.ts";

export interface Reply {
  tokens: number[];
  /** The state (prefix) in which each token was chosen. */
  states: number[];
}

/** Every reply there is: letters until the end token, or until the longest length cuts it off. */
export interface World {
  /** Tokens to choose from in every state; the last one ends the reply. */
  width: number;
  states: number;
  replies: Reply[];
  /** The longest reply, tokens. */
  longest: number;
}

export function enumerateReplies(letters: number, longest: number): World {
  const replies: Reply[] = [];
  let states = 0;
  const extend = (tokens: number[], path: number[]) => {
    const state = states++;
    for (let token = 0; token <= letters; token++) {
      const reply = { tokens: [...tokens, token], states: [...path, state] };
      if (token === letters || reply.tokens.length === longest) replies.push(reply);
      else extend(reply.tokens, reply.states);
    }
  };
  extend([], []);
  return { width: letters + 1, states, replies, longest };
}

/** p(token | prefix) = softmax of one row of a table. */
export class TabularPolicy {
  readonly logits: Float64Array;
  /** ln p, [states · width]; refreshed by `update`. */
  #logProbs: Float64Array;

  constructor(
    readonly world: World,
    logits?: Float64Array,
  ) {
    this.logits = logits?.slice() ?? new Float64Array(world.states * world.width);
    this.#logProbs = this.#table();
  }

  /** To be called after the logits changed. */
  update(): void {
    this.#logProbs = this.#table();
  }

  #table(): Float64Array {
    const { width } = this.world;
    const table = new Float64Array(this.logits.length);
    for (let first = 0; first < table.length; first += width) {
      const row = this.logits.subarray(first, first + width);
      const highest = Math.max(...row);
      const total = highest + Math.log(row.reduce((sum, logit) => sum + Math.exp(logit - highest), 0));
      for (let k = 0; k < width; k++) table[first + k] = row[k]! - total;
    }
    return table;
  }

  logProb(state: number, token: number): number {
    return this.#logProbs[state * this.world.width + token]!;
  }

  tokenLogProbs({ tokens, states }: Reply): Float64Array {
    return Float64Array.from(tokens, (token, t) => this.logProb(states[t]!, token));
  }

  /** ln p of every reply, [replies]. */
  replyLogProbs(): Float64Array {
    return Float64Array.from(this.world.replies, (reply) => this.tokenLogProbs(reply).reduce((a, b) => a + b, 0));
  }

  /** p of every reply, [replies]. */
  distribution(): Float64Array {
    return this.replyLogProbs().map(Math.exp);
  }

  /** Adds dLoss/dlogits of one reply to `into`, given dLoss/dlogProb of its tokens. */
  backward({ tokens, states }: Reply, upstream: ArrayLike<number>, into: Float64Array): void {
    const { width } = this.world;
    for (let t = 0; t < tokens.length; t++) {
      const [state, slope] = [states[t]!, upstream[t]!];
      if (slope === 0) continue;
      for (let k = 0; k < width; k++) into[state * width + k]! -= slope * Math.exp(this.logProb(state, k));
      into[state * width + tokens[t]!]! += slope;
    }
  }
}

/** Draws replies from a fixed distribution over all of them. */
export class Sampler {
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  uniform(): number {
    return this.#random.uint32() / 2 ** 32;
  }

  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  }

  normals(count: number, deviation = 1): Float64Array {
    return Float64Array.from({ length: count }, () => deviation * this.normal());
  }

  /** Indices into the distribution, [count]. */
  draw(distribution: Float64Array, count: number): number[] {
    let total = 0;
    const cumulative = distribution.map((p) => (total += p));
    return Array.from({ length: count }, () => {
      const at = this.uniform() * total;
      const index = cumulative.findIndex((sum) => at < sum);
      return index < 0 ? distribution.length - 1 : index;
    });
  }

  shuffled<T>(items: readonly T[]): T[] {
    return this.#random.shuffled(items);
  }
}

/** Adam on a flat array of numbers (Kingma and Ba 2015), no weight decay. */
export class Adam {
  readonly #first: Float64Array;
  readonly #second: Float64Array;
  #steps = 0;

  constructor(
    readonly parameters: Float64Array,
    readonly beta2 = 0.999,
  ) {
    this.#first = new Float64Array(parameters.length);
    this.#second = new Float64Array(parameters.length);
  }

  step(gradient: Float64Array, learningRate: number): void {
    this.#steps++;
    const beta1 = 0.9;
    for (const [k, g] of gradient.entries()) {
      this.#first[k] = beta1 * this.#first[k]! + (1 - beta1) * g;
      this.#second[k] = this.beta2 * this.#second[k]! + (1 - this.beta2) * g * g;
      const mean = this.#first[k]! / (1 - beta1 ** this.#steps);
      const square = this.#second[k]! / (1 - this.beta2 ** this.#steps);
      this.parameters[k]! -= (learningRate * mean) / (Math.sqrt(square) + 1e-12);
    }
  }
}

/** A cosine from the peak to 0. */
export const cosine = (peak: number, step: number, steps: number): number =>
  (peak * (1 + Math.cos((Math.PI * step) / steps))) / 2;

export function expectation(distribution: ArrayLike<number>, values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < distribution.length; i++) total += distribution[i]! * values[i]!;
  return total;
}

/** ½·Σ|p − q|: the most that the two can differ in the probability of any event. */
export function totalVariation(p: Float64Array, q: Float64Array): number {
  return p.reduce((sum, x, i) => sum + Math.abs(x - q[i]!), 0) / 2;
}

/** KL(p ‖ q), nats. */
export function divergence(p: Float64Array, q: Float64Array): number {
  return p.reduce((sum, x, i) => sum + (x === 0 ? 0 : x * Math.log(x / q[i]!)), 0);
}

/** reference · exp(value) / Z: what maximises E[value] − KL(π ‖ reference). */
export function tilted(reference: Float64Array, values: Float64Array): Float64Array {
  const highest = Math.max(...values);
  const raw = reference.map((p, i) => p * Math.exp(values[i]! - highest));
  const total = raw.reduce((a, b) => a + b, 0);
  return raw.map((p) => p / total);
}
