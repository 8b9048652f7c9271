/** A training engine small enough to check by hand: a table of next-token scores with one LoRA update on it. */

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
  type TokenBatch,
  type Upstream,
  type Use,
} from "../../trainer/engine/contract.ts";
import { seededNormals, seededRandom } from "./tiny-model.ts";

interface Trainable {
  rank: number;
  alpha: number;
  /** `lora_a` [rank, V], `lora_b` [V, rank], and the head [1, V] where it has one */
  weights: NamedTensor[];
  gradients: Float64Array[];
  first: NamedTensor[];
  second: NamedTensor[];
  step: number;
}

const A = "blk.0.attn_q.weight.lora_a";
const B = "blk.0.attn_q.weight.lora_b";
const zeros = (like: NamedTensor): NamedTensor => ({ ...like, data: new Float32Array(like.data.length) });
const copy = (tensor: NamedTensor): NamedTensor => ({ ...tensor, data: tensor.data.slice() });

/**
 * p(next | previous) = softmax(base[previous] + (alpha / rank) · B · A[:, previous]); a head's value after a token is its
 * weight for that token. Gradients are exact, in f64;
 * weights and moments are f32 as in a real engine, so that checkpoints can be compared bit for bit.
 */
export class BigramEngine implements Engine {
  readonly description = "bigram table";
  readonly config: ModelConfig;
  /** Calls so far, for tests that count them. */
  readonly calls = { forward: 0, accumulate: 0, step: 0 };
  /** Called before every accumulate; a test may throw or await here. */
  beforeAccumulate: (call: number) => void | Promise<void> = () => {};
  readonly #base: Float32Array;
  readonly #adapters = new Map<AdapterName, Trainable>();

  constructor(
    readonly vocabulary = 12,
    contextLength = 64,
  ) {
    const width = vocabulary;
    this.config = {
      architecture: "qwen3",
      layers: 1,
      width,
      heads: 1,
      kvHeads: 1,
      headWidth: width,
      feedForward: width,
      vocabulary,
      contextLength,
      ropeTheta: 10_000,
      rmsEpsilon: 1e-6,
      tiedEmbeddings: true,
    };
    this.#base = seededNormals(seededRandom(3), vocabulary * vocabulary, 1);
  }

  async forward(batch: TokenBatch, use: Use): Promise<Forward> {
    this.calls.forward++;
    return this.#forward(batch, use);
  }

  async accumulate(batch: TokenBatch, use: Use, objective: Objective): Promise<Metrics> {
    await this.beforeAccumulate(++this.calls.accumulate);
    const { upstream, metrics } = objective(this.#forward(batch, use));
    this.#backward(batch, use, upstream);
    return metrics;
  }

  async accumulateKnown(batch: TokenBatch, use: Use, upstream: Upstream): Promise<Forward> {
    await this.beforeAccumulate(++this.calls.accumulate);
    const forward = this.#forward(batch, use);
    this.#backward(batch, use, upstream);
    return forward;
  }

  async step(hyper: AdamWHyper): Promise<{ gradNorm: number }> {
    this.calls.step++;
    let squares = 0;
    for (const { gradients } of this.#adapters.values()) for (const g of gradients) for (const x of g) squares += x * x;
    const gradNorm = Math.sqrt(squares);
    const scale = Math.min(1, hyper.clipNorm / gradNorm);
    for (const trainable of this.#adapters.values()) {
      if (trainable.gradients.every((g) => g.every((x) => x === 0))) continue;
      adamW(trainable, scale, hyper);
      for (const g of trainable.gradients) g.fill(0);
    }
    return { gradNorm };
  }

  discard(): void {
    for (const { gradients } of this.#adapters.values()) for (const g of gradients) g.fill(0);
  }

  createAdapter(name: AdapterName, { rank, alpha, head }: AdapterConfig, seed: number): void {
    const size = this.vocabulary;
    const random = seededRandom(seed);
    const a = Float32Array.from({ length: rank * size }, () => (2 * random() - 1) / Math.sqrt(size));
    const tensors = [
      { name: A, shape: [rank, size], data: a },
      { name: B, shape: [size, rank], data: new Float32Array(size * rank) },
    ];
    this.loadAdapter(name, { kind: "lora", rank, alpha, tensors }, { head });
  }

  loadAdapter(name: AdapterName, { rank, alpha, tensors }: AdapterWeights, options?: { head?: boolean }): void {
    const weights = [A, B].map((wanted) => copy(tensors.find((tensor) => tensor.name === wanted)!));
    const head = tensors.find((tensor) => tensor.name === HEAD);
    if (head) weights.push(copy(head));
    else if (options?.head)
      weights.push({ name: HEAD, shape: [1, this.vocabulary], data: new Float32Array(this.vocabulary) });
    this.#adapters.set(name, {
      rank,
      alpha,
      weights,
      gradients: weights.map((tensor) => new Float64Array(tensor.data.length)),
      first: weights.map(zeros),
      second: weights.map(zeros),
      step: 0,
    });
  }

  exportAdapter(name: AdapterName): AdapterWeights {
    const { rank, alpha, weights } = this.#adapter(name);
    return { kind: "lora", rank, alpha, tensors: weights.map(copy) };
  }

  dropAdapter(name: AdapterName): void {
    this.#adapters.delete(name);
  }

  exportBase(): NamedTensor[] {
    throw new EngineError("The bigram table trains adapters only.");
  }

  snapshot({ adapter }: Use): OptimiserSnapshot {
    const { step, weights, first, second } = this.#adapter(adapter!);
    return { step, weights: weights.map(copy), firstMoment: first.map(copy), secondMoment: second.map(copy) };
  }

  restore({ adapter }: Use, snapshot: OptimiserSnapshot): void {
    const trainable = this.#adapter(adapter!);
    // A checkpoint's file sorts tensors by name, so they are matched by name and not by place.
    const names = trainable.weights.map(({ name }) => name);
    const matching = (tensors: NamedTensor[]) => names.map((name) => copy(tensors.find((t) => t.name === name)!));
    trainable.step = snapshot.step;
    trainable.weights = matching(snapshot.weights);
    trainable.first = matching(snapshot.firstMoment);
    trainable.second = matching(snapshot.secondMoment);
  }

  async close(): Promise<void> {}

  #adapter(name: AdapterName): Trainable {
    const adapter = this.#adapters.get(name);
    if (!adapter) throw new EngineError(`No adapter "${name}" is loaded.`);
    return adapter;
  }

