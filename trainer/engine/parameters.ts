/** Trained tensors with their gradients and AdamW moments: plain arithmetic on the host, the same on every backend. */

import { type AdamWHyper, EngineError, type NamedTensor, type OptimiserSnapshot } from "./contract.ts";
import { checkTensor } from "./weights.ts";

interface Parameter {
  shape: readonly number[];
  weight: Float32Array;
  firstMoment: Float32Array;
  secondMoment: Float32Array;
  /** Sum since the last step; null when nothing was accumulated. */
  gradient: Float32Array | null;
}

export class ParameterSet {
  readonly #parameters: Map<string, Parameter>;
  #step = 0;

  /** Takes the tensors' data over: `step` changes it in place. */
  constructor(tensors: Iterable<NamedTensor>) {
    this.#parameters = new Map(
      [...tensors].map(({ name, shape, data }) => {
        const zeros = () => new Float32Array(data.length);
        return [name, { shape, weight: data, firstMoment: zeros(), secondMoment: zeros(), gradient: null }];
      }),
    );
  }

  /** The live arrays by name, as programs are fed. */
  weights(): Record<string, Float32Array> {
    return Object.fromEntries([...this.#parameters].map(([name, { weight }]) => [name, weight]));
  }

  names(): string[] {
    return [...this.#parameters.keys()];
  }

  /** Adds to the gradient. The array is taken over when it is the first. */
  addGradient(name: string, gradient: Float32Array): void {
    const parameter = this.#parameters.get(name)!;
    if (!parameter.gradient) {
      parameter.gradient = gradient;
      return;
    }
    const sum = parameter.gradient;
    for (let i = 0; i < sum.length; i++) sum[i]! += gradient[i]!;
  }

  /** Adds rows [ids.length, D] to the rows `ids` of the gradient [V, D], in their order; none for ids below 0. */
  addGradientRows(name: string, ids: Int32Array, rows: Float32Array): void {
    const parameter = this.#parameters.get(name)!;
    parameter.gradient ??= new Float32Array(parameter.weight.length);
    const sum = parameter.gradient;
    const width = parameter.shape[1]!;
    for (let row = 0; row < ids.length; row++) {
      if (ids[row]! < 0) continue;
      const to = ids[row]! * width;
      const from = row * width;
      for (let i = 0; i < width; i++) sum[to + i]! += rows[from + i]!;
    }
  }

  hasGradient(): boolean {
    return [...this.#parameters.values()].some(({ gradient }) => gradient !== null);
  }

  discard(): void {
    for (const parameter of this.#parameters.values()) parameter.gradient = null;
  }

  /** Σ gradient², in double precision. */
  squaredGradient(): number {
    let total = 0;
    for (const { gradient } of this.#parameters.values()) {
      if (gradient) for (let i = 0; i < gradient.length; i++) total += gradient[i]! * gradient[i]!;
    }
    return total;
  }

  /** One AdamW step (Loshchilov & Hutter 2019, algorithm 2) on the gradient times `scale`; clears the gradient. */
  adamW({ learningRate, beta1, beta2, epsilon, weightDecay }: AdamWHyper, scale: number): void {
    this.#step++;
    const firstCorrection = 1 / (1 - beta1 ** this.#step);
    const secondCorrection = 1 / (1 - beta2 ** this.#step);
    for (const parameter of this.#parameters.values()) {
      const { shape, weight, firstMoment, secondMoment, gradient } = parameter;
      if (!gradient) continue;
      const keep = shape.length > 1 ? 1 - learningRate * weightDecay : 1; // norms and biases do not decay
      const rate = learningRate * firstCorrection;
      for (let i = 0; i < weight.length; i++) {
        const g = gradient[i]! * scale;
        const first = beta1 * firstMoment[i]! + (1 - beta1) * g;
        const second = beta2 * secondMoment[i]! + (1 - beta2) * g * g;
        firstMoment[i] = first;
        secondMoment[i] = second;
        weight[i] = weight[i]! * keep - (rate * first) / (Math.sqrt(second * secondCorrection) + epsilon);
      }
      parameter.gradient = null;
    }
  }

  /** Copies of the weights. */
  export(): NamedTensor[] {
    return this.#copy((parameter) => parameter.weight);
  }

  snapshot(): OptimiserSnapshot {
    return {
      step: this.#step,
      weights: this.#copy((parameter) => parameter.weight),
      firstMoment: this.#copy((parameter) => parameter.firstMoment),
      secondMoment: this.#copy((parameter) => parameter.secondMoment),
    };
  }

  /** Goes back to a snapshot and drops gradients. Changes nothing when the snapshot does not fit. */
  restore({ step, weights, firstMoment, secondMoment }: OptimiserSnapshot): void {
    if (!Number.isInteger(step) || step < 0) throw new EngineError(`Snapshot: step ${step} is not a count of steps.`);
    const parts = { weight: weights, firstMoment, secondMoment };
    for (const tensors of Object.values(parts)) this.#checkFits(tensors);
    for (const [part, tensors] of Object.entries(parts) as [keyof typeof parts, NamedTensor[]][]) {
      for (const { name, data } of tensors) this.#parameters.get(name)![part].set(data);
    }
    this.#step = step;
    this.discard();
  }

  #copy(part: (parameter: Parameter) => Float32Array): NamedTensor[] {
    return [...this.#parameters].map(([name, parameter]) => ({
      name,
      shape: parameter.shape,
      data: part(parameter).slice(),
    }));
  }

  #checkFits(tensors: readonly NamedTensor[]): void {
    const names = new Set(tensors.map(({ name }) => name));
    const missing = this.names().find((name) => !names.has(name));
    if (missing) throw new EngineError(`Snapshot lacks tensor ${missing}; it was made from another model or adapter.`);
    for (const tensor of tensors) {
      const parameter = this.#parameters.get(tensor.name);
      if (!parameter) throw new EngineError(`Snapshot has tensor ${tensor.name}, which is not trained here.`);
      checkTensor(tensor, parameter.shape);
    }
  }
}
