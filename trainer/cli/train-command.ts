/** What `npm run train` does between reading its arguments and ending: data in, adapter and records out. */

import { appendFile, mkdir, readFile, rm, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { countParameters, RUN_CONFIG_SCHEMAS, resolveRunConfig } from "../../server/domain/run-config.ts";
import { readModelConfig } from "../../server/gguf/model-config.ts";
import { readAdapter } from "../../server/gguf/read-adapter.ts";
import { openGguf } from "../../server/gguf/reader.ts";
import { openTokenizer } from "../../server/gguf/tokenizer.ts";
import { validateBase, validateTrainable } from "../../server/gguf/validate.ts";
import { ADAPTER_FILE, type BaseIdentity, exportAdapter } from "../adapters/export.ts";
import { sha256OfFile, writeWhole } from "../adapters/files.ts";
import { readDialogues, readPairs } from "../data/jsonl.ts";
import { chatTokens, tokeniseDialogues, tokenisePairs } from "../data/tokenise.ts";
import type { ModelConfig } from "../engine/contract.ts";
import { openEngine } from "../engine/index.ts";
import { TrainerError } from "../errors.ts";
import type { StepReport } from "../methods/run.ts";
import { checkpointPath, type RunIdentity, type TrainingPlan, train } from "../train.ts";
import type { TrainCommand } from "./arguments.ts";
import { duration, type Reporter } from "./progress.ts";

/**
 * Trains and writes the adapter's files, `metrics.jsonl` and `run.json` into `command.out`.
 * @param pause ends the run after the step under way, with a resume point
 * @throws TrainerError, GgufError or EngineError with one sentence
 */
export async function runTrainCommand(command: TrainCommand, reporter: Reporter, pause: AbortSignal): Promise<void> {
  const work = join(command.out, ".unfinished");
  await checkOutFolder(command, work);
  const model = readBase(command.base);
  const base: BaseIdentity = { name: basename(command.base, ".gguf"), sha256: await sha256OfFile(command.base) };
  const { plan, dropped } = await readPlan(command, model);
  const start = command.from && {
    sha256: await sha256OfFile(await existing(command.from)),
    weights: readAdapter(command.from, model, base),
  };
  const identity: RunIdentity = { plan, base, start: start || null, seed: command.seed };
  if (dropped > 0) reporter.note(`${dropped} examples are longer than allowed and were left out.`);

  const engine = await openEngine({
    baseGguf: command.base,
    mode: "lora",
    backend: command.engine,
    threads: command.threads,
    log: reporter.note,
  });
  try {
    const began = performance.now();
    const metrics = await metricsFile(command);
    let steps = 0;
    const adapter = await train({
      ...identity,
      engine,
      folder: work,
      pause,
      onStart: async (resumedStep) => {
        await metrics.keepUpTo(resumedStep);
        reporter.note(resumedStep > 0 ? `Going on after step ${resumedStep}.` : startSentence(plan));
      },
      onStep: async (report) => {
        steps = report.totalSteps;
        await metrics.append(report);
        reporter.step(report);
      },
    });
    const made = await exportAdapter(command.out, adapter, model, base);
    await writeRunRecord(command, identity, { dropped, engine: engine.description, adapter: made, steps });
    await rm(work, { recursive: true, force: true });
    const seconds = (performance.now() - began) / 1000;
    reporter.done({ adapter: join(command.out, ADAPTER_FILE), sha256: made.sha256, steps, time: duration(seconds) });
  } finally {
    await engine.close();
  }
}

/** Nothing that took time to make is replaced unless that was asked for. */
async function checkOutFolder({ out, resume, overwrite }: TrainCommand, work: string): Promise<void> {
  const [adapter, unfinished] = await Promise.all([exists(join(out, ADAPTER_FILE)), exists(checkpointPath(work))]);
  if (adapter && !overwrite && !(resume && unfinished))
    throw new TrainerError(
      "BAD_ARGUMENT",
      `${out} holds a finished adapter; choose another folder, or add --overwrite to replace it.`,
    );
  if (unfinished && !resume && !overwrite)
    throw new TrainerError(
      "BAD_ARGUMENT",
      `${out} holds an unfinished run; add --resume to go on with it, or --overwrite to begin anew.`,
    );
  if (!resume) await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
}

function readBase(path: string): ModelConfig {
  const file = openGguf(path);
  try {
    // The architecture first: a model of another kind should be told so, not that it lacks some key of ours.
    readModelConfig(file);
    const config = validateBase(file);
    validateTrainable(file, config);
    return config;
  } finally {
    file.close();
  }
}

async function readPlan(command: TrainCommand, model: ModelConfig): Promise<{ plan: TrainingPlan; dropped: number }> {
  const { method, data } = command;
  const input = { overLong: "error", ...command.config };
  const { maxLength, overLong } = RUN_CONFIG_SCHEMAS[method].parse(input);
  const rule = { maxLength: Math.min(maxLength, model.contextLength), overLong };
  const scale = (examples: number) => ({ parameters: countParameters(model), examples });
  const pairs = method === "DPO" ? await readPairs(data) : [];
  const dialogues = method === "SFT" ? await readDialogues(data) : [];
  const tokenizer = await openTokenizer(command.base);
  try {
    const chat = chatTokens(tokenizer);
    if (method === "DPO") {
      const { examples, dropped } = tokenisePairs(pairs, chat, rule);
      const config = resolveRunConfig(method, input, scale(examples.length));
      return { plan: { method, config, examples }, dropped };
    }
    const { examples, dropped } = tokeniseDialogues(dialogues, chat, rule);
    const config = resolveRunConfig("SFT", input, scale(examples.length));
    return { plan: { method: "SFT", config, examples }, dropped };
  } finally {
    await tokenizer.close();
  }
}

function startSentence({ method, config, examples }: TrainingPlan): string {
  const kind = method === "DPO" ? "pairs" : "dialogues";
  return `${examples.length} ${kind}, ${config.epochs} epochs in steps of ${config.batchSize}, learning rate ${config.learningRate}.`;
}

/** `metrics.jsonl`: a resumed run takes the steps it does again out first. */
async function metricsFile({ out, resume }: TrainCommand) {
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

interface RunResult {
  dropped: number;
  engine: string;
  adapter: { sha256: string; sizeBytes: number };
  steps: number;
}

/** `run.json`: all that is needed to make the same adapter again. */
async function writeRunRecord(command: TrainCommand, identity: RunIdentity, result: RunResult): Promise<void> {
  const { plan, base, start, seed } = identity;
  const record = {
    version: 1,
    method: plan.method,
    base,
    from: start?.sha256 ?? null,
    data: {
      file: basename(command.data),
      sha256: await sha256OfFile(command.data),
      examples: plan.examples.length,
      dropped: result.dropped,
    },
    config: plan.config,
    seed,
    engine: result.engine,
    steps: result.steps,
    adapter: result.adapter,
  };
  await writeWhole(join(command.out, "run.json"), [`${JSON.stringify(record, null, 2)}\n`]);
}

const exists = async (path: string) => (await stat(path).catch(() => null)) !== null;

async function existing(path: string): Promise<string> {
  if (!(await exists(path))) throw new TrainerError("FILE_MISSING", `There is no file ${path}.`);
  return path;
}