  /** Next-token probabilities after `previous`, [V]. */
  #probabilities(previous: number, use: Use): Float64Array {
    const size = this.vocabulary;
    const scores = Float64Array.from(this.#base.subarray(previous * size, (previous + 1) * size));
    if (use.adapter !== null) {
      const { rank, alpha, weights } = this.#adapter(use.adapter);
      for (let next = 0; next < size; next++)
        for (let r = 0; r < rank; r++)
          scores[next]! += (alpha / rank) * weights[1]!.data[next * rank + r]! * weights[0]!.data[r * size + previous]!;
    }
    const highest = Math.max(...scores);
    const exponentials = scores.map((score) => Math.exp(score - highest));
    const total = exponentials.reduce((a, b) => a + b);
    return exponentials.map((x) => x / total);
  }

  #forward(batch: TokenBatch, use: Use): Forward {
    const rows = batch.map(({ tokens, targets }) =>
      Array.from(targets, (t) => ({ p: this.#probabilities(tokens[t - 1]!, use), token: tokens[t]! })),
    );
    const each = (figure: (p: Float64Array, token: number) => number) =>
      rows.map((row) => Float64Array.from(row, ({ p, token }) => figure(p, token)));
    return {
      logProbs: each((p, token) => Math.log(p[token]!)),
      entropy: each((p) => -p.reduce((total, x) => total + x * Math.log(x), 0)),
      correct: each((p, token) => (p.indexOf(Math.max(...p)) === token ? 1 : 0)),
      values: batch.map(({ tokens, readouts }) =>
        Float64Array.from(readouts ?? [], (t) => this.#adapter(use.adapter!).weights[2]!.data[tokens[t]!]!),
      ),
    };
  }

  #backward(batch: TokenBatch, use: Use, upstream: Upstream): void {
    const { rank, alpha, weights, gradients } = this.#adapter(use.adapter!);
    const size = this.vocabulary;
    for (const [i, { tokens, targets, readouts }] of batch.entries()) {
      for (const [k, t] of (readouts ?? new Int32Array()).entries())
        gradients[2]![tokens[t]!]! += upstream.values?.[i]?.[k] ?? 0;
      for (const [k, t] of targets.entries()) {
        const previous = tokens[t - 1]!;
        const p = this.#probabilities(previous, use);
        for (let next = 0; next < size; next++) {
          const dScore = upstream.logProbs[i]![k]! * ((next === tokens[t] ? 1 : 0) - p[next]!);
          for (let r = 0; r < rank; r++) {
            const [atA, atB] = [r * size + previous, next * rank + r];
            gradients[0]![atA]! += (alpha / rank) * dScore * weights[1]!.data[atB]!;
            gradients[1]![atB]! += (alpha / rank) * dScore * weights[0]!.data[atA]!;
          }
        }
      }
    }
  }
}

function adamW(trainable: Trainable, scale: number, hyper: AdamWHyper): void {
  const { beta1, beta2, epsilon, learningRate, weightDecay } = hyper;
  const t = ++trainable.step;
  for (const [k, { data }] of trainable.weights.entries()) {
    const [m, v] = [trainable.first[k]!.data, trainable.second[k]!.data];
    for (let i = 0; i < data.length; i++) {
      const g = trainable.gradients[k]![i]! * scale;
      m[i] = beta1 * m[i]! + (1 - beta1) * g;
      v[i] = beta2 * v[i]! + (1 - beta2) * g * g;
      const update = m[i]! / (1 - beta1 ** t) / (Math.sqrt(v[i]! / (1 - beta2 ** t)) + epsilon);
      data[i] = data[i]! * (1 - learningRate * weightDecay) - learningRate * update;
    }
  }
}
