/** The dry run: what a run started now would train on, what to think of it, how long it would take. Writes nothing. */

import { totalmem } from "node:os";
import type { Db } from "../db.ts";
import type { Env } from "../env.ts";
import { adapterPath } from "./adapter.ts";
import { countedExamples } from "./counted-examples.ts";
import { modelShapeSchema } from "./json.ts";
import { keptCounts } from "./judged-counts.ts";
import { adviseRun, type RunFacts } from "./run-advice.ts";
import { trainCommand } from "./run-command.ts";
import { plannedSteps } from "./run-config.ts";
import { predictBytes, predictMinutes } from "./run-estimate.ts";
import { type RunInputs, type RunRequest, resolveInputs } from "./run-inputs.ts";
import type { RunOptions, RunPreview } from "./views.ts";

type Settings = Pick<Env, "HONE_HOME" | "HONE_MODEL" | "JUDGE_URL" | "TEACHER_URL" | "TRAINER_THREADS">;

/** Whether the environment names an endpoint; requests never do. */
export const endpointsOf = (env: Pick<Env, "JUDGE_URL" | "TEACHER_URL">) => ({
  judge: env.JUDGE_URL !== undefined,
  teacher: env.TEACHER_URL !== undefined,
});

/** @throws what `resolveInputs` throws; what is only missing becomes advice */
export async function previewRun(
  { db, env }: { db: Db; env: Settings },
  request: RunRequest & { seed?: number },
): Promise<RunPreview> {
  const inputs = await resolveInputs(db, request, countedExamples);
  const { examples, config, live, fromAdapter, rewardAdapter, replayDatasetId } = inputs;
  const { kind, train, heldOut, leftOut, balance } = examples;
  const facts = factsOf(env, request, inputs, await keptCounts(db));
  const run = { method: request.method, config, examples: train, size: examples.size };
  const pace = await secondsPerToken(db, request, live.baseModelId);
  const parameters = Number(live.baseModel.parameters);
  return {
    ...{ kind, train, heldOut, leftOut, balance },
    found: train + heldOut + leftOut.reduce((sum, { count }) => sum + count, 0),
    usable: train + heldOut,
    advice: adviseRun(facts),
    steps: plannedSteps(config, train),
    minutes: predictMinutes(run, { parameters, pace, threads: env.TRAINER_THREADS }),
    memoryBytes: facts.memoryBytes,
    config: { ...config },
    command: trainCommand({
      ...{ method: request.method, kind, base: env.HONE_MODEL, replay: replayDatasetId !== null, seed: request.seed },
      from: fromAdapter && adapterPath(env, fromAdapter.path),
      rewardModel: rewardAdapter && adapterPath(env, rewardAdapter.path),
      config: (request.config ?? {}) as Record<string, unknown>,
    }),
  };
}

/** What the advice about a run rests on. */
export function factsOf(
  env: Settings,
  { method, source }: RunRequest,
  { examples, config, live, rewardAdapter, replayDatasetId }: RunInputs,
  judged: RunOptions["feedback"],
): RunFacts {
  const { train, heldOut, balance, withoutAnswer, size } = examples;
  const shape = modelShapeSchema.safeParse(live.baseModel.shape);
  const { PAIRS: pairs = 0, THUMBS: thumbs = 0 } = judged;
  return {
    ...{ method, config, train, heldOut, balance, withoutAnswer },
    fromFeedback: source?.from !== "DATASET",
    feedback: { pairs, thumbs },
    rewardModel: rewardAdapter !== null,
    replay: replayDatasetId !== null,
    endpoints: endpointsOf(env),
    memoryBytes: shape.success ? predictBytes({ method, config, examples: train, size }, shape.data) : null,
    machineBytes: totalmem(),
  };
}

/** What may be chosen for a run, before anything is. */
export async function runOptions({ db, env }: { db: Db; env: Settings }): Promise<RunOptions> {
  return { endpoints: endpointsOf(env), feedback: await keptCounts(db) };
}

/** Mean pace of the last few runs of a method that ended well on this base; null before the first. */
async function secondsPerToken(db: Db, { method }: RunRequest, baseModelId: string): Promise<number | null> {
  const runs = await db.$queryRaw<{ seconds: number; tokens: number }[]>`
    SELECT extract(epoch FROM run."finishedAt" - run."attemptStartedAt")::float8 AS "seconds",
      ((last."values"->>'tokens')::float8 - coalesce((first."values"->>'tokens')::float8, 0)) AS "tokens"
    FROM "Run" run
    JOIN "RunMetric" last ON last."runId" = run."id" AND last."step" = run."totalSteps"
    LEFT JOIN "RunMetric" first ON first."runId" = run."id" AND first."step" = run."attemptStep"
    WHERE run."method" = ${method}::"Method" AND run."status" = 'SUCCEEDED' AND run."baseModelId" = ${baseModelId}::uuid
    ORDER BY run."createdAt" DESC LIMIT 5`;
  const [seconds, tokens] = [sum(runs.map((run) => run.seconds)), sum(runs.map((run) => run.tokens ?? 0))];
  return tokens > 0 ? seconds / tokens : null;
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
