/** The scalar head: what it reads, its gradients, and its way through export, snapshot and optimiser. */

import { afterEach, describe, expect, test } from "vitest";
import type { Engine, NamedTensor, TokenBatch, Upstream, Use } from "../../../trainer/engine/contract.ts";
import { HEAD } from "../../../trainer/engine/contract.ts";
import { expectAdapterSlopes } from "./slopes.ts";
import {
  ARCHITECTURES,
  BATCH,
  HEADED,
  HEADED_UPSTREAM,
  relativeDifference,
  takeGradients,
  tinyConfig,
  tinyEngine,
  tinyWeights,
  UPSTREAM,
  wildAdapter,
} from "./tiny.ts";

const POLICY: Use = { adapter: "policy" };
const open: Engine[] = [];
afterEach(async () => {
  for (const engine of open.splice(0)) await engine.close();
});
async function headedEngine(...[config, backend, options]: Parameters<typeof tinyEngine>): Promise<Engine> {
  const engine = await tinyEngine(config, backend, { mode: "lora", ...options });
  wildAdapter(engine, "policy", { head: true });
  open.push(engine);
  return engine;
}

/** The rows of HEADED asked for the head alone, so that no output head is built. */
const ONLY_VALUES: TokenBatch = HEADED.map((row) => ({ ...row, targets: new Int32Array(0) }));
const ONLY_VALUES_UPSTREAM: Upstream = {
  logProbs: HEADED.map(() => new Float64Array(0)),
  values: HEADED_UPSTREAM.values,
};

describe.each(ARCHITECTURES)("%s", (architecture) => {
  const config = tinyConfig(architecture, architecture !== "qwen2");

  test.each([
    ["beside log-probabilities", HEADED, HEADED_UPSTREAM],
    ["alone", ONLY_VALUES, ONLY_VALUES_UPSTREAM],
  ])("gradients of the head %s equal finite differences", async (_, batch, upstream) => {
    const engine = await headedEngine(config, "onnx-cpu");
    await engine.accumulateKnown(batch, POLICY, upstream);
    const gradients = await takeGradients(engine, POLICY);
    expect(gradients.at(-1)!.name).toBe(HEAD);
    await expectAdapterSlopes(engine, "policy", gradients, batch, upstream);
  });

  test("traced, checkpointed and split gradients equal those of tfjs-cpu", async () => {
    const reference = await headedEngine(config, "tfjs-cpu");
    const expected = await gradientsOf(reference);
    for (const options of [{}, { checkpointing: "always" as const }, { tokensTogether: 16 }]) {
      const engine = await headedEngine(config, "onnx-cpu", options);
      expect(relativeDifference(expected, await gradientsOf(engine))).toBeLessThan(5e-6);
      await engine.accumulate(HEADED, POLICY, () => ({ upstream: HEADED_UPSTREAM, metrics: {} }));
      expect(relativeDifference(expected, await takeGradients(engine, POLICY))).toBeLessThan(5e-6);
    }
  });
});

const config = tinyConfig("llama");

test("values are the head times the normalised hidden state, whose tied logits the model gives as well", async () => {
  const engine = await headedEngine(config, "onnx-cpu");
  const { tensors, ...rest } = engine.exportAdapter("policy");
  // A head that is the embedding of token v reads the logit of v; differences of logits are those of log-probabilities.
  const logits: number[] = [];
  const embedding = tinyWeights(config)[0]!.data;
  const embeddingOf = (token: number) => embedding.slice(token * config.width, (token + 1) * config.width);
  for (const token of [5, 11]) {
    const moved = tensors.map((tensor) => (tensor.name === HEAD ? { ...tensor, data: embeddingOf(token) } : tensor));
    engine.loadAdapter("reader", { ...rest, tensors: moved });
    const row = { tokens: Int32Array.of(3, 1, 4), targets: new Int32Array(0), readouts: Int32Array.of(2) };
    const { values } = await engine.forward([row], { adapter: "reader" });
    logits.push(values[0]![0]!);
    engine.dropAdapter("reader");
  }
  const next = (id: number) => ({ tokens: Int32Array.of(3, 1, 4, id), targets: Int32Array.of(3) });
  const { logProbs } = await engine.forward([next(5), next(11)], POLICY);
  expect(logits[0]! - logits[1]!).toBeCloseTo(logProbs[0]![0]! - logProbs[1]![0]!, 4);
});

