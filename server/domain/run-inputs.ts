/** What a run would start from: its data, base, adapters and settings, looked up and checked. Writes nothing. */

import { z } from "zod";
import type { Adapter } from "../../prisma/generated/client.ts";
import type { Db, Tx } from "../db.ts";
import { AppError, notFound } from "../errors.ts";
import type { Selection } from "./dataset-content.ts";
import { examplesOf } from "./dataset-examples.ts";
import { type ExampleSize, meanSize, sizeOf } from "./dataset-size.ts";
import { currentSelection } from "./dataset-source.ts";
import { leftOutSchema } from "./json.ts";
import { activeDeployment, type LiveDeployment } from "./live.ts";
import { type DataKind, METHOD_TRAITS, type RunConfig, resolveRunConfig, type TrainingMethod } from "./run-config.ts";
import type { LeftOut, RunSource } from "./views.ts";

export interface RunRequest {
  method: TrainingMethod;
  /** Fields of the method's settings that differ from the defaults. */
  config?: unknown;
  /** Default: feedback. */
  source?: RunSource;
  fromAdapterId?: string;
  rewardAdapterId?: string;
  replayDatasetId?: string;
}

/** The examples of a run, counted. */
export interface RunExamples {
  kind: DataKind;
  train: number;
  heldOut: number;
  leftOut: LeftOut[];
  size: ExampleSize;
  /** Of thumbs to train on. */
  balance: { liked: number; disliked: number } | null;
  /** Of prompts to train on. */
  withoutAnswer: number;
  /** Not frozen yet, or the Dataset that holds them; null where they were only counted. */
  from: { selection: Selection } | { datasetId: string } | null;
}

export interface RunInputs {
  live: LiveDeployment;
  examples: RunExamples;
  fromAdapter: Adapter | null;
  rewardAdapter: Adapter | null;
  replayDatasetId: string | null;
  config: RunConfig;
}

/**
 * Looks everything up that a request names.
 * @param judged how people's judgements are read: to be frozen, or only counted
 * @throws AppError INVALID_INPUT, NOT_FOUND, WRONG_DATA_KIND, DATASET_ERASED, TUNING_REFUSED, REWARD_MODEL_REFUSED, ADAPTER_REFUSED, BASE_MISMATCH
 */
export async function resolveInputs<Reader extends Db | Tx>(
  db: Reader,
  request: RunRequest,
  judged: (db: Reader, kind: DataKind) => Promise<RunExamples> = judgedExamples,
): Promise<RunInputs> {
  const { method, source, fromAdapterId, rewardAdapterId, replayDatasetId } = request;
  const live = await activeDeployment(db);
  const examples =
    source?.from === "DATASET"
      ? await storedExamples(db, method, source.id)
      : await judged(db, METHOD_TRAITS[method].data[0]);
  const config = settle(request, live, examples);
  if (replayDatasetId) await checkReplay(db, method, replayDatasetId);
  return {
    live,
    examples,
    config,
    rewardAdapter: rewardAdapterId ? await rewardAdapterOf(db, request, live) : null,
    fromAdapter: fromAdapterId ? await startOf(db, request, config, live) : null,
    replayDatasetId: replayDatasetId ?? null,
  };
}

/** Every setting filled in. */
function settle({ method, config }: RunRequest, live: LiveDeployment, { train, balance }: RunExamples): RunConfig {
  const scale = { parameters: Number(live.baseModel.parameters), examples: train, liked: balance?.liked };
  let settled: RunConfig;
  try {
    settled = resolveRunConfig(method, config, scale);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const fields = error.issues.map((issue) => `${issue.path.join(".") || "config"}: ${issue.message}`);
    throw new AppError("INVALID_INPUT", `${method} run: ${fields.join("; ")}.`, { cause: error });
  }
  const { tunings } = METHOD_TRAITS[method];
  if (tunings.some((tuning) => tuning === settled.tuning)) return settled;
  throw new AppError(
    "TUNING_REFUSED",
    `${method} can train ${tunings.join(", ")} and not ${settled.tuning}; choose one of those, or another method.`,
  );
}

export async function judgedExamples(db: Db | Tx, kind: DataKind): Promise<RunExamples> {
  const selection = await currentSelection(db, kind);
  const { train, heldOut, leftOut, size, items } = selection;
  const trained = items.filter(({ split }) => split === "TRAIN").map(({ content }) => content);
  const liked = trained.filter((content) => "liked" in content && content.liked).length;
  return {
    ...{ kind, train, heldOut, leftOut, size },
    balance: kind === "THUMBS" ? { liked, disliked: train - liked } : null,
    withoutAnswer: trained.filter((content) => "answer" in content && content.answer === null).length,
    from: { selection },
  };
}

/** So many examples tell the size of them all. */
const EXAMPLES_SIZED = 300;

