// Measures serving: loading, first token, tokens per second alone and side by side, swaps, all quiet and beside busy cores.
// Usage: npm run bench -- [model.gguf] [--threads n] [--busy n] [--tokens n]
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { availableParallelism, cpus, setPriority, tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { type AdapterReference, createEngineClient, type GenerateRequest } from "../server/engine-client.ts";
import { readModelConfig } from "../server/gguf/model-config.ts";
import { openGguf } from "../server/gguf/reader.ts";
import { writeTinyAdapter } from "../tests/helpers/tiny-model.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    threads: { type: "string", default: "1" },
    /** Cores kept busy at nice 10, as a training run would. */
    busy: { type: "string", default: "0" },
    tokens: { type: "string", default: "128" },
  },
});
const model = path.resolve(positionals[0] ?? "models/starter.gguf");
const tokens = Number(values.tokens);
const folder = mkdtempSync(path.join(tmpdir(), "hone-bench-"));
const secret = "a secret of the benchmark";

const file = openGguf(model);
const config = readModelConfig(file);
file.close();
/** A random adapter, weak enough that replies stay long. */
function adapter(seed: number): AdapterReference {
  const { sha256, path: at } = writeTinyAdapter(path.join(folder, `${seed}.gguf`), config, {
    rank: 16,
    alpha: 32,
    seed,
    deviation: 0.005,
  });
  return { sha256, path: at };
}

const probe = createServer().listen(0, "127.0.0.1");
await once(probe, "listening");
const { port } = probe.address() as { port: number };
probe.close();
const url = `http://127.0.0.1:${port}`;
const started = performance.now();
const server = spawn(process.execPath, ["--import", "tsx", "server/inference/main.ts"], {
  env: {
    ...process.env,
    INFERENCE_URL: url,
    INFERENCE_SECRET: secret,
    INFERENCE_THREADS: values.threads,
    HONE_MODEL: model,
    MALLOC_ARENA_MAX: "2",
    LOG_LEVEL: "warn",
  },
  stdio: ["ignore", "inherit", "inherit"],
});
const client = createEngineClient({ url, secret });
const leave = (busy: ChildProcess[]) => {
  for (const child of [server, ...busy]) child.kill();
  rmSync(folder, { recursive: true, force: true });
};
const busy = Array.from({ length: Number(values.busy) }, () =>
  spawn(process.execPath, [
    "-e",
    "const a=new Float32Array(1<<20);for(let i=0;;i++)a[i&1048575]=Math.fround(a[(i*7)&1048575]*0.5+i)",
  ]),
);
for (const { pid } of busy) if (pid) setPriority(pid, 10);
process.on("exit", () => leave(busy));

while (
  await client.health().then(
    () => false,
    () => true,
  )
)
  await new Promise((resolve) => setTimeout(resolve, 20));
const report: Record<string, string | number> = {
  model: path.basename(model),
  cores: `${availableParallelism()} × ${cpus()[0]?.model.trim()}`,
  threads: values.threads!,
  "busy cores": values.busy!,
  "start to first answer, ms": Math.round(performance.now() - started),
};

let requests = 0;
const request = (change: Partial<GenerateRequest> = {}): GenerateRequest => ({
  requestId: `bench-${++requests}`,
  adapter: null,
  messages: [{ role: "user", content: `Tell me a story about the number ${requests}.` }],
  maxTokens: tokens,
  temperature: 0.8,
  topP: 1,
  topK: 0,
  minP: 0,
  seed: requests,
  ...change,
});

interface Timing {
  firstMs: number;
  tokens: number;
  gapsMs: number[];
}
/** Times one reply by its token events. */
async function time(change?: Partial<GenerateRequest>, onToken?: () => void): Promise<Timing> {
  const timing: Timing = { firstMs: 0, tokens: 0, gapsMs: [] };
  let last = performance.now();
  const begin = last;
  for await (const event of client.generate(request(change))) {
    if (event.type !== "token") continue;
    const now = performance.now();
    if (timing.tokens === 0) timing.firstMs = now - begin;
    else timing.gapsMs.push(now - last);
    last = now;
    timing.tokens += event.tokenIds.length;
    onToken?.();
  }
  return timing;
}
const median = (numbers: number[]) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
const at = (numbers: number[], share: number) =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length * share)] ?? Number.NaN;
const round = (value: number) => Math.round(value * 10) / 10;

await time();
report["first token alone, ms (median of 9)"] = round(
  median(await inTurn(9, async () => (await time({ maxTokens: 4 })).firstMs)),
);
report["tokens/s, 1 stream (median of 5)"] = Math.round(median(await inTurn(5, () => throughput(1))));
report["tokens/s, 8 streams (median of 5)"] = Math.round(median(await inTurn(5, () => throughput(8))));

const swaps: number[] = [];
for (let i = 0; i < 5; i++) swaps.push(await swap(adapter(i)));
report["swap when quiet, ms (median of 5)"] = round(median(swaps));
const gaps: number[] = [];
const firsts: number[] = [];
const underLoad = await inTurn(3, async (i) => {
  let swapping: Promise<number> | undefined;
  const next = adapter(100 + i);
  const timings = await Promise.all(
    Array.from({ length: 8 }, () =>
      inTurn(4, () =>
        time({}, () => {
          swapping ??= swap(next);
        }),
      ),
    ),
  );
  firsts.push(...timings.map(([first]) => first!.firstMs));
  gaps.push(...timings.flat().flatMap(({ gapsMs }) => gapsMs));
  return (await swapping) ?? Number.NaN;
});
report["swap beside 8 streams, ms (median of 3)"] = round(median(underLoad));
report["first token of 8 at once, ms (median)"] = round(median(firsts));
report["gap between tokens beside a swap, ms (median / 99 % / longest)"] = [
  median(gaps),
  at(gaps, 0.99),
  Math.max(...gaps),
]
  .map(round)
  .join(" / ");
for (const [name, value] of Object.entries(report)) console.log(`${name.padEnd(66)} ${value}`);
process.exit(0);

async function inTurn<T>(times: number, work: (i: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let i = 0; i < times; i++) results.push(await work(i));
  return results;
}

/** Tokens of all streams per second of wall time, prompts included; every stream asks four questions, one after another. */
async function throughput(streams: number): Promise<number> {
  const begin = performance.now();
  const timings = await Promise.all(Array.from({ length: streams }, () => inTurn(4, () => time())));
  return timings.flat().reduce((sum, { tokens }) => sum + tokens, 0) / ((performance.now() - begin) / 1000);
}

/** Milliseconds until an adapter that was never seen can answer. */
async function swap(next: AdapterReference): Promise<number> {
  const begin = performance.now();
  await client.ensureAdapter(next);
  return performance.now() - begin;
}
