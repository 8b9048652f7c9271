/** What the engine promises beyond right gradients: exactness, order, determinism, and going on where it stood. */

import { afterEach, describe, expect, test } from "vitest";
import type { AdamWHyper, Engine, Forward, TokenBatch, TokenSequence, Use } from "../../../trainer/engine/contract.ts";
import { tf } from "../../../trainer/engine/tfjs/tf.ts";
import {
  ARCHITECTURES,
  BATCH,
  relativeDifference,
  takeGradients,
  tinyConfig,
  tinyEngine,
  UPSTREAM,
  wildAdapter,
} from "./tiny.ts";

const BASE: Use = { adapter: null };
const POLICY: Use = { adapter: "policy" };
const HYPER: AdamWHyper = { learningRate: 0.01, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.1, clipNorm: 1 };

const open: Engine[] = [];
afterEach(async () => {
  for (const engine of open.splice(0)) await engine.close();
});
async function engineOf(...args: Parameters<typeof tinyEngine>): Promise<Engine> {
  const engine = await tinyEngine(...args);
  open.push(engine);
  return engine;
}

describe.each(ARCHITECTURES)("%s", (architecture) => {
  const config = tinyConfig(architecture);

  test.each(["onnx-cpu", "tfjs-cpu"] as const)(
    "a fresh adapter changes no bit of the forward on %s",
    async (backend) => {
      const engine = await engineOf(config, backend, { mode: "lora" });
      engine.createAdapter("policy", { rank: 4, alpha: 8 }, 1);
      expect(await engine.forward(BATCH, POLICY)).toEqual(await engine.forward(BATCH, BASE));
    },
  );

  test("packed examples are as separate rows", async () => {
    const engine = await engineOf(config, "onnx-cpu", { mode: "lora" });
    wildAdapter(engine, "policy");
    const separate = await engine.forward(unpack(BATCH[0]!), POLICY);
    const packed = await engine.forward([BATCH[0]!], POLICY);
    expectClose(
      [...packed.logProbs[0]!],
      separate.logProbs.flatMap((row) => [...row]),
      2e-6,
    );
    expectClose(
      [...packed.entropy[0]!],
      separate.entropy.flatMap((row) => [...row]),
      2e-6,
    );
  });

  test("small micro-batches give the same numbers in the same order", async () => {
    // Three rows of 32 tokens together, or one after another.
    const batch = [...BATCH, ...BATCH, ...BATCH];
    const upstream = { logProbs: batch.map((_, row) => UPSTREAM.logProbs[row % BATCH.length]!) };
    const whole = await engineOf(config, "onnx-cpu");
    const split = await engineOf(config, "onnx-cpu", { tokensTogether: 32 });
    const [expected, found] = [await whole.forward(batch, BASE), await split.forward(batch, BASE)];
    for (const row of batch.keys()) expectClose([...found.logProbs[row]!], [...expected.logProbs[row]!], 2e-6);
    await whole.accumulateKnown(batch, BASE, upstream);
    await split.accumulateKnown(batch, BASE, upstream);
    expect(relativeDifference(await takeGradients(whole, BASE), await takeGradients(split, BASE))).toBeLessThan(2e-6);
  });

  test("probabilities are those of a distribution", async () => {
    const engine = await engineOf(config, "onnx-cpu");
    const prefix = [3, 1, 4];
    const rows = Array.from({ length: config.vocabulary }, (_, id) => row([...prefix, id], [3]));
    const { logProbs, entropy, correct } = await engine.forward(rows, BASE);
    const all = logProbs.map(([value]) => value!);
    expect(all.reduce((sum, value) => sum + Math.exp(value), 0)).toBeCloseTo(1, 5);
    expect(entropy[0]![0]!).toBeCloseTo(-all.reduce((sum, value) => sum + value * Math.exp(value), 0), 4);
    expect(correct.map(([value]) => value)).toEqual(all.map((value) => (value === Math.max(...all) ? 1 : 0)));
  });

  test("a snapshot taken up by another engine goes on bit for bit", async () => {
    const first = await engineOf(config, "onnx-cpu", { mode: "lora" });
    first.createAdapter("policy", { rank: 4, alpha: 8 }, 1);
    await train(first, POLICY, 3);
    const snapshot = structuredClone(first.snapshot(POLICY));
    await train(first, POLICY, 2);

    const second = await engineOf(config, "onnx-cpu", { mode: "lora" });
    second.createAdapter("policy", { rank: 4, alpha: 8 }, 99);
    second.restore(POLICY, snapshot);
    await train(second, POLICY, 2);
    expect(second.snapshot(POLICY)).toEqual(first.snapshot(POLICY));
  });
});

const config = tinyConfig("qwen3");

test("equal seeds and batches give equal bits", async () => {
  const weights = [];
  for (let run = 0; run < 2; run++) {
    const engine = await engineOf(config, "onnx-cpu");
    await train(engine, BASE, 4);
    weights.push(engine.exportBase());
  }
  expect(weights[1]).toEqual(weights[0]);
});

test("training on known upstream lowers the loss", async () => {
  const engine = await engineOf(config, "onnx-cpu");
  const likely = { logProbs: BATCH.map(({ targets }) => new Float64Array(targets.length).fill(-0.1)) };
  const losses = [];
  for (let step = 0; step < 20; step++) {
    losses.push(total(await engine.accumulateKnown(BATCH, BASE, likely)));
    await engine.step(HYPER);
  }
  expect(losses.at(-1)!).toBeGreaterThan(losses[0]! + 5);
});

