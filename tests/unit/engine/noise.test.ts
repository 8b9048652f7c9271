/** NEFTune's noise: its size and shape, where it is, and that a seed gives the same bits however a batch is split. */

import { afterEach, expect, test } from "vitest";
import { planMicroBatches } from "../../../trainer/engine/batch.ts";
import type { Engine, TokenBatch, Use } from "../../../trainer/engine/contract.ts";
import { type Embedding, layOut } from "../../../trainer/engine/layout.ts";
import { BATCH as FEEDS } from "../../../trainer/engine/tfjs/programs.ts";
import { RotaryTables } from "../../../trainer/engine/tfjs/rope.ts";
import { BATCH, relativeDifference, takeGradients, tinyConfig, tinyEngine, UPSTREAM, wildAdapter } from "./tiny.ts";

const POLICY: Use = { adapter: "policy" };
const config = tinyConfig("qwen3");
const NOISE = { noise: { alpha: 5, seed: 7 } };

const open: Engine[] = [];
afterEach(async () => {
  for (const engine of open.splice(0)) await engine.close();
});
async function engineOf(options: Parameters<typeof tinyEngine>[2] = {}): Promise<Engine> {
  const engine = await tinyEngine(config, "onnx-cpu", { mode: "lora", ...options });
  wildAdapter(engine, "policy");
  open.push(engine);
  return engine;
}

/** The only micro-batch of a batch, embedded. */
function embed(batch: TokenBatch, change: Partial<Embedding>) {
  const table = Float32Array.from({ length: config.vocabulary * config.width }, (_, i) => Math.sin(i));
  const memory = { activationBytes: 2 ** 30, tokensTogether: 4096, checkpointing: "never" as const };
  const [micro] = planMicroBatches(batch, config, memory, (change.prompt?.length ?? 0) / config.width);
  const { feeds, ids } = layOut(batch, micro!, { table, rotary: new RotaryTables(config), prefix: 0, ...change });
  return { embedded: feeds[FEEDS.embedded] as Float32Array, ids };
}

test("noise is uniform in ±alpha/√(T·D) of its own example, and padding has none", () => {
  // 50 and 200 tokens in one packed row of 250, padded to 256.
  const tokens = Int32Array.from({ length: 250 }, (_, t) => t % config.vocabulary);
  const row = { tokens, targets: Int32Array.of(1), examples: tokens.map((_, t) => (t < 50 ? 0 : 1)) };
  const silent = embed([row], {}).embedded;
  const noise = embed([row], { noise: { alpha: 5, seed: 1 } }).embedded.map((x, i) => x - silent[i]!);
  expect(noise).toHaveLength(256 * config.width);
  for (const [from, to] of [
    [0, 50],
    [50, 250],
  ] as const) {
    const part = noise.subarray(from * config.width, to * config.width);
    const bound = 5 / Math.sqrt((to - from) * config.width);
    expect(Math.max(...part)).toBeGreaterThan(0.98 * bound);
    expect(Math.min(...part)).toBeLessThan(-0.98 * bound);
    expect(part.every((x) => Math.abs(x) <= bound * (1 + 1e-5))).toBe(true);
    // The variance of U(−b, b) is b²/3.
    const variance = part.reduce((sum, x) => sum + x * x, 0) / part.length;
    expect(Math.abs(variance / (bound ** 2 / 3) - 1)).toBeLessThan(0.1);
  }
  expect(noise.subarray(250 * config.width).every((x) => x === 0)).toBe(true);
});

test("virtual tokens get no noise", () => {
  const prompt = new Float32Array(2 * config.width).fill(3);
  const { embedded, ids } = embed(BATCH, { prompt, noise: { alpha: 5, seed: 1 } });
  const virtual = [...ids.keys()].filter((at) => ids[at]! < 0);
  expect(virtual).toHaveLength(2 * (3 + 1 + 1));
  for (const at of virtual) {
    expect(embedded.subarray(at * config.width, (at + 1) * config.width).every((x) => x === 3)).toBe(true);
  }
});

test("a seed gives the same bits, another seed others, and no noise is as it ever was", async () => {
  const engine = await engineOf();
  const known = async (options: Parameters<Engine["accumulateKnown"]>[3]) => {
    const forward = await engine.accumulateKnown(BATCH, POLICY, UPSTREAM, options);
    return { forward, gradients: await takeGradients(engine, POLICY) };
  };
  const [first, again, other, none] = [
    await known(NOISE),
    await known(NOISE),
    await known({ noise: { alpha: 5, seed: 8 } }),
    await known({ noise: { alpha: 0, seed: 7 } }),
  ];
  expect(again).toEqual(first);
  expect(other).not.toEqual(first);
  expect(none).toEqual(await known(undefined));
  expect(first.forward).not.toEqual(none.forward);
  expect(none.forward.logProbs).toEqual((await engine.forward(BATCH, POLICY)).logProbs);
});

test("accumulate trains on the same noise as accumulateKnown, kept or computed twice, whole or split", async () => {
  // Three rows of 32 tokens together, or one after another.
  const batch = [...BATCH, ...BATCH, ...BATCH];
  const upstream = { logProbs: batch.map((_, row) => UPSTREAM.logProbs[row % BATCH.length]!) };
  const reference = await engineOf();
  const expected = await reference.accumulateKnown(batch, POLICY, upstream, NOISE);
  const gradients = await takeGradients(reference, POLICY);
  for (const options of [{}, { tokensTogether: 32 }, { activationBytes: 1 }]) {
    const engine = await engineOf(options);
    let seen: Float64Array = new Float64Array(0);
    await engine.accumulate(
      batch,
      POLICY,
      ({ logProbs }) => {
        seen = logProbs[4]!;
        return { upstream, metrics: {} };
      },
      NOISE,
    );
    for (const [i, value] of expected.logProbs[4]!.entries()) expect(seen[i]!).toBeCloseTo(value, 4);
    expect(relativeDifference(gradients, await takeGradients(engine, POLICY))).toBeLessThan(3e-6);
  }
});

test("noise moves the weights of a full-parameter run as well", async () => {
  const engine = await tinyEngine(config, "onnx-cpu");
  open.push(engine);
  await engine.accumulateKnown(BATCH, { adapter: null }, UPSTREAM);
  const silent = await takeGradients(engine, { adapter: null });
  await engine.accumulateKnown(BATCH, { adapter: null }, UPSTREAM, NOISE);
  expect(relativeDifference(silent, await takeGradients(engine, { adapter: null }))).toBeGreaterThan(0.01);
});
