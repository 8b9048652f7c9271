// What a swap costs the people who are talking: how long it takes, what it adds to their tokens, and whether any reply fails.
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { createEngineClient } from "../../server/engine-client.ts";
import { freePort } from "../../server/free-port.ts";
import { readModelConfig } from "../../server/gguf/model-config.ts";
import { openGguf } from "../../server/gguf/reader.ts";
import { writeTinyAdapter } from "../../tests/helpers/tiny-model.ts";
import { type SwapRun, streamsUnderSwaps } from "./swap-streams.ts";
import { untilReady } from "./until-ready.ts";

const STREAMS = 32;
const SWAPS = 100;
const MAX_TOKENS = 64;
/** Tokens heard between two swaps, and in the part without any. */
const [TOKENS_BETWEEN, TOKENS_CALM] = [128, 8_000];

export async function benchSwap(model: string): Promise<void> {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "hone-bench-"));
  const url = `http://127.0.0.1:${await freePort()}`;
  const secret = "a secret for the bench only";
  const child = spawn(process.execPath, ["--import", "tsx", "server/inference/main.ts"], {
    env: {
      ...process.env,
      ...{ HONE_HOME: home, HONE_MODEL: model, INFERENCE_URL: url, INFERENCE_SECRET: secret, INFERENCE_QUEUE: "256" },
    },
    stdio: ["ignore", "ignore", "inherit"],
  });
  try {
    const client = createEngineClient({ url, secret });
    await untilReady(client, child);
    const file = openGguf(model);
    const config = readModelConfig(file);
    file.close();
    // Every swap goes to an adapter that was never loaded, as real ones do.
    const adapters = Array.from({ length: SWAPS + 1 }, (_, seed) => {
      const at = path.join(home, `adapter-${seed}.gguf`);
      return { sha256: writeTinyAdapter(at, config, { rank: 16, alpha: 32, seed, deviation: 0.01 }).sha256, path: at };
    });
    console.log(
      `${path.basename(model)} on ${os.availableParallelism()} × ${os.cpus()[0]?.model.trim()}, load ${os.loadavg()[0]!.toFixed(1)}`,
    );
    console.log(`${STREAMS} streams, replies of up to ${MAX_TOKENS} tokens, adapters of rank 16 on every layer\n`);
    const settings = { adapters, streams: STREAMS, maxTokens: MAX_TOKENS };
    // The first seconds of a process are slower than the rest.
    await streamsUnderSwaps(client, { ...settings, swaps: 0, tokens: 500 });
    const calm = await streamsUnderSwaps(client, { ...settings, swaps: 0, tokens: TOKENS_CALM });
    const swapped = await streamsUnderSwaps(client, { ...settings, swaps: SWAPS, tokens: TOKENS_BETWEEN });
    report(calm, swapped);
  } finally {
    child.kill("SIGTERM");
    fs.rmSync(home, { recursive: true, force: true });
  }
}

function report(calm: SwapRun, swapped: SwapRun): void {
  const gaps = ({ replies }: SwapRun) => replies.flatMap(({ gapsMs }) => gapsMs);
  const first = ({ replies }: SwapRun) => replies.map(({ firstMs }) => firstMs);
  const mixed = swapped.replies.filter(({ adapter, startedWith }) => startedWith !== adapter.sha256).length;
  const row = (name: string, ...cells: string[]) =>
    console.log(name.padEnd(46) + cells.map((cell) => cell.padStart(12)).join(""));
  row("", "p50", "p99", "most");
  row("swap: until new replies begin with it", ...spread(swapped.swapsMs));
  row("visible: asked as soon as it is ready", ...spread(swapped.visibleMs));
  row("between tokens, no swap", ...spread(gaps(calm)));
  row(`between tokens, ${SWAPS} swaps`, ...spread(gaps(swapped)));
  row("added by swaps", ...added(gaps(calm), gaps(swapped)));
  row("to the first token, no swap", ...spread(first(calm)));
  row(`to the first token, ${SWAPS} swaps`, ...spread(first(swapped)));
  console.log(
    `\n${swapped.replies.length} replies under swaps: ${swapped.failures.length} failed, ${mixed} spoken by another adapter than asked for`,
  );
  for (const failure of new Set(swapped.failures)) console.log(`  ${failure}`);
  if (swapped.failures.length + mixed > 0) process.exitCode = 1;
}

const quantile = (sorted: readonly number[], share: number) =>
  sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;

const AT = [0.5, 0.99, 1] as const;
const quantiles = (values: readonly number[]) => {
  const sorted = values.toSorted((a, b) => a - b);
  return AT.map((share) => quantile(sorted, share));
};
const inMs = (value: number) => `${value.toFixed(1)} ms`;
const spread = (values: readonly number[]) => quantiles(values).map(inMs);
const added = (before: readonly number[], after: readonly number[]) => {
  const calm = quantiles(before);
  return quantiles(after).map((value, i) => inMs(value - calm[i]!));
};
