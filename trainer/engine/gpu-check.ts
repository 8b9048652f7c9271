/** `npm run gpu:check`: does the engine compute on this machine's GPU what it computes on the CPU, and how fast? */

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";

import type { AdamWHyper, Architecture, Engine, ModelConfig, NamedTensor, TokenBatch, Upstream } from "./contract.ts";
import { type Backend, createEngine } from "./create.ts";
import { seededRandom } from "./random.ts";
import { findTfjsGpu } from "./tfjs/node-gpu.ts";
import { initialiseWeights } from "./weights.ts";

const HELP = `npm run gpu:check [-- --software] [-- --quick]

Compares the engine's GPU backends with its CPU backend on random models made here, then measures their speed.
  --software  go on without a GPU, on a software driver, and measure no speed (for testing this check itself)
  --quick     leave the large models out
Exit code 0: every GPU backend found agrees with the CPU. 1: no GPU, or a backend disagrees or fails.`;

interface Case {
  name: string;
  mode: "lora" | "full";
  config: ModelConfig;
  rows: number;
  length: number;
}

/** Largest difference that other kernels' rounding may make: of log-probabilities in nats, of gradients relative. */
const TOLERANCE = { logProbs: 1e-3, gradients: 1e-3 };

const STEP: AdamWHyper = { learningRate: 1e-4, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, clipNorm: 1 };
/** Leaves the gradient itself, unclipped, in the first moment. */
const PEEK: AdamWHyper = { ...STEP, learningRate: 0, beta1: 0, beta2: 0, clipNorm: Number.POSITIVE_INFINITY };

function model(architecture: Architecture, shape: Partial<ModelConfig>): ModelConfig {
  return {
    architecture,
    layers: 2,
    width: 64,
    heads: 4,
    kvHeads: 2,
    headWidth: 16,
    feedForward: 96,
    vocabulary: 300,
    contextLength: 2048,
    ropeTheta: 10_000,
    rmsEpsilon: 1e-6,
    tiedEmbeddings: true,
    ...shape,
  };
}

const SMALL = { layers: 4, width: 256, heads: 8, kvHeads: 4, headWidth: 32, feedForward: 688, vocabulary: 4096 };
const SMOLLM = { layers: 30, width: 576, heads: 9, kvHeads: 3, headWidth: 64, feedForward: 1536, vocabulary: 49_152 };

const AGREEMENT: Case[] = (["llama", "qwen2", "qwen3"] as const).flatMap((architecture) =>
  (["lora", "full"] as const).map((mode) => ({
    name: `${architecture} ${mode}`,
    mode,
    config: model(architecture, { tiedEmbeddings: mode === "lora" }),
    rows: 3,
    length: 40,
  })),
);

const SPEED: (Case & { large: boolean })[] = [
  {
    name: "LoRA, 4 layers, width 256, 8×128",
    mode: "lora",
    config: model("qwen3", SMALL),
    rows: 8,
    length: 128,
    large: false,
  },
  {
    name: "full, 4 layers, width 256, 32×128",
    mode: "full",
    config: model("qwen3", SMALL),
    rows: 32,
    length: 128,
    large: false,
  },
  {
    name: "LoRA, 135M parameters, 2×256",
    mode: "lora",
    config: model("llama", SMOLLM),
    rows: 2,
    length: 256,
    large: true,
  },
  {
    name: "LoRA, 135M parameters, 8×512",
    mode: "lora",
    config: model("llama", SMOLLM),
    rows: 8,
    length: 512,
    large: true,
  },
];

/** The GPUs that the system lists, in words. */
function findDevices(): string[] {
  try {
    const query = ["--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"];
    return execFileSync("nvidia-smi", query, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })
      .trim()
      .split("\n");
  } catch {
    // No NVIDIA driver; look for another one.
  }
  if (process.platform === "darwin") return [`Apple GPU of ${process.arch}`];
  if (process.platform === "win32") return ["GPU of Direct3D 12"];
  const cards = existsSync("/dev/dri") ? readdirSync("/dev/dri").filter((name) => name.startsWith("renderD")) : [];
  return cards.map((card) => {
    const vendor = `/sys/class/drm/${card}/device/vendor`;
    return `/dev/dri/${card}${existsSync(vendor) ? ` (PCI vendor ${readFileSync(vendor, "utf8").trim()})` : ""}`;
  });
}

/** Rows of random tokens; the second half of every row is to be predicted. */
function batchOf({ config, rows, length }: Case): { batch: TokenBatch; upstream: Upstream } {
  const { uniform } = seededRandom(rows * length);
  const batch = Array.from({ length: rows }, () => ({
    tokens: Int32Array.from({ length }, () => Math.floor(uniform() * config.vocabulary)),
    targets: Int32Array.from({ length: Math.floor(length / 2) }, (_, i) => Math.ceil(length / 2) + i),
  }));
  const each = -1 / (rows * Math.floor(length / 2));
  return { batch, upstream: { logProbs: batch.map(({ targets }) => new Float64Array(targets.length).fill(each)) } };
}

async function open({ config, mode, rows, length }: Case, backend: Backend): Promise<Engine> {
  const shape = { tokensTogether: rows * length, activationBytes: 2 ** 34 };
  const engine = await createEngine({ config, weights: initialiseWeights(config, 1), mode, backend, ...shape });
  if (mode === "lora") engine.createAdapter("policy", { rank: 8, alpha: 16 }, 1);
  return engine;
}

