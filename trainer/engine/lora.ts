/** LoRA adapters (Hu et al. 2021): their two matrices per linear layer, made, loaded and exported. */

import { checkLora } from "./checks.ts";
import {
  type AdapterConfig,
  type AdapterWeights,
  EngineError,
  LINEAR_LAYERS,
  type LinearLayer,
  type ModelConfig,
  type NamedTensor,
} from "./contract.ts";
import { ParameterSet } from "./parameters.ts";
import { seededRandom } from "./random.ts";
import { loraNames } from "./tfjs/programs.ts";
import { checkTensor, linearShape } from "./weights.ts";

export interface Adapter {
  rank: number;
  alpha: number;
  targets: readonly LinearLayer[];
  /** A [rank, in] and B [out, rank] of every adapted layer. */
  parameters: ParameterSet;
}

/** A ~ U(−1/√in, 1/√in) from `seed`, B = 0: at first the adapter changes nothing. */
export function newAdapter(config: ModelConfig, lora: AdapterConfig, seed: number): Adapter {
  checkLora(lora, config);
  const { rank, alpha } = lora;
  const targets = LINEAR_LAYERS.filter((layer) => (lora.targets ?? LINEAR_LAYERS).includes(layer));
  const random = seededRandom(seed);
  const tensors = adapterShapes(config, rank, targets).map(({ name, shape, isA }): NamedTensor => {
    const data = new Float32Array(shape[0] * shape[1]);
    const bound = 1 / Math.sqrt(shape[1]);
    return { name, shape, data: isA ? data.map(() => bound * (2 * random.uniform() - 1)) : data };
  });
  return { rank, alpha, targets, parameters: new ParameterSet(tensors) };
}

/**
 * The adapter that `weights` describe.
 * @throws EngineError when a tensor is missing, unknown, of another shape, or not finite.
 */
export function adapterFromWeights(config: ModelConfig, { rank, alpha, tensors }: AdapterWeights): Adapter {
  const given = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const targets = LINEAR_LAYERS.filter((layer) => given.has(loraNames(0, layer).a));
  checkLora({ rank, alpha, targets }, config);
  const shapes = adapterShapes(config, rank, targets);
  const known = new Set(shapes.map(({ name }) => name));
  const stranger = tensors.find(({ name }) => !known.has(name));
  if (stranger) throw new EngineError(`Adapter tensor ${stranger.name} fits no linear layer of this base model.`);
  const own = shapes.map(({ name, shape }): NamedTensor => {
    const tensor = given.get(name);
    if (!tensor) throw new EngineError(`The adapter lacks tensor ${name}; it was made for another model.`);
    checkTensor(tensor, shape);
    return { name, shape, data: tensor.data.slice() };
  });
  return { rank, alpha, targets, parameters: new ParameterSet(own) };
}

export function adapterToWeights({ rank, alpha, parameters }: Adapter): AdapterWeights {
  return { kind: "lora", rank, alpha, tensors: parameters.export() };
}

function adapterShapes(config: ModelConfig, rank: number, targets: readonly LinearLayer[]) {
  return Array.from({ length: config.layers }, (_, block) =>
    targets.flatMap((layer) => {
      const [out, into] = linearShape(config, layer);
      const { a, b } = loraNames(block, layer);
      return [
        { name: a, shape: [rank, into] as const, isA: true },
        { name: b, shape: [out, rank] as const, isA: false },
      ];
    }),
  ).flat();
}
