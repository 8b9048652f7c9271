/** Tiny random models and batches on which every property of the engine can be seen in milliseconds. */

import { AssertionError } from "node:assert";

import type {
  AdapterConfig,
  Architecture,
  Engine,
  ModelConfig,
  NamedTensor,
  TokenBatch,
  Upstream,
  Use,
} from "../../../trainer/engine/contract.ts";
import { type Backend, type CreateEngineOptions, createEngine } from "../../../trainer/engine/create.ts";
import { seededRandom } from "../../../trainer/engine/random.ts";
import { initialiseWeights } from "../../../trainer/engine/weights.ts";

export const ARCHITECTURES: readonly Architecture[] = ["llama", "qwen2", "qwen3"];

/** Every architecture with tied and untied embeddings. */
export const MODELS = ARCHITECTURES.flatMap((architecture) => [true, false].map((tied) => ({ architecture, tied })));

export function tinyConfig(architecture: Architecture, tied = true): ModelConfig {
  return {
    architecture,
    layers: 2,
    width: 16,
    heads: 4,
    kvHeads: 2,
    headWidth: 8,
    feedForward: 24,
    vocabulary: 37,
    contextLength: 64,
    ropeTheta: 10_000,
    rmsEpsilon: 1e-6,
    tiedEmbeddings: tied,
  };
}

/** Weights whose gains, biases and embeddings are all far from their initial values, so that a slip in any shows. */
export function tinyWeights(config: ModelConfig, seed = 3): NamedTensor[] {
  const random = seededRandom(seed + 1);
  return initialiseWeights(config, seed).map((tensor) => {
    const isVector = tensor.shape.length === 1;
    const scale = tensor.name.startsWith("token_embd") ? 12 : 1;
    return { ...tensor, data: tensor.data.map((x) => x * scale + (isVector ? 0.2 * random.normal() : 0)) };
  });
}

/** Three rows of different lengths, one of them packed from three examples. */
export const BATCH: TokenBatch = [
  {
    tokens: Int32Array.of(1, 5, 7, 9, 11, 36, 2, 7, 0),
    targets: Int32Array.of(2, 4, 7, 8),
    examples: Int32Array.of(0, 0, 0, 1, 1, 1, 2, 2, 2),
  },
  { tokens: Int32Array.from({ length: 20 }, (_, t) => (t * 11) % 37), targets: Int32Array.of(1, 2, 3, 19) },
  { tokens: Int32Array.of(4, 30, 12), targets: Int32Array.of(1, 2) },
];

/** Some dLoss/dlogProb of both signs. */
export const UPSTREAM: Upstream = {
  logProbs: [Float64Array.of(0.5, -1, 2, 0.1), Float64Array.of(1, -0.3, 0.2, 0.7), Float64Array.of(-0.6, 0.4)],
};

export function tinyEngine(
  config: ModelConfig,
  backend: Backend,
  options: Partial<CreateEngineOptions> = {},
): Promise<Engine> {
  return createEngine({ config, weights: tinyWeights(config), mode: "full", backend, ...options });
}

/** Rows that ask for log-probabilities and for the head (one of them packed), for one of the two, and for neither. */
export const HEADED: TokenBatch = [
  { ...BATCH[0]!, readouts: Int32Array.of(0, 1, 3, 5, 8) },
  { ...BATCH[1]!, targets: new Int32Array(0), readouts: Int32Array.of(19) },
  BATCH[2]!,
  { ...BATCH[2]!, targets: new Int32Array(0) },
];

export const HEADED_UPSTREAM: Upstream = {
  logProbs: [UPSTREAM.logProbs[0]!, new Float64Array(0), UPSTREAM.logProbs[2]!, new Float64Array(0)],
  values: [Float64Array.of(0.3, -0.8, 1.1, 0.2, -1), Float64Array.of(0.9), new Float64Array(0), new Float64Array(0)],
};

/** Σ upstream·result: the number whose gradient the engine adds up. */
export async function objectiveOf(engine: Engine, use: Use, batch = BATCH, upstream = UPSTREAM): Promise<number> {
  const { logProbs, values } = await engine.forward(batch, use);
  return along(logProbs, upstream.logProbs) + (upstream.values ? along(values, upstream.values) : 0);
}

const along = (rows: readonly Float64Array[], slopes: readonly Float64Array[]) =>
  rows.reduce((sum, row, i) => row.reduce((s, value, j) => s + value * slopes[i]![j]!, sum), 0);

/** The summed gradients that the engine holds. AdamW with β₁ = 0 leaves them, unclipped, in the first moment. */
export async function takeGradients(engine: Engine, use: Use): Promise<NamedTensor[]> {
  await engine.step({
    learningRate: 0,
    beta1: 0,
    beta2: 0,
    epsilon: 1,
    weightDecay: 0,
    clipNorm: Number.POSITIVE_INFINITY,
  });
  return engine.snapshot(use).firstMoment;
}

/** Largest difference of two lists of tensors over the largest value of the first. */
export function relativeDifference(expected: readonly NamedTensor[], found: readonly NamedTensor[]): number {
  let difference = 0;
  let largest = 0;
  for (const [i, { name, data }] of expected.entries()) {
    if (found[i]?.name !== name)
      throw new AssertionError({ message: `tensor ${i}: ${found[i]?.name} instead of ${name}` });
    data.forEach((value, j) => {
      difference = Math.max(difference, Math.abs(value - found[i]!.data[j]!));
      largest = Math.max(largest, Math.abs(value));
    });
  }
  return difference / largest;
}

/** An adapter in which nothing is 0, so that gradients reach everything. */
export function wildAdapter(engine: Engine, name: string, config: Partial<AdapterConfig> = {}): void {
  engine.createAdapter("blank", { rank: 3, alpha: 6, ...config }, 5);
  const { tensors, ...rest } = engine.exportAdapter("blank");
  engine.dropAdapter("blank");
  const random = seededRandom(11);
  const wild = tensors.map((tensor) => ({ ...tensor, data: tensor.data.map((x) => x + 0.1 * random.normal()) }));
  engine.loadAdapter(name, { ...rest, tensors: wild });
}
