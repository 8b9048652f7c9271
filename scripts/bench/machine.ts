// For training, decoding and swapping, what this machine's limit is, what we predict, and what we measure.
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { createEngineClient, type ServingBackend } from "../../server/engine-client.ts";
import { freePort } from "../../server/free-port.ts";
import { readModelConfig } from "../../server/gguf/model-config.ts";
import { openGguf } from "../../server/gguf/reader.ts";
import { writeTinyAdapter } from "../../tests/helpers/tiny-model.ts";
import type { ModelConfig, TokenSequence } from "../../trainer/engine/contract.ts";
import { openEngine } from "../../trainer/engine/index.ts";
import { encodeModel } from "../../trainer/engine/tfjs/onnx-proto.ts";
import { untilReady } from "./until-ready.ts";

const THREADS = Number(process.env.TRAINER_THREADS ?? Math.min(2, os.availableParallelism()));

/** Share of the matrix limit that training reaches: small matrices, attention and the optimiser take the rest. */
const TRAINING_SHARE = 0.35;
/** Share of the memory limit that decoding reaches: one thread, one token at a time. */
const DECODING_SHARE = 0.5;
/** A swap reads and checks the file, makes a context and warms nothing else. */
const SWAP_SECONDS = 0.3;

/** What is measured: a model, and the limits of the machine it runs on. */
interface Subject {
  model: string;
  config: ModelConfig;
  /** Counted. */
  weights: number;
  weightBytes: number;
  flopsPerSecond: number;
  bytesPerSecond: number;
}

/** Prints limit, prediction and measurement of training, decoding and swapping. Ends the process: engines keep threads. */
export async function benchMachine(model: string): Promise<never> {
  const gguf = openGguf(model);
  const config = readModelConfig(gguf);
  gguf.close();
  const weights = [...gguf.tensors.values()].reduce((sum, { elements }) => sum + elements, 0);
  const weightBytes = [...gguf.tensors.values()].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  console.log(
    `${path.basename(model)}: ${(weights / 1e6).toFixed(1)}M weights, ${(weightBytes / 1e6).toFixed(1)} MB; ${os.cpus()[0]?.model}, ${THREADS} threads\n`,
  );
  console.log(
    `${"".padEnd(34)}${"limit".padStart(12)}${"predicted".padStart(12)}${"measured".padStart(12)}${"measured/limit".padStart(16)}`,
  );
  const limits = { flopsPerSecond: await matrixLimit(), bytesPerSecond: memoryLimit() };
  const subject = { model, config, weights, weightBytes, ...limits };
  await training(subject);
  await serving(subject);
  process.exit(0);
}

function row(name: string, unit: string, limit: number | null, predicted: number, measured: number): void {
  const number = (value: number | null) =>
    (value === null ? "–" : value < 10 ? value.toFixed(3) : Math.round(value).toLocaleString("en")).padStart(12);
  const ratio = limit === null ? "–" : (measured / limit).toFixed(2);
  console.log(
    `${`${name} (${unit})`.padEnd(34)}${number(limit)}${number(predicted)}${number(measured)}${ratio.padStart(16)}`,
  );
}

/** Floating-point operations a second of onnxruntime's matrix product, the best of several. */
async function matrixLimit(): Promise<number> {
  const size = 1024;
  const value = (name: string) => ({ name, type: "float32" as const, shape: [size, size] });
  const graph = {
    nodes: [{ operator: "MatMul", inputs: ["a", "b"], output: "c" }],
    constants: [],
    inputs: [value("a"), value("b")],
    outputs: [value("c")],
  };
  const session = await InferenceSession.create(encodeModel(graph), { intraOpNumThreads: THREADS });
  const matrix = () => new Tensor("float32", Float32Array.from({ length: size * size }, Math.random), [size, size]);
  const feeds = { a: matrix(), b: matrix() };
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 8; round++) {
    const began = performance.now();
    await session.run(feeds);
    best = Math.min(best, performance.now() - began);
  }
  return (2 * size ** 3) / (best / 1000);
}

/** Bytes a second that one thread reads from memory. */
function memoryLimit(): number {
  const source = new Float64Array(2 ** 25).fill(1);
  const target = new Float64Array(source.length);
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round++) {
    const began = performance.now();
    target.set(source);
    best = Math.min(best, performance.now() - began);
  }
  return (2 * source.byteLength) / (best / 1000); // a copy reads and writes
}