test("accumulate asks the objective once, on the whole batch, and equals accumulateKnown", async () => {
  const engine = await engineOf(config, "onnx-cpu", { mode: "lora", tokensTogether: 16 });
  wildAdapter(engine, "policy");
  const known = await engine.accumulateKnown(BATCH, POLICY, UPSTREAM);
  const expected = await takeGradients(engine, POLICY);

  const seen: Forward[] = [];
  const metrics = await engine.accumulate(BATCH, POLICY, (forward) => {
    seen.push(forward);
    return { upstream: UPSTREAM, metrics: { loss: 7 } };
  });
  expect(metrics).toEqual({ loss: 7 });
  expect(seen).toHaveLength(1);
  for (const row of BATCH.keys()) expectClose([...seen[0]!.logProbs[row]!], [...known.logProbs[row]!], 2e-6);
  expect(relativeDifference(expected, await takeGradients(engine, POLICY))).toBeLessThan(2e-6);
});

test("gradients add up until the step, and discard forgets them", async () => {
  const engine = await engineOf(config, "onnx-cpu");
  await engine.accumulateKnown(BATCH, BASE, UPSTREAM);
  const once = await takeGradients(engine, BASE);
  await engine.accumulateKnown(BATCH, BASE, UPSTREAM);
  await engine.accumulateKnown(BATCH, BASE, UPSTREAM);
  const twice = await takeGradients(engine, BASE);
  const half = twice.map((tensor) => ({ ...tensor, data: tensor.data.map((x) => x / 2) }));
  expect(relativeDifference(once, half)).toBeLessThan(1e-6);

  await engine.accumulateKnown(BATCH, BASE, UPSTREAM);
  engine.discard();
  await expect(engine.step(HYPER)).rejects.toThrow("no gradient");
});

test("training one adapter leaves the base and the others alone", async () => {
  const engine = await engineOf(config, "onnx-cpu", { mode: "lora" });
  wildAdapter(engine, "policy");
  wildAdapter(engine, "reference");
  const before = { base: await engine.forward(BATCH, BASE), reference: engine.exportAdapter("reference") };
  await train(engine, POLICY, 2);
  expect(await engine.forward(BATCH, BASE)).toEqual(before.base);
  expect(engine.exportAdapter("reference")).toEqual(before.reference);
  expect(engine.exportAdapter("policy")).not.toEqual(before.reference);
});

test("the gradient norm is that of all gradients, and clipping bounds the step", async () => {
  const engine = await engineOf(config, "onnx-cpu");
  await engine.accumulateKnown(BATCH, BASE, UPSTREAM);
  const gradients = await takeGradients(engine, BASE);
  const norm = Math.hypot(...gradients.map(({ data }) => Math.hypot(...data)));
  await engine.accumulateKnown(BATCH, BASE, UPSTREAM);
  const { gradNorm } = await engine.step({ ...HYPER, learningRate: 0, beta1: 0, clipNorm: norm / 4 });
  expect(gradNorm).toBeCloseTo(norm, 3);
  const clipped = engine.snapshot(BASE).firstMoment;
  expect(Math.hypot(...clipped.map(({ data }) => Math.hypot(...data)))).toBeCloseTo(norm / 4, 3);
});

test("a row without targets is allowed beside others", async () => {
  const engine = await engineOf(config, "onnx-cpu");
  const { logProbs } = await engine.forward([row([1, 2, 3], []), row([1, 2, 3], [2])], BASE);
  expect(logProbs.map((values) => values.length)).toEqual([0, 1]);
});

test.each(["tfjs-cpu", "onnx-cpu"] as const)("no tensor stays behind on %s", async (backend) => {
  const engine = await engineOf(config, backend, { mode: "lora" });
  wildAdapter(engine, "policy");
  await train(engine, POLICY, 1);
  const before = tf.memory().numTensors;
  await train(engine, POLICY, 2);
  await engine.forward([row([1, 2, 3, 4], [3])], POLICY); // a shape not seen before
  expect(tf.memory().numTensors).toBe(before);
});

async function train(engine: Engine, use: Use, steps: number): Promise<void> {
  for (let step = 0; step < steps; step++) {
    await engine.accumulateKnown(BATCH, use, UPSTREAM);
    await engine.step(HYPER);
  }
}

const row = (tokens: number[], targets: number[]): TokenSequence => ({
  tokens: Int32Array.from(tokens),
  targets: Int32Array.from(targets),
});

/** The examples of a packed row as rows of their own. */
function unpack({ tokens, targets, examples }: TokenSequence): TokenBatch {
  const numbers = [...new Set(examples)];
  return numbers.map((number) => {
    const start = examples!.indexOf(number);
    const end = examples!.lastIndexOf(number) + 1;
    const inside = targets.filter((target) => target >= start && target < end);
    return row([...tokens.slice(start, end)], [...inside.map((target) => target - start)]);
  });
}

const total = ({ logProbs }: Forward) => logProbs.reduce((sum, values) => values.reduce((s, x) => s + x, sum), 0);

function expectClose(found: readonly number[], expected: readonly number[], tolerance: number): void {
  expect(found).toHaveLength(expected.length);
  for (const [i, value] of expected.entries())
    expect(Math.abs(found[i]! - value)).toBeLessThan(tolerance * (1 + Math.abs(value)));
}
