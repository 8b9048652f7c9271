/** Prompt, prefix and bottleneck adapters: what they compute, their gradients, and how they begin. */

import { afterEach, describe, expect, test } from "vitest";
import {
  ADAPTER_KINDS,
  type AdapterKind,
  type Engine,
  type Forward,
  type NamedTensor,
  type TokenBatch,
  type Use,
} from "../../../trainer/engine/contract.ts";
import { seededRandom } from "../../../trainer/engine/random.ts";
import { keysAndValues } from "./attended.ts";
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
  wildAdapter,
} from "./tiny.ts";

const BASE: Use = { adapter: null };
const POLICY: Use = { adapter: "policy" };
const OTHERS = ADAPTER_KINDS.filter((kind) => kind !== "lora");
const CASES = ARCHITECTURES.flatMap((architecture) => OTHERS.map((kind) => ({ architecture, kind })));

const open: Engine[] = [];
afterEach(async () => {
  for (const engine of open.splice(0)) await engine.close();
});
async function engineOf(kind: AdapterKind, ...[config, backend, options]: Parameters<typeof tinyEngine>) {
  const engine = await tinyEngine(config, backend, { mode: "lora", ...options });
  wildAdapter(engine, "policy", { kind, head: true });
  open.push(engine);
  return engine;
}

describe.each(CASES)("$kind on $architecture", ({ kind, architecture }) => {
  const config = tinyConfig(architecture, architecture !== "llama");

  test("gradients equal finite differences, packed rows and head included", async () => {
    const engine = await engineOf(kind, config, "onnx-cpu");
    await engine.accumulateKnown(HEADED, POLICY, HEADED_UPSTREAM);
    const gradients = await takeGradients(engine, POLICY);
    expect(gradients.every(({ data }) => data.some((x) => x !== 0))).toBe(true);
    await expectAdapterSlopes(engine, "policy", gradients, HEADED, HEADED_UPSTREAM);
  });

  test("traced, checkpointed and split gradients equal those of tfjs-cpu", async () => {
    const expected = await gradientsOf(await engineOf(kind, config, "tfjs-cpu"));
    for (const options of [{}, { checkpointing: "always" as const }, { tokensTogether: 16 }]) {
      const engine = await engineOf(kind, config, "onnx-cpu", options);
      expect(relativeDifference(expected, await gradientsOf(engine))).toBeLessThan(5e-6);
    }
  });

  test("packed examples are as separate rows", async () => {
    const engine = await engineOf(kind, config, "onnx-cpu");
    const packed = await engine.forward([BATCH[0]!], POLICY);
    const second = { tokens: BATCH[0]!.tokens.slice(3, 6), targets: Int32Array.of(1) };
    const third = { tokens: BATCH[0]!.tokens.slice(6), targets: Int32Array.of(1, 2) };
    const separate = await engine.forward([second, third], POLICY);
    expectClose(
      [...packed.logProbs[0]!.slice(1)],
      separate.logProbs.flatMap((row) => [...row]),
    );
  });

  test("what is exported comes back, and a snapshot goes on bit for bit", async () => {
    const engine = await engineOf(kind, config, "onnx-cpu");
    const exported = engine.exportAdapter("policy");
    expect(exported.kind).toBe(kind);
    engine.loadAdapter("copy", exported);
    expect(await engine.forward(HEADED, { adapter: "copy" })).toEqual(await engine.forward(HEADED, POLICY));
    await train(engine);
    const snapshot = structuredClone(engine.snapshot(POLICY));
    await train(engine);
    const expected = engine.exportAdapter("policy");
    engine.restore(POLICY, snapshot);
    await train(engine);
    expect(engine.exportAdapter("policy")).toEqual(expected);
    expect(expected).not.toEqual(exported);
  });
});

const config = tinyConfig("llama");
const weights = tinyWeights(config);

test("a fresh bottleneck changes no bit; its gradient reaches the matrix that is 0", async () => {
  const engine = await tinyEngine(config, "onnx-cpu", { mode: "lora" });
  open.push(engine);
  engine.createAdapter("fresh", { kind: "bottleneck", rank: 4, alpha: 1 }, 1);
  expect(await engine.forward(BATCH, { adapter: "fresh" })).toEqual(await engine.forward(BATCH, BASE));
});

test("a bottleneck stands at the end of each branch, before the residual sum", async () => {
  // Where D·y is small, silu(D·y) is ½·D·y: the bottleneck then multiplies the branch's last layer by 1 + ½·U·D.
  const engine = await tinyEngine(config, "onnx-cpu", { mode: "lora" });
  open.push(engine);
  engine.createAdapter("fresh", { kind: "bottleneck", rank: 4, alpha: 1 }, 1);
  const { tensors, ...rest } = engine.exportAdapter("fresh");
  const { normal } = seededRandom(4);
  const scaled = tensors.map((tensor) => {
    const deviation = tensor.name.endsWith("_down.weight") ? 1e-4 : 2e3;
    return { ...tensor, data: tensor.data.map(() => deviation * normal()) };
  });
  engine.loadAdapter("policy", { ...rest, tensors: scaled });
  const multiplied = weights.map((tensor) => {
    const [, block, layer] = /^blk\.(\d+)\.(attn_output|ffn_down)\.weight$/.exec(tensor.name) ?? [];
    if (!layer) return tensor;
    const stem = `adapter.blk.${block}.${layer === "attn_output" ? "attn" : "ffn"}`;
    const [down, up] = ["down", "up"].map((part) => scaled.find(({ name }) => name === `${stem}_${part}.weight`)!);
    return { ...tensor, data: added(tensor, product(up!, product(down!, tensor)), 0.5) };
  });
  const reference = await tinyEngine(config, "onnx-cpu", { weights: multiplied });
  open.push(reference);
  const [found, expected, before] = await Promise.all([
    engine.forward(BATCH, POLICY),
    reference.forward(BATCH, BASE),
    engine.forward(BATCH, BASE),
  ]);
  const flat = ({ logProbs }: Forward) => logProbs.flatMap((row) => [...row]);
  const furthest = (a: Forward, b: Forward) => Math.max(...flat(a).map((x, i) => Math.abs(x - flat(b)[i]!)));
  expect(furthest(expected, before)).toBeGreaterThan(0.3);
  expect(furthest(found, expected)).toBeLessThan(0.01);
});