test("a value depends on nothing after its readout, and packed examples read as separate rows do", async () => {
  const engine = await headedEngine(config, "onnx-cpu");
  const whole = await engine.forward([{ ...BATCH[1]!, readouts: Int32Array.of(4, 9) }], POLICY);
  for (const [i, end] of [4, 9].entries()) {
    const tokens = BATCH[1]!.tokens.slice(0, end + 1);
    const cut = await engine.forward([{ tokens, targets: new Int32Array(0), readouts: Int32Array.of(end) }], POLICY);
    expect(cut.values[0]![0]!).toBeCloseTo(whole.values[0]![i]!, 5);
  }
  const packed = await engine.forward([HEADED[0]!], POLICY);
  const second = { tokens: HEADED[0]!.tokens.slice(3, 6), targets: Int32Array.of(1), readouts: Int32Array.of(0, 2) };
  const separate = await engine.forward([second], POLICY);
  expect(packed.values[0]![2]!).toBeCloseTo(separate.values[0]![0]!, 5);
  expect(packed.values[0]![3]!).toBeCloseTo(separate.values[0]![1]!, 5);
});

test("a new head is 0, changes no log-probability, and takes no draw from the seed", async () => {
  const engine = await headedEngine(config, "onnx-cpu");
  engine.createAdapter("plain", { rank: 2, alpha: 4 }, 7);
  engine.createAdapter("headed", { rank: 2, alpha: 4, head: true }, 7);
  const { tensors } = engine.exportAdapter("headed");
  expect(tensors.slice(0, -1)).toEqual(engine.exportAdapter("plain").tensors);
  const headed = await engine.forward(HEADED, { adapter: "headed" });
  const silent = HEADED.map(({ readouts: _, ...row }) => row);
  expect(headed.logProbs).toEqual((await engine.forward(silent, { adapter: "plain" })).logProbs);
  expect(headed.values).toEqual(HEADED.map(({ readouts }) => new Float64Array(readouts?.length ?? 0)));
});

test("a head can be added to weights that bring none, and travels with those that do", async () => {
  const engine = await headedEngine(config, "onnx-cpu");
  engine.createAdapter("plain", { rank: 2, alpha: 4 }, 7);
  engine.loadAdapter("added", engine.exportAdapter("plain"), { head: true });
  expect(engine.exportAdapter("added").tensors.at(-1)).toEqual({
    name: HEAD,
    shape: [1, config.width],
    data: new Float32Array(config.width),
  });
  const trained = engine.exportAdapter("policy");
  engine.loadAdapter("copy", trained, { head: true });
  expect(engine.exportAdapter("copy")).toEqual(trained);
  expect(await engine.forward(HEADED, { adapter: "copy" })).toEqual(await engine.forward(HEADED, POLICY));
});

test("without derivatives of its values the head gets no gradient, and a step leaves it alone", async () => {
  const engine = await headedEngine(config, "onnx-cpu");
  const before = engine.exportAdapter("policy").tensors.at(-1)!;
  await engine.accumulateKnown(HEADED, POLICY, { logProbs: HEADED_UPSTREAM.logProbs });
  await engine.step({ learningRate: 0.1, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.5, clipNorm: 1 });
  expect(engine.exportAdapter("policy").tensors.at(-1)!).toEqual(before);
});

test("rows without readouts train a headed adapter bit for bit as one without a head", async () => {
  const engine = await headedEngine(config, "onnx-cpu");
  const { tensors, ...rest } = engine.exportAdapter("policy");
  engine.loadAdapter("plain", { ...rest, tensors: tensors.slice(0, -1) });
  await engine.accumulateKnown(BATCH, POLICY, UPSTREAM);
  const headed = (await takeGradients(engine, POLICY)).slice(0, -1);
  await engine.accumulateKnown(BATCH, { adapter: "plain" }, UPSTREAM);
  expect(await takeGradients(engine, { adapter: "plain" })).toEqual(headed);
});

test("a snapshot goes on bit for bit, head included", async () => {
  const engine = await headedEngine(config, "onnx-cpu");
  const train = async () => {
    await engine.accumulateKnown(HEADED, POLICY, HEADED_UPSTREAM);
    await engine.step({ learningRate: 0.01, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0, clipNorm: 1 });
  };
  await train();
  const snapshot = structuredClone(engine.snapshot(POLICY));
  await train();
  const expected = engine.snapshot(POLICY);
  engine.restore(POLICY, snapshot);
  await train();
  expect(engine.snapshot(POLICY)).toEqual(expected);
});

async function gradientsOf(engine: Engine): Promise<NamedTensor[]> {
  await engine.accumulateKnown(HEADED, POLICY, HEADED_UPSTREAM);
  return takeGradients(engine, POLICY);
}
