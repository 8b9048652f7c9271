/** A private inference process: started for one run, known to nobody else, gone with its parent. */

import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { createEngineClient, type ServingBackend } from "../../server/engine-client.ts";
import { TrainerError } from "../errors.ts";

export interface ChildOptions {
  /** The base model's file. */
  model: string;
  threads: number;
  /** Tokens of prompt and reply together at most. */
  contextLength: number;
  /** Replies generated side by side. */
  sequences: number;
}

export interface InferenceChild {
  client: ServingBackend;
  pid: number;
  /** Ends the process, gently first; harmless when it has ended. */
  end(): Promise<void>;
}

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const GUARD = `${new URL("../../scripts/die-with-parent.mjs", import.meta.url).href}?parent=${process.pid}`;
const STOP_LIMIT_MS = 5000;
/** Base, the adapter in use and its successor. */
const ADAPTERS = 3;
const MOST_WAITING = 10_000;

/**
 * Starts the process and waits until it answers.
 * @throws TrainerError SAMPLING_FAILED with the process's own last words; the reason of `signal`
 */
export async function startChild(options: ChildOptions, signal?: AbortSignal): Promise<InferenceChild> {
  signal?.throwIfAborted();
  const secret = randomBytes(32).toString("hex");
  const child = spawn(process.execPath, ["--import", GUARD, "--import", "tsx", "server/inference/main.ts"], {
    cwd: ROOT,
    env: {
      ...process.env,
      // Port 0 takes a free one; which one it is stands in the first line of its log.
      INFERENCE_URL: "http://127.0.0.1:0",
      INFERENCE_SECRET: secret,
      INFERENCE_THREADS: String(options.threads),
      INFERENCE_CONTEXT: String(options.contextLength),
      INFERENCE_SEQUENCES: String(options.sequences),
      INFERENCE_QUEUE: String(MOST_WAITING),
      INFERENCE_ADAPTERS: String(ADAPTERS),
      INFERENCE_YIELD: "on",
      HONE_MODEL: options.model,
      LOG_LEVEL: "info",
    },
    stdio: ["ignore", "ignore", "pipe"],
    windowsHide: true,
  });
  try {
    const port = await listening(child, signal);
    const client = createEngineClient({ url: `http://127.0.0.1:${port}`, secret });
    return { client, pid: child.pid!, end: () => end(child) };
  } catch (error) {
    await end(child);
    throw error;
  }
}

/** The port on which it serves, from its log. */
function listening(child: ChildProcess, signal?: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    let lastWords = "it said nothing";
    const abort = () => reject(signal!.reason);
    signal?.addEventListener("abort", abort, { once: true });
    child.once("error", reject);
    // Read to the end: a process whose log nobody reads stops when the pipe is full.
    createInterface({ input: child.stderr! }).on("line", (line) => {
      const { msg, address } = parsed(line);
      lastWords = msg ?? line;
      if (address) {
        signal?.removeEventListener("abort", abort);
        resolve(address.port);
      }
    });
    child.once("close", () =>
      reject(new TrainerError("SAMPLING_FAILED", `The process that samples replies did not start: ${lastWords}`)),
    );
  });
}

function parsed(line: string): { msg?: string; address?: { port: number } } {
  try {
    return JSON.parse(line);
  } catch {
    return {};
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || !child.pid) return;
  const gone = once(child, "exit");
  const force = setTimeout(() => child.kill("SIGKILL"), STOP_LIMIT_MS);
  child.kill("SIGTERM");
  await gone;
  clearTimeout(force);
}