async function storedExamples(db: Db | Tx, method: TrainingMethod, id: string): Promise<RunExamples> {
  const row = await db.dataset.findUnique({ where: { id } });
  if (!row) throw notFound("dataset");
  const { kind, trainPairs: train, heldOutPairs: heldOut } = row;
  assertWhole(row);
  const fitting: readonly DataKind[] = METHOD_TRAITS[method].data;
  if (!fitting.includes(kind)) {
    throw new AppError(
      "WRONG_DATA_KIND",
      `${method} trains on ${fitting.join(" or ")}, this Dataset holds ${kind}; choose another one or another method.`,
    );
  }
  const sizes: ExampleSize[] = [];
  for await (const { content } of examplesOf(db, { id, kind })) {
    if (sizes.push(sizeOf(content)) >= EXAMPLES_SIZED) break;
  }
  const [counts] = await db.$queryRaw<{ liked: number; withoutAnswer: number }[]>`
    SELECT count(*) FILTER (WHERE "content"->>'liked' = 'true')::int AS "liked",
      count(*) FILTER (WHERE "content"->>'answer' IS NULL)::int AS "withoutAnswer"
    FROM "DatasetItem" WHERE "datasetId" = ${id}::uuid AND "split" = 'TRAIN'`;
  const liked = counts?.liked ?? 0;
  return {
    ...{ kind, train, heldOut, leftOut: leftOutSchema.parse(row.leftOut), size: meanSize(sizes) },
    balance: kind === "THUMBS" ? { liked, disliked: train - liked } : null,
    withoutAnswer: kind === "PROMPTS" ? (counts?.withoutAnswer ?? 0) : 0,
    from: { datasetId: id },
  };
}

/** @throws AppError BASE_MISMATCH */
function assertBase(adapter: Adapter, live: LiveDeployment): void {
  if (adapter.baseModelId === live.baseModelId) return;
  throw new AppError(
    "BASE_MISMATCH",
    `Adapter ${adapter.sha256.slice(0, 8)} was trained on another base model than ${live.baseModel.name}; choose one of this model's.`,
  );
}

async function rewardAdapterOf(
  db: Db | Tx,
  { method, rewardAdapterId: id }: RunRequest,
  live: LiveDeployment,
): Promise<Adapter> {
  const adapter = await db.adapter.findUnique({ where: { id } });
  if (!adapter) throw notFound("reward model");
  if (METHOD_TRAITS[method].rewardModel === "never")
    throw new AppError("REWARD_MODEL_REFUSED", `${method} takes no reward model; leave it out.`);
  if (adapter.kind !== "REWARD") {
    throw new AppError(
      "REWARD_MODEL_REFUSED",
      `Adapter ${adapter.sha256.slice(0, 8)} is a policy and scores nothing; choose one that a REWARD run made.`,
    );
  }
  assertBase(adapter, live);
  return adapter;
}

async function startOf(
  db: Db | Tx,
  { method, fromAdapterId: id }: RunRequest,
  config: RunConfig,
  live: LiveDeployment,
): Promise<Adapter> {
  const adapter = await db.adapter.findUnique({ where: { id } });
  if (!adapter) throw notFound("adapter");
  assertBase(adapter, live);
  const name = `Adapter ${adapter.sha256.slice(0, 8)}`;
  const refuse = (sentence: string) => new AppError("ADAPTER_REFUSED", sentence);
  const wanted = method === "REWARD" ? "REWARD" : "POLICY";
  if (adapter.kind !== wanted)
    throw refuse(`${name} is of kind ${adapter.kind}, a ${method} run goes on from ${wanted}; choose another one.`);
  const tuning = adapter.tuning.toLowerCase();
  if (adapter.tuning === "FULL")
    throw refuse(`${name} is a whole model; set HONE_MODEL to its file to go on from it, or start from the base.`);
  if (tuning !== config.tuning)
    throw refuse(`${name} is a ${tuning} adapter and cannot go on as ${config.tuning}; set tuning=${tuning}.`);
  return adapter;
}

/** Its hash names what it was, and a Run on it could not be told from one on the whole. @throws AppError DATASET_ERASED */
function assertWhole({ sha256, erased }: { sha256: string; erased: number }): void {
  if (erased === 0) return;
  throw new AppError(
    "DATASET_ERASED",
    `${erased} examples of Dataset ${sha256.slice(0, 8)} were erased, so it is no longer what its hash names; freeze a new one and train on that.`,
  );
}

async function checkReplay(db: Db | Tx, method: TrainingMethod, id: string): Promise<void> {
  const row = await db.dataset.findUnique({ where: { id }, select: { kind: true, sha256: true, erased: true } });
  if (!row) throw notFound("replay dataset");
  assertWhole(row);
  const wanted = replayKind(method);
  if (wanted === null)
    throw new AppError("WRONG_DATA_KIND", `${method} mixes no replay data in; leave the replay Dataset out.`);
  if (row.kind !== wanted)
    throw new AppError(
      "WRONG_DATA_KIND",
      `Replay data for ${method} are ${wanted}, this Dataset holds ${row.kind}; choose another one.`,
    );
}

/** What kind of general data a method can mix in; null where it mixes none. */
export function replayKind(method: TrainingMethod): DataKind | null {
  if (method === "PRETRAIN") return "TEXTS";
  return ["SFT", "BEST_OF_K", "DISTIL"].includes(method) ? "DIALOGUES" : null;
}
