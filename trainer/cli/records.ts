/** What a run leaves beside its weights: every step's figures, and all that is needed to do it again. */

import { appendFile, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { sha256OfFile, writeWhole } from "../../server/whole-file.ts";
import type { StepReport } from "../methods/run.ts";
import type { RunIdentity, Tools } from "../train.ts";
import type { TrainCommand } from "./arguments.ts";

/** `metrics.jsonl`: a resumed run takes the steps it does again out first. */
export function metricsFile({ out, resume }: Pick<TrainCommand, "out" | "resume">) {
  const path = join(out, "metrics.jsonl");
  const line = (report: StepReport) => `${JSON.stringify({ step: report.step, ...report.metrics })}\n`;
  return {
    async keepUpTo(step: number): Promise<void> {
      const old = resume && step > 0 ? await readFile(path, "utf8").catch(() => "") : "";
      const kept = old.split("\n").filter((text) => stepOf(text) >= 1 && stepOf(text) <= step);
      await writeWhole(path, [kept.map((text) => `${text}\n`).join("")]);
    },
    append: (report: StepReport) => appendFile(path, line(report)),
  };
}

function stepOf(text: string): number {
  try {
    return Number(JSON.parse(text).step);
  } catch {
    return 0; // the last line of a killed process may be half written
  }
}

/** What a run made, and in how many steps. */
export interface RunResult {
  dropped: number;
  engine: string;
  made: { file: string; sha256: string; sizeBytes: number };
  steps: number;
}

/** `run.json`: all that is needed to make the same weights again. */
export async function writeRunRecord(
  command: TrainCommand,
  { plan, base, start, seed }: RunIdentity,
  { rewardModel, judge, teacher }: Tools,
  { dropped, engine, made, steps }: RunResult,
): Promise<void> {
  const file = async (path: string | null) =>
    path === null ? null : { file: basename(path), sha256: await sha256OfFile(path) };
  const record = {
    version: 2,
    method: plan.method,
    base,
    from: start?.sha256 ?? null,
    data: { ...(await file(command.data)), examples: plan.examples.length, dropped },
    replay: await file(command.replay),
    humanPairs: await file(command.humanPairs),
    rewardModel: rewardModel?.sha256 ?? null,
    // Names only: addresses may hold secrets.
    judge: judge?.model ?? null,
    teacher: teacher?.model ?? null,
    config: plan.config,
    seed,
    engine,
    steps,
    made,
  };
  await writeWhole(join(command.out, "run.json"), [`${JSON.stringify(record, null, 2)}\n`]);
}
