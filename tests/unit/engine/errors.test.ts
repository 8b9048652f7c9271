/** Every bad input ends in an EngineError whose sentence names what is wrong, and leaves the engine usable. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type AdamWHyper,
  type Engine,
  EngineError,
  HEAD,
  type TokenBatch,
  type Use,
} from "../../../trainer/engine/contract.ts";
import { createEngine } from "../../../trainer/engine/create.ts";
import { BATCH, tinyConfig, tinyEngine, tinyWeights, UPSTREAM } from "./tiny.ts";

const BASE: Use = { adapter: null };
const POLICY: Use = { adapter: "policy" };
const HYPER: AdamWHyper = { learningRate: 0.01, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0, clipNorm: 1 };
const config = tinyConfig("qwen3");
let engine: Engine;
let full: Engine;

beforeAll(async () => {
  engine = await tinyEngine(config, "onnx-cpu", { mode: "lora" });
  engine.createAdapter("policy", { rank: 2, alpha: 4 }, 1);
  full = await tinyEngine(config, "onnx-cpu");
});
afterAll(async () => {
  await engine.close();
  await full.close();
});

const row = (tokens: number[], targets: number[], examples?: number[]): TokenBatch => [
  {
    tokens: Int32Array.from(tokens),
    targets: Int32Array.from(targets),
    examples: examples && Int32Array.from(examples),
  },
];

describe("batches", () => {
  test.each([
    ["no rows", [], /no rows/],
    ["an empty row", row([], []), /Row 0 .* no tokens/],
    ["a token beyond the vocabulary", row([1, 37], [1]), /token 37 at position 1 .* vocabulary of 37/],
    ["a negative token", row([1, -1], [1]), /token -1/],
    ["more tokens than the context", row(Array(65).fill(1), [1]), /65 tokens .* context of 64/],
    ["target 0", row([1, 2], [0]), /target 0 .* nothing before it/],
    ["a target past the end", row([1, 2], [2]), /target 2 is not a position from 1 to 1/],
    ["targets out of order", row([1, 2, 3], [2, 1]), /target 1 follows 2/],
    ["a repeated target", row([1, 2, 3], [2, 2]), /target 2 follows 2/],
    ["examples of another length", row([1, 2, 3], [1], [0, 0]), /2 entries for 3 tokens/],
    ["examples that do not begin at 0", row([1, 2, 3], [1], [1, 1, 1]), /count up from 0/],
    ["examples that skip a number", row([1, 2, 3], [1], [0, 0, 2]), /example 2 at position 2/],
    ["a target that begins an example", row([1, 2, 3], [2], [0, 0, 1]), /first token of example 1/],
  ] as const)("%s", async (_, batch, sentence) => {
    await expectSentence(engine.forward(batch, BASE), sentence);
    const upstream = { logProbs: batch.map(({ targets }) => new Float64Array(targets.length)) };
    await expectSentence(engine.accumulateKnown(batch, POLICY, upstream), sentence);
  });
});

describe("upstream and steps", () => {
  test.each([
    ["too few rows", { logProbs: UPSTREAM.logProbs.slice(1) }, /2 rows for a batch of 3/],
    ["too few values", { logProbs: UPSTREAM.logProbs.map((r) => r.slice(1)) }, /row 0 has 3 values for 4 targets/],
    ["NaN", { logProbs: UPSTREAM.logProbs.map((r) => r.map(() => Number.NaN)) }, /row 0 is NaN at target 0/],
  ])("%s", async (_, upstream, sentence) => {
    await expectSentence(engine.accumulateKnown(BATCH, POLICY, upstream), sentence);
    await expectSentence(
      engine.accumulate(BATCH, POLICY, () => ({ upstream, metrics: {} })),
      sentence,
    );
    await expectSentence(engine.step(HYPER), /no gradient/);
  });

  test.each([
    ["learningRate", Number.NaN],
    ["beta1", 1],
    ["beta2", -0.1],
    ["epsilon", 0],
    ["weightDecay", -1],
    ["clipNorm", 0],
  ] as const)("AdamW with %s %d", (name, value) =>
    expectSentence(engine.step({ ...HYPER, [name]: value }), new RegExp(name)),
  );

  test("the bare base cannot be trained in LoRA mode", () =>
    expectSentence(engine.accumulateKnown(BATCH, BASE, UPSTREAM), /frozen in LoRA mode/));

  test.each([
    ["alpha", { alpha: -1, seed: 1 }, /alpha must be a finite number, 0 or more; found -1/],
    ["seed", { alpha: 1, seed: 0.5 }, /seed must be a whole number, found 0.5/],
  ])("noise without a right %s", (_, noise, sentence) =>
    expectSentence(engine.accumulateKnown(BATCH, POLICY, UPSTREAM, { noise }), sentence),
  );

  test("an objective that throws leaves no gradient behind", async () => {
    const failing = engine.accumulate(BATCH, POLICY, () => {
      throw new Error("boom");
    });
    await expect(failing).rejects.toThrow("boom");
    await expectSentence(engine.step(HYPER), /no gradient/);
  });
});

describe("readouts", () => {
  const headed: Use = { adapter: "headed" };
  beforeAll(() => engine.createAdapter("headed", { rank: 2, alpha: 4, head: true }, 1));
  const asking = (...readouts: number[]): TokenBatch => [
    { tokens: Int32Array.of(1, 2, 3), targets: Int32Array.of(1), readouts: Int32Array.from(readouts) },
  ];
  test.each([
    ["of an adapter without a head", POLICY, asking(1), /Row 0 .*this adapter has no head/],
    ["of the bare base", BASE, asking(1), /bare base has no head/],
    ["past the end", headed, asking(3), /readout 3 is not a position from 0 to 2/],
    ["before the start", headed, asking(-1), /readout -1/],
    ["out of order", headed, asking(1, 0), /readout 0 follows 1; readouts must ascend/],
  ] as const)("%s", (_, use, batch, sentence) => expectSentence(engine.forward(batch, use), sentence));

  const known = [Float64Array.of(1)];
  test.each([
    ["no row", [], /head has 0 rows for a batch of 1/],
    ["too few", [Float64Array.of(1)], /head row 0 has 1 values for 2 readouts/],
    ["not finite", [Float64Array.of(1, Number.NaN)], /head row 0 is NaN at readout 1; the objective diverged/],
  ])("derivatives: %s", (_, values, sentence) =>
    expectSentence(engine.accumulateKnown(asking(0, 2), headed, { logProbs: known, values }), sentence),
  );

  test("a head that overflows is named", async () => {
    const { tensors, ...rest } = engine.exportAdapter("headed");
    const huge = tensors.map((tensor) =>
      tensor.name === HEAD ? { ...tensor, data: tensor.data.map(() => 3e38) } : tensor,
    );
    engine.loadAdapter("huge", { ...rest, tensors: huge });
    await expectSentence(engine.forward(asking(2), { adapter: "huge" }), /head's value is .* row 0 at readout 0/);
  });
});

describe("adapters", () => {
  test("an unknown name", () =>
    expectSentence(engine.forward(BATCH, { adapter: "other" }), /no adapter "other" .*policy/));
  test.each([
    ["a name in use", () => engine.createAdapter("policy", { rank: 2, alpha: 4 }, 1), /exists already/],
    ["rank 0", () => engine.createAdapter("new", { rank: 0, alpha: 4 }, 1), /rank .* found 0/],
    ["a rank beyond the model", () => engine.createAdapter("new", { rank: 17, alpha: 4 }, 1), /from 1 to 16/],
    ["alpha 0", () => engine.createAdapter("new", { rank: 2, alpha: 0 }, 1), /alpha/],
    ["no layers", () => engine.createAdapter("new", { rank: 2, alpha: 4, targets: [] }, 1), /found none/],
    [
      "a kind nobody knows",
      () => engine.createAdapter("new", { kind: "ia3" as never, rank: 2, alpha: 4 }, 1),
      /found ia3/,
    ],
    [
      "a prompt longer than the context",
      () => engine.createAdapter("new", { kind: "prompt", rank: 64, alpha: 4 }, 1),
      /from 1 to 63, found 64/,
    ],
    [
      "a bottleneck wider than the model",
      () => engine.createAdapter("new", { kind: "bottleneck", rank: 17, alpha: 4 }, 1),
      /from 1 to 16/,
    ],
    [
      "layers of what is not LoRA",
      () => engine.createAdapter("new", { kind: "prefix", rank: 2, alpha: 4, targets: ["attn_q"] }, 1),
      /Only LoRA has targets, found attn_q for a prefix/,
    ],
    ["adapters in full-parameter mode", () => full.createAdapter("new", { rank: 2, alpha: 4 }, 1), /LoRA mode/],
    ["exporting the base in LoRA mode", () => engine.exportBase(), /frozen in LoRA mode/],
    ["dropping what is not there", () => engine.dropAdapter("other"), /no adapter "other"/],
  ])("%s", (_, act, sentence) => expectSentenceOf(act, sentence));

  test("weights that do not fit", () => {
    const { tensors, ...rest } = engine.exportAdapter("policy");
    const load = (changed: typeof tensors) => () => engine.loadAdapter("loaded", { ...rest, tensors: changed });
    const [first, ...others] = tensors;
    expectSentenceOf(load(others), /no place in a lora adapter/);
    expectSentenceOf(load(tensors.slice(0, -1)), /lacks tensor blk.1.ffn_down.weight.lora_b/);
    expectSentenceOf(load([{ ...first!, shape: [16, 2] }, ...others]), /expected shape \[2, 16\], found \[16, 2\]/);
    expectSentenceOf(load([{ ...first!, data: first!.data.map(() => Number.NaN) }, ...others]), /holds NaN at index 0/);
    expectSentenceOf(
      load([...tensors, { ...first!, name: "blk.9.attn_q.weight.lora_a" }]),
      /blk.9.attn_q.weight.lora_a has no place in a lora adapter/,
    );
  });

  test.each(["prompt", "prefix", "bottleneck"] as const)("weights that are no %s adapter", (kind) => {
    engine.createAdapter("other", { kind, rank: 2, alpha: 4 }, 1);
    const { tensors, ...rest } = engine.exportAdapter("other");
    const load = (changed: typeof tensors) => () => engine.loadAdapter("loaded", { ...rest, tensors: changed });
    const [first, ...others] = tensors;
    expectSentenceOf(load(others), new RegExp(`lacks tensor ${first!.name}`));
    expectSentenceOf(load([{ ...first!, shape: [3, 2] }, ...others]), /expected shape \[2, 16\], found \[3, 2\]/);
    expectSentenceOf(load([{ ...first!, data: first!.data.map(() => Number.NaN) }, ...others]), /holds NaN at index 0/);
    const stranger = engine.exportAdapter("policy").tensors[0]!;
    expectSentenceOf(load([...tensors, stranger]), new RegExp(`lora_a has no place in a ${kind} adapter`));
    expectSentenceOf(
      () => engine.loadAdapter("loaded", { ...rest, kind: "lora", tensors }),
      /names? layers|found none/,
    );
    engine.dropAdapter("other");
  });

  test.each(["prompt", "prefix"] as const)("an example that has no room behind a %s", async (kind) => {
    engine.createAdapter("long", { kind, rank: 60, alpha: 4 }, 1);
    const sentence = /Row 0 .* example of 5 tokens behind the p\w+'s 60 is longer than the model's context of 64/;
    await expectSentence(engine.forward(row([1, 2, 3, 4, 5], [1]), { adapter: "long" }), sentence);
    await engine.forward(row([1, 2, 3, 4, 5, 6], [1], [0, 0, 0, 1, 1, 1]), { adapter: "long" });
    engine.dropAdapter("long");
  });

  test("a snapshot of another adapter changes nothing", () => {
    const before = engine.snapshot(POLICY);
    engine.createAdapter("wide", { rank: 3, alpha: 4 }, 1);
    expectSentenceOf(() => engine.restore(POLICY, engine.snapshot({ adapter: "wide" })), /expected shape \[2, 16\]/);
    expectSentenceOf(() => engine.restore(POLICY, { ...before, weights: [] }), /lacks tensor/);
    expectSentenceOf(() => engine.restore(POLICY, { ...before, step: -1 }), /step -1/);
    expect(engine.snapshot(POLICY)).toEqual(before);
    engine.dropAdapter("wide");
  });
});

describe("models", () => {
  const create = (change: Partial<typeof config>, weights = tinyWeights(config)) =>
    createEngine({ config: { ...config, ...change }, weights, mode: "lora", backend: "onnx-cpu" });
  test.each([
    ["another architecture", { architecture: "gpt2" as never }, /gpt2 cannot be trained/],
    ["no layers", { layers: 0 }, /layers must be a whole number above 0/],
    ["heads that do not divide", { kvHeads: 3 }, /4 heads cannot share 3/],
    ["an odd head", { headWidth: 7 }, /head width 7 is odd/],
    ["another width", { width: 32 }, /token_embd.weight: expected shape \[37, 32\], found \[37, 16\]/],
    ["an untied head that is missing", { tiedEmbeddings: false }, /lacks tensor output.weight/],
  ])("%s", (_, change, sentence) => expectSentence(create(change), sentence));

  test("a weight that is not finite", () => {
    const weights = tinyWeights(config);
    weights[3]!.data[5] = Number.POSITIVE_INFINITY;
    return expectSentence(create({}, weights), /blk.0.attn_k.weight holds Infinity at index 5/);
  });
  test("a tensor nobody would use", () => {
    const stranger = { name: "blk.0.attn_q.bias", shape: [32], data: new Float32Array(32) };
    return expectSentence(create({}, [...tinyWeights(config), stranger]), /attn_q.bias, which the qwen3/);
  });
});

test("weights that have diverged are named, not trained on", async () => {
  const weights = tinyWeights(config);
  const diverged = await createEngine({ config, weights, mode: "full", backend: "onnx-cpu" });
  weights[1]!.data.fill(Number.NaN);
  await expectSentence(diverged.forward(BATCH, BASE), /log-probability is NaN in row 0 .* diverged/);
  await diverged.close();
});

test("a closed engine says so", async () => {
  const closed = await tinyEngine(config, "onnx-cpu");
  await closed.close();
  await expectSentence(closed.forward(BATCH, BASE), /is closed/);
});

async function expectSentence(promise: Promise<unknown>, sentence: RegExp): Promise<void> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(EngineError);
  expect((error as EngineError).message).toMatch(sentence);
}

function expectSentenceOf(act: () => unknown, sentence: RegExp): void {
  expect(act).toThrow(EngineError);
  expect(act).toThrow(sentence);
}