/** Log-probabilities and gradients of one step away from the start, where a LoRA's A and B both have gradients. */
async function compute(test: Case, backend: Backend): Promise<{ logProbs: number[]; gradients: NamedTensor[] }> {
  const engine = await open(test, backend);
  try {
    const use = { adapter: test.mode === "lora" ? "policy" : null };
    const { batch, upstream } = batchOf(test);
    await engine.accumulateKnown(batch, use, upstream);
    await engine.step({ ...STEP, learningRate: 0.01 });
    const { logProbs } = await engine.accumulateKnown(batch, use, upstream);
    await engine.step(PEEK);
    return { logProbs: logProbs.flatMap((row) => [...row]), gradients: engine.snapshot(use).firstMoment };
  } finally {
    await engine.close();
  }
}

/** Compares a backend with the CPU on every small case; returns whether all agree. */
async function agrees(backend: Backend): Promise<boolean> {
  let all = true;
  for (const test of AGREEMENT) {
    const [cpu, gpu] = [await compute(test, "onnx-cpu"), await compute(test, backend)];
    const logProbs = maximum(cpu.logProbs.map((value, i) => Math.abs(value - gpu.logProbs[i]!)));
    const largest = maximum(cpu.gradients.map(({ data }) => maximum(data.map(Math.abs))));
    const difference = maximum(
      cpu.gradients.map(({ data }, i) => maximum(data.map((value, j) => Math.abs(value - gpu.gradients[i]!.data[j]!)))),
    );
    const gradients = difference / largest;
    const fits = logProbs <= TOLERANCE.logProbs && gradients <= TOLERANCE.gradients;
    all &&= fits;
    const figures = `log-probabilities ${logProbs.toExponential(1)} nats, gradients ${gradients.toExponential(1)}`;
    console.log(`  ${fits ? "agrees   " : "DISAGREES"} ${test.name.padEnd(12)} ${figures}`);
  }
  return all;
}

/** NaN wins, so that it cannot pass for agreement. */
const maximum = (values: Iterable<number>) => {
  let most = 0;
  for (const value of values) if (!(value <= most)) most = value;
  return most;
};

/** Tokens per second of whole training steps, best of three after the first, which traces and compiles. */
async function speedOf(test: Case, backend: Backend): Promise<{ tokensPerSecond: number; firstStepSeconds: number }> {
  const engine = await open(test, backend);
  try {
    const use = { adapter: test.mode === "lora" ? "policy" : null };
    const { batch, upstream } = batchOf(test);
    const seconds: number[] = [];
    for (let step = 0; step < 4; step++) {
      const start = performance.now();
      await engine.accumulateKnown(batch, use, upstream);
      await engine.step(STEP);
      seconds.push((performance.now() - start) / 1000);
    }
    const [firstStepSeconds, ...rest] = seconds as [number, ...number[]];
    return { tokensPerSecond: (test.rows * test.length) / Math.min(...rest), firstStepSeconds };
  } finally {
    await engine.close();
  }
}

async function printSpeed(backends: readonly Backend[], quick: boolean): Promise<void> {
  console.log("\nTokens per second of a training step (first step with tracing and compiling, in seconds):");
  for (const test of SPEED.filter(({ large }) => !(quick && large))) {
    for (const backend of backends) {
      const { tokensPerSecond, firstStepSeconds } = await speedOf(test, backend);
      const rate = Math.round(tokensPerSecond).toLocaleString("en");
      console.log(
        `  ${test.name.padEnd(36)} ${backend.padEnd(14)} ${rate.padStart(9)}  (${firstStepSeconds.toFixed(1)})`,
      );
    }
  }
}

async function main(): Promise<number> {
  const flags = process.argv.slice(2);
  if (flags.some((flag) => !["--software", "--quick"].includes(flag))) {
    console.log(HELP);
    return flags.includes("--help") ? 0 : 1;
  }
  const devices = findDevices();
  for (const device of devices) console.log(`Device: ${device}`);
  if (devices.length === 0 && !flags.includes("--software")) {
    console.error("No GPU was found on this machine, so nothing was checked; training runs on the CPU here.");
    return 1;
  }
  const tfjs = findTfjsGpu();
  console.log(tfjs.usable ? "tfjs-node-gpu is usable." : `tfjs-node-gpu is left out because ${tfjs.reason}.`);
  const backends: Backend[] = ["onnx-webgpu", ...(tfjs.usable ? (["tfjs-node-gpu"] as const) : [])];
  let all = true;
  for (const backend of backends) {
    console.log(`\n${backend} against onnx-cpu:`);
    const fits = await agrees(backend);
    all &&= fits;
  }
  if (all && devices.length > 0) await printSpeed([...backends, "onnx-cpu"], flags.includes("--quick"));
  console.log(
    all ? "\nEvery GPU backend agrees with the CPU." : "\nA GPU backend disagrees with the CPU; do not train on it.",
  );
  return all ? 0 : 1;
}

process.exitCode = await main().catch((error: Error) => {
  console.error(`The check could not be finished: ${error.message}`);
  return 1;
});
