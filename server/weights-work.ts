/**
 * Work on files of weights, done in a child process that knows no secret: whatever a stranger's file makes of its reader, or a large one
 * of its memory, happens there and not where people chat.
 */

import { spawn } from "node:child_process";
import { setPriority } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** The base model an adapter has to fit. */
export interface WorkBase {
  name: string;
  sha256: string;
  architecture: string;
  layers: number;
  width: number;
  heads: number;
  kvHeads: number;
  headWidth: number;
  feedForward: number;
}

/** Checks what lies in `folder` (`adapter.gguf`, or PEFT's two files) and leaves all three there, written by us where they were not. */
export interface AdoptTask {
  kind: "ADOPT";
  format: "GGUF" | "PEFT";
  folder: string;
  base: WorkBase;
}
export interface Adopted {
  /** Of adapter.gguf. */
  sha256: string;
  bytes: number;
  rank: number;
  alpha: number;
  /** The file names its base by hash. */
  baseNamed: boolean;
}

/** Writes adapter and base as one model, whole or not at all. */
export interface MergeTask {
  kind: "MERGE";
  base: string;
  adapter: string;
  out: string;
  type: "keep" | "f32" | "f16" | "q8_0";
}
export interface MergedFile {
  sha256: string;
  bytes: number;
}

interface Results {
  ADOPT: Adopted;
  MERGE: MergedFile;
}
export type WeightsTask = AdoptTask | MergeTask;

/** A line of the child's. */
export type WeightsAnswer =
  | { progress: number }
  | { done: Adopted | MergedFile }
  | { refused: { code: string; message: string } };

/** The files are not as they must be, in words; code CRASHED when the child died over them. */
export class WeightsRefused extends Error {
  override readonly name = "WeightsRefused";
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** Far longer than writing the largest model takes. */
const LIMIT_MS = 30 * 60_000;
/** Of JavaScript's own memory; tensors lie outside it. */
const HEAP_MB = 1024;
/** Behind people's replies. */
const NICE = 10;

/**
 * Does one task.
 * @param onProgress share of it that is done
 * @throws WeightsRefused
 */
export function doWeightsWork<Task extends WeightsTask>(
  task: Task,
  { onProgress, signal }: { onProgress?: (done: number) => void; signal?: AbortSignal } = {},
): Promise<Results[Task["kind"]]> {
  return new Promise((resolve, reject) => {
    // Every process of Hone is started in the folder of its sources; a bundler would misread a path from this file.
    const root = process.cwd();
    const guard = join(root, "scripts", "die-with-parent.mjs");
    const args = [`--max-old-space-size=${HEAP_MB}`, "--import", guard, "--import", "tsx"];
    const { PATH, HOME, TMPDIR, NODE_ENV } = process.env;
    const child = spawn(process.execPath, [...args, join("server", "gguf", "work.ts")], {
      cwd: root,
      // NODE_ENV is there because Next's types of an environment ask for it.
      env: { PATH, HOME, TMPDIR, NODE_ENV },
      stdio: ["pipe", "pipe", "ignore"],
      windowsHide: true,
      timeout: LIMIT_MS,
      killSignal: "SIGKILL",
      ...(signal && { signal }),
    });
    child.once("spawn", () => yieldToOthers(child.pid!));
    let answer: WeightsAnswer | undefined;
    createInterface({ input: child.stdout }).on("line", (line) => {
      const said = JSON.parse(line) as WeightsAnswer;
      if ("progress" in said) onProgress?.(said.progress);
      else answer = said;
    });
    child.once("error", reject);
    // It may die before it has read its task; `close` tells of that.
    child.stdin.once("error", () => {});
    child.stdin.end(JSON.stringify(task));
    child.once("close", () => {
      if (answer && "done" in answer) return resolve(answer.done as Results[Task["kind"]]);
      const { code, message } = answer && "refused" in answer ? answer.refused : CRASHED;
      reject(new WeightsRefused(code, message));
    });
  });
}

const CRASHED = { code: "CRASHED", message: "The process that read the file died over it; it may need more memory." };

function yieldToOthers(pid: number): void {
  try {
    setPriority(pid, NICE);
  } catch {
    // Not every system lets it; the work is only less polite then.
  }
}
