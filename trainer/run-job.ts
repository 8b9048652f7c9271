/** What a worker does with a Run it holds: data, tools, training with sample replies, files, measuring, handing over. */

import { mkdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import type { LogLevel } from "../prisma/generated/enums.ts";
import type { Db } from "../server/db.ts";
import { recordAiPairs } from "../server/domain/ai-pairs.ts";
import { examplesOf } from "../server/domain/dataset-examples.ts";
import { appendLog, type ClaimedRun, finishRun, type Hold, recordStep, setEvaluating } from "../server/domain/run.ts";
import { METHOD_TRAITS } from "../server/domain/run-config.ts";
import { recordDevice } from "../server/domain/run-cost.ts";
import { recordSamples } from "../server/domain/run-sample.ts";
import type { ServingBackend } from "../server/engine-client.ts";
import { openTokenizer } from "../server/gguf/tokenizer.ts";
import { logger } from "../server/log.ts";
import { sha256OfFile } from "../server/whole-file.ts";
import { readAdapterFile } from "./adapters/read.ts";
import type { Engine } from "./engine/contract.ts";
import { TrainerError } from "./errors.ts";
import type { Endpoint } from "./judge/endpoint.ts";
import { type Lease, LeaseLost } from "./lease.ts";
import { POLICY } from "./methods/run.ts";
import type { Rollouts } from "./rollout/contract.ts";
import type { RolloutsOptions } from "./rollout/rollouts.ts";
import { prepareRunData, type ReadExamples, type RunData } from "./run-data.ts";
import { counted, deviceOf, metered } from "./run-job-cost.ts";
import { type Measuring, measure, measureGeneral } from "./run-job-measure.ts";
import { storeTrained } from "./run-job-store.ts";
import { type SampleRounds, sampleRounds } from "./samples.ts";
import { type Tools, type Training, train } from "./train.ts";

export interface JobServices {
  db: Db;
  /** HONE_HOME, absolute. */
  home: string;
  /** The base model's file, absolute. */
  model: string;
  /** For measuring replies at the end; null where no serving process is known. */
  serving: ServingBackend | null;
  /** From the environment. */
  endpoints: { judge: Endpoint | null; teacher: Endpoint | null };
  openEngine(log: (sentence: string) => void, mode: "lora" | "full"): Promise<Engine>;
  openRollouts(options: RolloutsOptions): Promise<Rollouts>;
}

export interface Job extends Hold {
  run: ClaimedRun["run"];
  lease: Lease;
  /** Ends the training after the step under way, with a checkpoint. */
  pause: AbortSignal;
}

export const checkpointFolder = (home: string, runId: string) => join(home, "checkpoints", runId);

/**
 * Takes a Run to its end.
 * @throws what ends it otherwise: the reasons of `lease` and `pause`, or the failure
 */
export async function doJob(services: JobServices, job: Job): Promise<void> {
  const { run } = job;
  await checkBase(services, run);
  // Open to the end: distillation and judging make tokens of texts that come in while the run goes on.
  const tokenizer = await openTokenizer(services.model);
  try {
    const say = sayer(services, job);
    const mode = (run.config as { tuning?: unknown }).tuning === "full" ? "full" : "lora";
    const engine = await services.openEngine((sentence) => void say("INFO", sentence), mode);
    try {
      await recordDevice(services.db, { ...job, ...deviceOf(engine) });
      const read: ReadExamples = (dataset) => examplesOf(services.db, dataset);
      const data = await prepareRunData(run, read, tokenizer, engine.config.contextLength);
      const { plan, heldOut, dropped } = data;
      await say("INFO", `${plan.examples.length} examples to train on, ${heldOut.examples.length} held out.`);
      if (dropped > 0) await say("WARN", `${dropped} examples are longer than allowed and were left out.`);
      await doWork(services, job, engine, data);
    } finally {
      await engine.close();
    }
  } finally {
    await tokenizer.close();
  }
  await rm(checkpointFolder(services.home, run.id), { recursive: true, force: true });
}

async function doWork(services: JobServices, job: Job, engine: Engine, data: RunData): Promise<void> {
  const tools = await openTools(services, job, engine, data);
  try {
    await trainAndStore(services, job, { engine, data, tools });
  } finally {
    await tools.rollouts?.close();
  }
}

interface Work {
  engine: Engine;
  data: RunData;
  tools: Tools;
}

async function trainAndStore(services: JobServices, job: Job, work: Work): Promise<void> {
  const { db, home, model, serving } = services;
  const { run, lease, attempt } = job;
  const { engine, data, tools } = work;
  const say = sayer(services, job);
  const start = await readStart(services, run, engine);
  const samples = tools.rollouts && isShown(data) ? roundsFrom(tools.rollouts, services, job, data) : null;
  const measuring: Measuring = {
    ...{ db, home, serving, run, attempt, engine, data, tools },
    ...{ signal: lease.signal, warn: (sentence) => say("WARN", sentence) },
  };
  const before = await measureStart(measuring, start);
  const { sampleEvery, tuning } = data.plan.config;
  let steps = run.totalSteps;

  const trained = await train({
    ...{ plan: data.plan, engine, tools, base: run.base, start, seed: run.seed },
    folder: checkpointFolder(home, run.id),
    cancel: lease.signal,
    pause: job.pause,
    log: (sentence) => void say("INFO", sentence),
    onStart: async (step) => {
      if (step > 0) return say("INFO", `Going on after step ${step}.`);
      await samples?.take(0, start?.weights ?? null);
    },
    onStep: async (report) => {
      await record(services, job, report);
      steps = report.totalSteps;
      const due = report.step % sampleEvery === 0 || report.step === report.totalSteps;
      // A whole model speaks from its file, when that is written.
      if (due && tuning === "lora" && !lease.signal.aborted)
        await samples?.take(report.step, engine.exportAdapter(POLICY));
    },
    onPairs: async (pairs) => {
      if (await recordAiPairs(db, job, pairs)) return say("INFO", `${pairs.length} pairs of the judge are kept.`);
      throw new LeaseLost("The run belongs to another worker by now.");
    },
  });

  if (!(await setEvaluating(db, job))) throw new LeaseLost("The run belongs to another worker by now.");
  lease.signal.throwIfAborted();
  const place = { home, model, base: run.base, config: engine.config, name: `${run.id}-${attempt}` };
  const made = await storeTrained(trained, place);
  if (trained.kind === "model" && samples) await showModel(services, job, work, { file: join(home, made.path), steps });
  const metrics = { ...before, ...(await measure(measuring, trained, made)) };
  lease.signal.throwIfAborted();
  if ((await finishRun(db, { ...job, adapter: { ...made, metrics } })) === null)
    throw new LeaseLost("The run belongs to another worker by now.");
}

type Say = (level: LogLevel, text: string) => Promise<void>;

/** Writes to the Run's own log and to the process's. A line that cannot be stored does not stop the work. */
function sayer({ db }: JobServices, { run, attempt }: Job): Say {
  const log = logger("trainer");
  return async (level, text) => {
    log[level === "ERROR" ? "error" : level === "WARN" ? "warn" : "info"]({ runId: run.id }, text);
    await appendLog(db, { runId: run.id, attempt, level, text }).catch((err) => log.warn({ err }, "log line lost"));
  };
}

async function checkBase({ model }: JobServices, run: ClaimedRun["run"]): Promise<void> {
  const sha256 = await sha256OfFile(model);
  if (sha256 === run.base.sha256) return;
  throw new TrainerError(
    "BASE_MISMATCH",
    `The run is for base model ${run.base.name} (${run.base.sha256.slice(0, 12)}), this trainer has ${basename(model)} ` +
      `(${sha256.slice(0, 12)}); set HONE_MODEL back, or start a new run.`,
  );
}

/** Tokens of prompt and reply that the private sampler holds; the settings bound them besides. */
const MOST_CONTEXT = 4096;

/** A sampler where the method needs one, or where replies are to be shown and can be; a reward model where one is named. */
async function openTools(services: JobServices, job: Job, engine: Engine, data: RunData): Promise<Tools> {
  const { home, model, endpoints } = services;
  const { run, lease } = job;
  const { chat, plan } = data;
  const say = sayer(services, job);
  const tools: Tools = { chat };
  // Who may be asked is part of what the run is; a run that asks nobody goes on whoever is configured.
  if (METHOD_TRAITS[plan.method].endpoint !== "never") {
    tools.judge = metered(services.db, job, endpoints.judge);
    tools.teacher = metered(services.db, job, endpoints.teacher);
  }
  if (run.rewardAdapter) {
    const { sha256, path } = run.rewardAdapter;
    tools.rewardModel = { sha256, weights: await readAdapterFile(join(home, path), engine.config, run.base) };
  }
  const needed = METHOD_TRAITS[plan.method].samples;
  if (!needed && !isShown(data)) return tools;
  try {
    const rollouts = await services.openRollouts({
      ...(await samplerOptions(home, engine)),
      ...{ model, log: (sentence) => void say("INFO", sentence), signal: lease.signal },
    });
    tools.rollouts = counted(services.db, job, rollouts);
  } catch (error) {
    lease.signal.throwIfAborted();
    if (needed) throw error;
    await say("WARN", `No sample replies will be shown: ${(error as Error).message}`);
  }
  return tools;
}

/** Adapters of the run lie in HONE_HOME/tmp while a sampler uses them. */
async function samplerOptions(home: string, { config }: Engine) {
  const folder = join(home, "tmp");
  await mkdir(folder, { recursive: true });
  return { folder, contextLength: Math.min(MOST_CONTEXT, config.contextLength) };
}

/** llama.cpp speaks with LoRA policies and whole models; of the other kinds nothing can be shown. */
const isShown = ({ plan: { method, config }, prompts }: RunData): boolean =>
  config.sampleEvery > 0 && ["lora", "full"].includes(config.tuning) && method !== "REWARD" && prompts.length > 0;

function roundsFrom(rollouts: Rollouts, services: JobServices, job: Job, data: RunData): SampleRounds {
  const say = sayer(services, job);
  return sampleRounds(rollouts, {
    ...{ prompts: data.prompts, maxTokens: data.shownTokens, signal: job.lease.signal },
    store: (step, samples) => recordSamples(services.db, job, step, samples),
    warn: (sentence) => say("WARN", sentence),
  });
}

/** The last round of a run that made a whole model, from a sampler on the new file. */
async function showModel(
  services: JobServices,
  job: Job,
  { engine, data }: Work,
  { file, steps }: { file: string; steps: number },
): Promise<void> {
  const { signal } = job.lease;
  try {
    const rollouts = await services.openRollouts({
      ...(await samplerOptions(services.home, engine)),
      model: file,
      signal,
    });
    try {
      await roundsFrom(counted(services.db, job, rollouts), services, job, data).take(steps, null);
    } finally {
      await rollouts.close();
    }
  } catch (error) {
    signal.throwIfAborted();
    await sayer(services, job)("WARN", `No replies of the new model can be shown: ${(error as Error).message}`);
  }
}

async function readStart({ home }: JobServices, run: ClaimedRun["run"], engine: Engine): Promise<Training["start"]> {
  if (!run.fromAdapter) return null;
  const { sha256, path } = run.fromAdapter;
  return { sha256, weights: await readAdapterFile(join(home, path), engine.config, run.base) };
}

const START = "start";

/** General data before the training, by what it starts from: a whole model's training changes the base itself. */
async function measureStart(measuring: Measuring, start: Training["start"]): Promise<Record<string, number>> {
  if (!start) return measureGeneral(measuring, "before", null);
  measuring.engine.loadAdapter(START, start.weights);
  try {
    return await measureGeneral(measuring, "before", START);
  } finally {
    measuring.engine.dropAdapter(START);
  }
}

/** A step that could not be recorded is lost to the chart, not to the training: whether to go on is the lease's to say. */
async function record({ db }: JobServices, job: Job, report: Parameters<Training["onStep"]>[0]): Promise<void> {
  try {
    job.lease.heard(await recordStep(db, { ...job, ...report }));
  } catch (err) {
    logger("trainer").warn({ err, runId: job.run.id, step: report.step }, "step not recorded");
  }
}
