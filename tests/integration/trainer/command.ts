/** Runs `npm run train`'s program as its users do, in a process of its own. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

export interface Ended {
  /** null where a signal ended it. */
  code: number | null;
  out: string;
  err: string;
  /** What --json wrote. */
  lines: Record<string, unknown>[];
}

export interface Running {
  child: ChildProcess;
  ended: Promise<Ended>;
}

/** Starts the command; `onLine` sees every line of standard output as it comes. */
export function startTrain(
  args: readonly string[],
  onLine: (line: string) => void = () => {},
  env: Record<string, string> = {},
): Running {
  return start("trainer/cli.ts", args, onLine, env);
}

/** Starts one of the command line's programs. */
function start(program: string, args: readonly string[], onLine: (line: string) => void, env: Record<string, string>) {
  const child = spawn(process.execPath, ["--import", "tsx", program, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  let [out, err] = ["", ""];
  createInterface({ input: child.stdout! }).on("line", (line) => {
    out += `${line}\n`;
    onLine(line);
  });
  child.stderr!.setEncoding("utf8").on("data", (text: string) => {
    err += text;
  });
  const ended = once(child, "close").then(([code]): Ended => {
    const json = out.split("\n").filter((line) => line.startsWith("{"));
    return { code, out, err, lines: json.map((line) => JSON.parse(line)) };
  });
  return { child, ended };
}

/** Runs `npm run merge` or `npm run score`. */
export const runProgram = (program: "merge" | "score", ...args: string[]): Promise<Ended> =>
  start(`trainer/cli/${program}.ts`, args, () => {}, {}).ended;

export const train = (...args: string[]): Promise<Ended> => startTrain(args).ended;

/** Twelve pairs that prefer a short answer, as JSON Lines. */
export function writePairs(folder: string): string {
  const path = join(folder, "pairs.jsonl");
  const words = ["the sky", "a fox", "history", "weather", "one and two", "Paris", "a dog", "the world"];
  const pairs = Array.from({ length: 12 }, (_, i) => ({
    prompt: `What is ${words[i % words.length]}? ${"please ".repeat(i % 3)}`,
    chosen: `It is ${words[(i + 1) % words.length]}.`,
    rejected: `The short answer about ${words[i % words.length]} is ${words[(i + 3) % words.length]}, that is all.`,
  }));
  writeFileSync(path, pairs.map((pair) => `${JSON.stringify(pair)}\n`).join(""));
  return path;
}

export const readJson = (...path: string[]) => JSON.parse(readFileSync(join(...path), "utf8"));