/** Tokens that stand before an example in the base, and as virtual tokens or as a prefix in an adapter. */
const BEFORE = [4, 30, 12];
const behind: TokenBatch = [{ tokens: Int32Array.of(...BEFORE, 7, 9, 11, 3), targets: Int32Array.of(4, 5, 6) }];
const alone: TokenBatch = [
  { tokens: Int32Array.of(7, 9, 11, 3), targets: Int32Array.of(1, 2, 3) },
  // Packed behind another example, and beside a row of another length.
  {
    tokens: Int32Array.of(1, 2, 7, 9, 11, 3),
    targets: Int32Array.of(3, 4, 5),
    examples: Int32Array.of(0, 0, 1, 1, 1, 1),
  },
];

describe.each(ARCHITECTURES)("%s", (architecture) => {
  const config = tinyConfig(architecture);
  const weights = tinyWeights(config);

  test("virtual tokens with the embeddings of real ones are those tokens", async () => {
    const engine = await tinyEngine(config, "onnx-cpu", { mode: "lora" });
    open.push(engine);
    const embedding = weights[0]!.data;
    const data = Float32Array.from(
      BEFORE.flatMap((id) => [...embedding.subarray(id * config.width, (id + 1) * config.width)]),
    );
    const tensors = [{ name: "prompt.weight", shape: [3, config.width], data }];
    engine.loadAdapter("policy", { kind: "prompt", rank: 3, alpha: 1, tensors });
    const expected = [...(await engine.forward(behind, BASE)).logProbs[0]!];
    for (const row of (await engine.forward(alone, POLICY)).logProbs) expectClose([...row], expected);
  });

  test("a prefix with the keys and values of real tokens is those tokens", async () => {
    const engine = await tinyEngine(config, "onnx-cpu", { mode: "lora" });
    open.push(engine);
    engine.loadAdapter("policy", {
      kind: "prefix",
      rank: 3,
      alpha: 1,
      tensors: await keysAndValues(config, weights, BEFORE),
    });
    const expected = [...(await engine.forward(behind, BASE)).logProbs[0]!];
    for (const row of (await engine.forward(alone, POLICY)).logProbs) expectClose([...row], expected);
  });
});

test("a prompt begins as embeddings of the vocabulary, a prefix small; both from the seed", async () => {
  const engine = await tinyEngine(config, "onnx-cpu", { mode: "lora" });
  open.push(engine);
  const rows = new Set(Array.from({ length: config.vocabulary }, (_, id) => rowOf(weights[0]!, id)));
  for (const kind of ["prompt", "prefix"] as const) {
    for (const [name, seed] of [
      ["a", 1],
      ["b", 1],
      ["c", 2],
    ] as const)
      engine.createAdapter(name, { kind, rank: 4, alpha: 1 }, seed);
    const [a, b, c] = ["a", "b", "c"].map((name) => engine.exportAdapter(name));
    expect(b).toEqual(a);
    expect(c).not.toEqual(a);
    if (kind === "prompt") for (let row = 0; row < 4; row++) expect(rows).toContain(rowOf(a!.tensors[0]!, row));
    else expect(a!.tensors.every(({ data }) => data.every((x) => x !== 0 && Math.abs(x) < 0.12))).toBe(true);
    for (const name of ["a", "b", "c"]) engine.dropAdapter(name);
  }
});

async function gradientsOf(engine: Engine): Promise<NamedTensor[]> {
  await engine.accumulate(HEADED, POLICY, () => ({ upstream: HEADED_UPSTREAM, metrics: {} }));
  return takeGradients(engine, POLICY);
}

async function train(engine: Engine): Promise<Forward> {
  const forward = await engine.accumulateKnown(HEADED, POLICY, HEADED_UPSTREAM);
  await engine.step({ learningRate: 0.01, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0, clipNorm: 1 });
  return forward;
}

/** [o, i] · [i, c] → [o, c] */
function product(left: NamedTensor, right: NamedTensor): NamedTensor {
  const [rows, inner, columns] = [left.shape[0]!, left.shape[1]!, right.shape[1]!];
  const data = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++)
      for (let k = 0; k < inner; k++)
        data[i * columns + j]! += left.data[i * inner + k]! * right.data[k * columns + j]!;
  return { name: "product", shape: [rows, columns], data };
}

const added = ({ data }: NamedTensor, update: NamedTensor, scale: number) =>
  data.map((x, i) => x + scale * update.data[i]!);

const rowOf = ({ shape, data }: NamedTensor, row: number) =>
  data.subarray(row * shape[1]!, (row + 1) * shape[1]!).join();

function expectClose(found: readonly number[], expected: readonly number[]): void {
  expect(found).toHaveLength(expected.length);
  for (const [i, value] of expected.entries())
    expect(Math.abs(found[i]! - value)).toBeLessThan(3e-6 * (1 + Math.abs(value)));
}
