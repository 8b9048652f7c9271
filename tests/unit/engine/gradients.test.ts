/** Gradients of every trained tensor: against finite differences, and traced ONNX against TensorFlow.js itself. */

import { describe, expect, test } from "vitest";
import type { Engine, NamedTensor, Use } from "../../../trainer/engine/contract.ts";
import { expectAdapterSlopes, expectSlopeOf } from "./slopes.ts";
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
    await expectAdapterSlopes(engine, "policy", await takeGradients(engine, POLICY));
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
