/** Adapters of every kind: made from a seed, loaded from weights, exported. */

import { type AdapterShape, adapterTensors, shapeOfWeights } from "./adapter-shape.ts";
import { checkAdapter } from "./checks.ts";
import {
  type AdapterConfig,
  type AdapterWeights,
  EngineError,
  HEAD,
  LINEAR_LAYERS,
  type ModelConfig,
  type NamedTensor,
} from "./contract.ts";
import { ParameterSet } from "./parameters.ts";
import { seededRandom } from "./random.ts";
import { checkTensor } from "./weights.ts";

export interface Adapter {
  shape: AdapterShape;
  alpha: number;
  parameters: ParameterSet;
}

/**
 * A new adapter drawn from `seed`; a head takes no draws, so that it changes nothing else. LoRA and bottleneck begin
 * without effect; prompt and prefix change what the model says from the start, since attention sees them.
 * @param embedding [V, D], from which a prompt's virtual tokens begin
 */
export function newAdapter(config: ModelConfig, wanted: AdapterConfig, seed: number, embedding: Float32Array): Adapter {
  const { kind = "lora", rank, alpha, head = false } = wanted;
  const asked = wanted.targets ?? (kind === "lora" ? LINEAR_LAYERS : []);
  checkAdapter({ kind, rank, alpha, targets: asked }, config);
  const shape = { kind, rank, targets: LINEAR_LAYERS.filter((layer) => asked.includes(layer)), head };
  const random = seededRandom(seed);
  const tensors = adapterTensors(config, shape).map(({ name, shape, start }): NamedTensor => {
    const [rows, columns] = shape;
    const data = new Float32Array(rows * columns);
    if (start === "fan-in")
      return { name, shape, data: data.map(() => (2 * random.uniform() - 1) / Math.sqrt(columns)) };
    if (start === "small") return { name, shape, data: data.map(() => 0.02 * random.normal()) };
    for (let row = 0; start === "tokens" && row < rows; row++) {
      const id = Math.floor(random.uniform() * config.vocabulary);
      data.set(embedding.subarray(id * columns, (id + 1) * columns), row * columns);
    }
    return { name, shape, data };
  });
  return { shape, alpha, parameters: new ParameterSet(tensors) };
}

/**
 * The adapter that `weights` describe; with `head` one at 0 is added where they bring none.
 * @throws EngineError when a tensor is missing, unknown, of another shape, or not finite.
 */
export function adapterFromWeights(config: ModelConfig, weights: AdapterWeights, head = false): Adapter {
  const brought = shapeOfWeights(weights);
  checkAdapter({ ...brought, alpha: weights.alpha }, config);
  const shape = { ...brought, head: brought.head || head };
  const expected = adapterTensors(config, shape);
  const known = new Set(expected.map(({ name }) => name));
  const stranger = weights.tensors.find(({ name }) => !known.has(name));
  if (stranger) {
    throw new EngineError(
      `Tensor ${stranger.name} has no place in a ${shape.kind} adapter of this base model; load the adapter on its own base.`,
    );
  }
  const given = new Map(weights.tensors.map((tensor) => [tensor.name, tensor]));
  const own = expected.map(({ name, shape }): NamedTensor => {
    const tensor = given.get(name);
    if (name === HEAD && !tensor) return { name, shape, data: new Float32Array(config.width) };
    if (!tensor) throw new EngineError(`The adapter lacks tensor ${name}; it was made for another model.`);
    checkTensor(tensor, shape);
    return { name, shape, data: tensor.data.slice() };
  });
  return { shape, alpha: weights.alpha, parameters: new ParameterSet(own) };
}

export function adapterToWeights({ shape: { kind, rank }, alpha, parameters }: Adapter): AdapterWeights {
  return { kind, rank, alpha, tensors: parameters.export() };
}
