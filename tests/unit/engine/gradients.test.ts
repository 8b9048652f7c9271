/** Gradients of every trained tensor: against finite differences, and traced ONNX against TensorFlow.js itself. */

import { describe, expect, test } from "vitest";
import type { Engine, NamedTensor, Use } from "../../../trainer/engine/contract.ts";
import { seededRandom } from "../../../trainer/engine/random.ts";
import {
  BATCH,
  MODELS,
  objectiveOf,
  relativeDifference,
  takeGradients,
  tinyConfig,
  tinyEngine,
  tinyWeights,
  UPSTREAM,
  wildAdapter,
} from "./tiny.ts";

const BASE: Use = { adapter: null };
const POLICY: Use = { adapter: "policy" };

describe.each(MODELS)("$architecture, tied $tied", ({ architecture, tied }) => {
  const config = tinyConfig(architecture, tied);

  test("full-parameter gradients equal finite differences", async () => {
    const weights = tinyWeights(config);
    const engine = await tinyEngine(config, "onnx-cpu", { weights });
    await engine.accumulateKnown(BATCH, BASE, UPSTREAM);
    const gradients = await takeGradients(engine, BASE);
    // In full-parameter mode the engine trains the very arrays it was given, so moving them moves the model.
    for (const { name, data } of weights) await expectSlope(engine, BASE, named(gradients, name), data);
    await engine.close();
  });

  test("LoRA gradients equal finite differences", async () => {
    const engine = await tinyEngine(config, "onnx-cpu", { mode: "lora" });
    wildAdapter(engine, "policy");
    await engine.accumulateKnown(BATCH, POLICY, UPSTREAM);
    const gradients = await takeGradients(engine, POLICY);
    for (const gradient of gradients) {
      const at = async (values: Float32Array) => {
        const { tensors, ...rest } = engine.exportAdapter("policy");
        engine.loadAdapter("moved", {
          ...rest,
          tensors: tensors.map((tensor) => (tensor.name === gradient.name ? { ...tensor, data: values } : tensor)),
        });
        const value = await objectiveOf(engine, { adapter: "moved" });
        engine.dropAdapter("moved");
        return value;
      };
      await expectSlopeOf(at, gradient, named(engine.exportAdapter("policy").tensors, gradient.name).data);
    }
    await engine.close();
  });

  test.each(["full", "lora"] as const)("traced %s gradients equal those of tfjs-cpu", async (mode) => {
    const found: NamedTensor[][] = [];
    for (const backend of ["tfjs-cpu", "onnx-cpu"] as const) {
      const engine = await tinyEngine(config, backend, { mode });
      const use = mode === "full" ? BASE : POLICY;
      if (mode === "lora") wildAdapter(engine, "policy");
      await engine.accumulateKnown(BATCH, use, UPSTREAM);
      found.push(await takeGradients(engine, use));
      await engine.close();
    }
    expect(relativeDifference(found[0]!, found[1]!)).toBeLessThan(5e-6);
  });

  test.each(["full", "lora"] as const)("checkpointed %s gradients equal plain ones", async (mode) => {
    for (const backend of ["tfjs-cpu", "onnx-cpu"] as const) {
      const found: NamedTensor[][] = [];
      for (const checkpointing of ["never", "always"] as const) {
        const engine = await tinyEngine(config, backend, { mode, checkpointing });
        const use = mode === "full" ? BASE : POLICY;
        if (mode === "lora") wildAdapter(engine, "policy");
        await engine.accumulateKnown(BATCH, use, UPSTREAM);
        await engine.accumulate(BATCH, use, () => ({ upstream: UPSTREAM, metrics: {} }));
        found.push(await takeGradients(engine, use));
        await engine.close();
      }
      expect(relativeDifference(found[0]!, found[1]!)).toBeLessThan(2e-6);
    }
  });
});

const named = (tensors: readonly NamedTensor[], name: string) => tensors.find((tensor) => tensor.name === name)!;

function expectSlope(engine: Engine, use: Use, gradient: NamedTensor, live: Float32Array) {
  const start = live.slice();
  const at = async (values: Float32Array) => {
    live.set(values);
    const value = await objectiveOf(engine, use);
    live.set(start);
    return value;
  };
  return expectSlopeOf(at, gradient, start);
}

/** Compares the slope along the gradient and along a random direction with a five-point difference. */
async function expectSlopeOf(
  at: (values: Float32Array) => Promise<number>,
  { name, data }: NamedTensor,
  start: Float32Array,
) {
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
