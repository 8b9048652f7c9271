/** What a worker does with a Run it holds: data, training, adapter files, measuring, handing over. */

import { mkdir, rename, rm, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { LogLevel } from "../prisma/generated/enums.ts";
import type { Db } from "../server/db.ts";
import { pairsOfRun } from "../server/domain/dataset.ts";
import { activeDeployment } from "../server/domain/live.ts";
import { appendLog, type ClaimedRun, finishRun, type Hold, recordStep, setEvaluating } from "../server/domain/run.ts";
import type { ServingBackend } from "../server/engine-client.ts";
import { readAdapter } from "../server/gguf/read-adapter.ts";
import { openTokenizer } from "../server/gguf/tokenizer.ts";
import { logger } from "../server/log.ts";
import { ADAPTER_FILE, type ExportedAdapter, exportAdapter } from "./adapters/export.ts";
import { sha256OfFile } from "./adapters/files.ts";
import type { AdapterWeights, Engine, Metrics } from "./engine/contract.ts";
import { TrainerError } from "./errors.ts";
import { evaluatePreferences, evaluateReplies, sampleReplies } from "./evaluate.ts";
import { type Lease, LeaseLost } from "./lease.ts";
import { POLICY } from "./methods/run.ts";
import { prepareRunData, type ReplyPrompt, type RunData } from "./run-data.ts";
import { type Training, train } from "./train.ts";

export interface JobServices {
  db: Db;
  /** HONE_HOME, absolute. */
  home: string;
  /** The base model's file, absolute. */
  model: string;
  /** For sampling replies at the end; null where no serving process is known. */
  serving: ServingBackend | null;
  openEngine(log: (sentence: string) => void): Promise<Engine>;
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
  const { db, home } = services;
  const { run, lease } = job;
  const say = sayer(services, job);
  await checkBase(services, run);
  const engine = await services.openEngine((sentence) => void say("INFO", sentence));
  try {
    const data = await readData(services, job, engine);
    const { plan } = data;
    await say("INFO", `${plan.examples.length} examples to train on, ${data.heldOut.length} held out.`);
    if (data.dropped > 0) await say("WARN", `${data.dropped} pairs are longer than allowed and were left out.`);

    const weights = await train({
      plan,
      engine,
      base: run.base,
      start: readStart(services, run, engine),
      seed: run.seed,
      folder: checkpointFolder(home, run.id),
      cancel: lease.signal,
      pause: job.pause,
      onStart: (step) => (step > 0 ? say("INFO", `Going on after step ${step}.`) : undefined),
      onStep: (report) => record(services, job, report),
    });

    if (!(await setEvaluating(db, job))) throw new LeaseLost("The run belongs to another worker by now.");
    const made = await storeAdapter(home, job, weights, engine);
    const metrics = await measure(services, job, engine, data, made);
    lease.signal.throwIfAborted();
    const path = `adapters/${made.sha256}/${ADAPTER_FILE}`;
    const { rank, alpha } = weights;
    const adapter = { sha256: made.sha256, path, bytes: made.sizeBytes, rank, alpha, metrics };
    if ((await finishRun(db, { ...job, adapter })) === null)
      throw new LeaseLost("The run belongs to another worker by now.");
    await rm(checkpointFolder(home, run.id), { recursive: true, force: true });
  } finally {
    await engine.close();
  }
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

async function readData({ db, model }: JobServices, { run }: Job, engine: Engine): Promise<RunData> {
  const tokenizer = await openTokenizer(model);
  try {
    return await prepareRunData(run, pairsOfRun(db, run.id), tokenizer, engine.config.contextLength);
  } finally {
    await tokenizer.close();
  }
}

function readStart({ home }: JobServices, run: ClaimedRun["run"], engine: Engine): Training["start"] {
  if (!run.fromAdapter) return null;
  const { sha256, path } = run.fromAdapter;
  return { sha256, weights: readAdapter(join(home, path), engine.config, run.base) };
}

/** A step that could not be recorded is lost to the chart, not to the training: whether to go on is the lease's to say. */
async function record({ db }: JobServices, job: Job, report: Parameters<Training["onStep"]>[0]): Promise<void> {
  try {
    job.lease.heard(await recordStep(db, { ...job, ...report }));
  } catch (err) {
    logger("trainer").warn({ err, runId: job.run.id, step: report.step }, "step not recorded");
  }
}

/** Writes the files beside their place and moves the whole folder: `adapters/<sha256>` is complete or absent. */
async function storeAdapter(home: string, job: Job, weights: AdapterWeights, engine: Engine): Promise<ExportedAdapter> {
  const making = join(home, "adapters", `.making-${job.run.id}-${job.attempt}`);
  await rm(making, { recursive: true, force: true });
  await mkdir(making, { recursive: true });
  job.lease.signal.throwIfAborted();
  const made = await exportAdapter(making, weights, engine.config, job.run.base);
  const folder = join(home, "adapters", made.sha256);
  // Equal weights were stored before: the files there are these very bytes.
  if (await stat(join(folder, ADAPTER_FILE)).catch(() => null)) await rm(making, { recursive: true });
  else await rename(making, folder);
  return made;
}

const SAMPLING_LIMIT_MS = 30_000;

/** Measuring must not lose a trained adapter: what cannot be measured is left out, with a line in the log. */
async function measure(
  services: JobServices,
  job: Job,
  engine: Engine,
  { heldOut, prompts }: RunData,
  made: ExportedAdapter,
): Promise<Metrics> {
  const say = sayer(services, job);
  const attempted = async (what: string, work: () => Promise<Metrics>): Promise<Metrics> => {
    try {
      return await work();
    } catch (error) {
      job.lease.signal.throwIfAborted();
      await say("WARN", `${what} could not be measured: ${(error as Error).message}`);
      return {};
    }
  };
  const preferences = await attempted("Held-out pairs", async () => {
    const live = heldOut.length > 0 ? await loadLive(services, job, engine) : null;
    return evaluatePreferences(engine, { candidate: POLICY, live }, heldOut);
  });
  job.lease.signal.throwIfAborted();
  const replies = await attempted("Replies", () => measureReplies(services, job, engine, prompts, made));
  return { ...preferences, ...replies };
}

const LIVE = "live";

async function loadLive({ db, home }: JobServices, { run }: Job, engine: Engine): Promise<string | null> {
  const { adapter, baseModel } = await activeDeployment(db);
  if (!adapter || baseModel.sha256 !== run.base.sha256) return null;
  engine.loadAdapter(LIVE, readAdapter(join(home, adapter.path), engine.config, run.base));
  return LIVE;
}

async function measureReplies(
  { serving, home }: JobServices,
  { run, attempt, lease }: Job,
  engine: Engine,
  prompts: readonly ReplyPrompt[],
  made: ExportedAdapter,
): Promise<Metrics> {
  if (!serving || prompts.length === 0) return {};
  const signal = AbortSignal.any([lease.signal, AbortSignal.timeout(SAMPLING_LIMIT_MS)]);
  const reference = { sha256: made.sha256, path: join(home, "adapters", made.sha256, ADAPTER_FILE) };
  const options = (who: string) => ({ requestPrefix: `run-${run.id}-${attempt}-${who}`, seed: run.seed, signal });
  const ofCandidate = await sampleReplies(serving, reference, prompts, options("candidate"));
  const ofBase = await sampleReplies(serving, null, prompts, options("base"));
  return evaluateReplies(engine, POLICY, { ofCandidate, ofBase });
}
