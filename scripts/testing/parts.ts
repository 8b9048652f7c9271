// The parts of `npm test` and `npm run check`: what each runs and how its result becomes counts.
import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

export interface PartContext {
  root: string;
  /** Folder for machine-readable reports. */
  reports: string;
  /** Called with every child, so that an interrupted run can end it. */
  onChild: (kill: () => void) => void;
}

export interface Part {
  name: string;
  run(context: PartContext): Promise<Counts>;
}

const ok: Counts = { passed: 1, failed: 0, skipped: 0 };
const fault: Counts = { passed: 0, failed: 1, skipped: 0 };

/** Runs a program of node_modules with its output on this terminal. @returns its exit status */
export function runNode(
  { root, onChild }: PartContext,
  args: string[],
  env: Record<string, string> = {},
): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ["ignore", "inherit", "inherit"],
    });
    onChild(() => child.kill("SIGTERM"));
    child.on("error", (error) => {
      console.error(error.message);
      resolve(1);
    });
    child.on("exit", (status) => resolve(status ?? 1));
  });
}

/** A check that is right or wrong as a whole counts as one. */
function check(name: string, args: string[], prepare?: (root: string) => void): Part {
  return {
    name,
    async run(context) {
      prepare?.(context.root);
      return (await runNode(context, args)) === 0 ? ok : fault;
    },
  };
}

/** Next writes this file when it builds; the type check of a fresh clone comes before that. */
function ensureNextTypes(root: string): void {
  const file = path.join(root, "next-env.d.ts");
  if (fs.existsSync(file)) return;
  fs.writeFileSync(file, '/// <reference types="next" />\n/// <reference types="next/image-types/global" />\n');
}

export const types = check("types (tsc)", ["node_modules/typescript/bin/tsc", "--noEmit"], ensureNextTypes);
export const lint = check("lint and format (biome)", ["node_modules/@biomejs/biome/bin/biome", "check"]);
export const unused = check("unused code (knip)", ["node_modules/knip/bin/knip.js", "--no-progress"]);

/** One project of vitest.config.ts. */
export function vitest(project: string, title: string): Part {
  return {
    name: title,
    async run(context) {
      const report = path.join(context.reports, `${project}.json`);
      fs.rmSync(report, { force: true });
      const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
      const status = await runNode(context, [
        "node_modules/vitest/vitest.mjs",
        "run",
        "--project",
        project,
        ...reporters,
      ]);
      const result = readReport<{
        numPassedTests: number;
        numFailedTests: number;
        numPendingTests: number;
        numTodoTests: number;
      }>(report);
      if (!result) return fault;
      return withStatus(status, {
        passed: result.numPassedTests,
        failed: result.numFailedTests,
        skipped: result.numPendingTests + result.numTodoTests,
      });
    },
  };
}

/** A report that counts no failure although its program says it failed (a file that does not load) has one. */
export function withStatus(status: number, counts: Counts): Counts {
  return status !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

export function readReport<T>(file: string): T | null {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8")) as T;
  } catch {
    return null;
  }
}