/** LoRA on all layers, 8 rows of 128 tokens, every second token a target. */
async function training({ model, config, weights, flopsPerSecond }: Subject): Promise<void> {
  const [rows, length, steps] = [8, 128, 12];
  const engine = await openEngine({ baseGguf: model, mode: "lora", threads: THREADS });
  engine.createAdapter("bench", { rank: 16, alpha: 32 }, 1);
  const batch = Array.from({ length: rows }, (_, row): TokenSequence => {
    const tokens = Int32Array.from({ length }, (_, at) => 4 + ((row * 31 + at * 17) % (config.vocabulary - 4)));
    return { tokens, targets: Int32Array.from({ length: length / 2 - 1 }, (_, at) => 2 * at + 2) };
  });
  const upstream = { logProbs: batch.map(({ targets }) => new Float64Array(targets.length).fill(-1 / rows)) };
  const hyper = { learningRate: 1e-4, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, clipNorm: 1 };
  const step = async () => {
    await engine.accumulateKnown(batch, { adapter: "bench" }, upstream);
    await engine.step(hyper);
  };
  for (let warming = 0; warming < 2; warming++) await step();
  const began = performance.now();
  for (let done = 0; done < steps; done++) await step();
  const measured = (steps * rows * length) / ((performance.now() - began) / 1000);
  await engine.close();
  // Forward and backward through frozen weights are two operations per weight and token each, twice.
  const limit = flopsPerSecond / (4 * weights);
  row("training, LoRA 8×128", "tok/s", limit, limit * TRAINING_SHARE, measured);
}

async function serving(subject: Subject): Promise<void> {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "hone-bench-"));
  const url = `http://127.0.0.1:${await freePort()}`;
  const secret = "a secret for the bench only";
  const child = spawn(process.execPath, ["--import", "tsx", "server/inference/main.ts"], {
    env: { ...process.env, HONE_HOME: home, HONE_MODEL: subject.model, INFERENCE_URL: url, INFERENCE_SECRET: secret },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const client = createEngineClient({ url, secret });
  try {
    await untilReady(client, child);
    await decoding(client, subject);
    await swapping(client, home, subject);
  } finally {
    child.kill("SIGTERM");
    fs.rmSync(home, { recursive: true, force: true });
  }
}

async function decoding(client: ServingBackend, { weightBytes, bytesPerSecond }: Subject): Promise<void> {
  const one = async (seed: number) => {
    let tokens = 0;
    const messages = [{ role: "user" as const, content: "Tell me a short story about a cat." }];
    const sampling = { temperature: 0.8, topP: 1, topK: 0, minP: 0, seed };
    for await (const event of client.generate({
      requestId: `bench-${seed}`,
      adapter: null,
      messages,
      maxTokens: 200,
      ...sampling,
    })) {
      if (event.type === "end") tokens = event.completionTokens;
    }
    return tokens;
  };
  await one(0);
  const limit = bytesPerSecond / weightBytes;
  for (const width of [1, 8]) {
    const began = performance.now();
    const counts = await Promise.all(
      Array.from({ length: width }, async (_, stream) => {
        let sum = 0;
        for (let round = 1; round <= 8; round++) sum += await one(1000 * stream + round);
        return sum;
      }),
    );
    const measured = counts.reduce((sum, count) => sum + count, 0) / ((performance.now() - began) / 1000);
    row(`decoding, ${width} ${width === 1 ? "stream" : "streams"}`, "tok/s", limit, limit * DECODING_SHARE, measured);
  }
}

async function swapping(client: ServingBackend, home: string, { config }: Subject): Promise<void> {
  const seconds: number[] = [];
  for (let seed = 1; seed <= 5; seed++) {
    const file = path.join(home, `adapter-${seed}.gguf`);
    const { sha256 } = writeTinyAdapter(file, config, { rank: 16, alpha: 32, seed, deviation: 0.01 });
    const began = performance.now();
    await client.ensureAdapter({ sha256, path: file });
    seconds.push((performance.now() - began) / 1000);
  }
  seconds.sort((a, b) => a - b);
  row("swap to a new adapter, median", "s", null, SWAP_SECONDS, seconds[2]!);
}
