/** Gradients of an engine against finite differences of the number they are the gradient of. */

import { expect } from "vitest";
import type { Engine, NamedTensor } from "../../../trainer/engine/contract.ts";
import { seededRandom } from "../../../trainer/engine/random.ts";
import { BATCH, objectiveOf, UPSTREAM } from "./tiny.ts";

/** Compares the slope along the gradient and along a random direction with a five-point difference. */
export async function expectSlopeOf(
  at: (values: Float32Array) => Promise<number>,
  { name, data }: NamedTensor,
  start: Float32Array,
): Promise<void> {
  const random = seededRandom(name.length);
  for (const direction of [data, data.map(() => random.normal())]) {
    const length = Math.hypot(...direction);
    const unit = direction.map((x) => x / length);
    const expected = unit.reduce((sum, x, i) => sum + x * data[i]!, 0);
    const h = 0.01;
    const value = (steps: number) => at(start.map((x, i) => x + steps * h * unit[i]!));
    const outer = (await value(2)) - (await value(-2));
    const inner = (await value(1)) - (await value(-1));
    const slope = (8 * inner - outer) / (12 * h);
    // Single precision leaves about 1e-4 of a slope of size 1.
    expect(Math.abs(slope - expected), `${name}: slope ${slope}, gradient ${expected}`).toBeLessThan(
      1e-3 + 2e-3 * Math.hypot(...data),
    );
  }
}

/** Every gradient of an adapter, tensor by tensor, for Σ upstream·result over the batch. */
export async function expectAdapterSlopes(
  engine: Engine,
  name: string,
  gradients: readonly NamedTensor[],
  batch = BATCH,
  upstream = UPSTREAM,
): Promise<void> {
  const { tensors, ...rest } = engine.exportAdapter(name);
  for (const gradient of gradients) {
    const at = async (values: Float32Array) => {
      const moved = tensors.map((tensor) => (tensor.name === gradient.name ? { ...tensor, data: values } : tensor));
      engine.loadAdapter("moved", { ...rest, tensors: moved });
      const value = await objectiveOf(engine, { adapter: "moved" }, batch, upstream);
      engine.dropAdapter("moved");
      return value;
    };
    await expectSlopeOf(at, gradient, tensors.find((tensor) => tensor.name === gradient.name)!.data);
  }
}
