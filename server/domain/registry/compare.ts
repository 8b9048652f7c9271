/** Two adapters beside each other: figures, settings, curves, samples, and how often one is preferred to the other. */

import type { Db } from "../../db.ts";
import { notFound } from "../../errors.ts";
import { bootstrap } from "../agreement/bootstrap.ts";
import { winRateOf } from "../gate/report.ts";
import { metricsSchema, runConfigRecord } from "../json.ts";
import { listRunSamples } from "../run-sample.ts";
import { readCompared } from "../strengths.ts";
import type { AdapterComparison } from "../views/registry.ts";

type Curve = { step: number; value: number }[];

/** Points of a curve; a chart has no more places to draw them at. */
const POINTS = 300;
const SAMPLES = 50;

/** @throws AppError NOT_FOUND for either */
export async function compareAdapters(db: Db, ids: { a: string; b: string }): Promise<AdapterComparison> {
  const [a, b] = await Promise.all([readSide(db, ids.a), readSide(db, ids.b)]);
  const names = (left: object, right: object) => [...new Set([...Object.keys(left), ...Object.keys(right)])].sort();
  return {
    ...ids,
    metrics: names(a.metrics, b.metrics)
      .filter((name) => !name.startsWith("calibration/"))
      .map((name) => ({ name, a: a.metrics[name] ?? null, b: b.metrics[name] ?? null })),
    config: names(a.config, b.config).map((key) => ({ key, a: a.config[key] ?? null, b: b.config[key] ?? null })),
    curves: names(a.curves, b.curves).map((name) => ({ name, a: a.curves[name] ?? [], b: b.curves[name] ?? [] })),
    samples: names(a.samples, b.samples)
      .slice(0, SAMPLES)
      .map((prompt) => ({ prompt, a: a.samples[prompt] ?? null, b: b.samples[prompt] ?? null })),
    winRate: (await byPeople(db, a.sha256, b.sha256)) ?? (await byGate(db, ids)),
  };
}

interface Side {
  sha256: string;
  metrics: Record<string, number>;
  config: Record<string, unknown>;
  curves: Record<string, Curve>;
  /** Last replies by their prompt, as the run's fixed prompts had them. */
  samples: Record<string, string>;
}

async function readSide(db: Db, id: string): Promise<Side> {
  const row = await db.adapter.findUnique({
    where: { id },
    include: { madeBy: { orderBy: { createdAt: "asc" }, take: 1 } },
  });
  if (!row) throw notFound("adapter");
  const side = { sha256: row.sha256, metrics: metricsSchema.parse(row.metrics) };
  const [run] = row.madeBy;
  if (!run) return { ...side, config: {}, curves: {}, samples: {} };
  const [steps, samples] = await Promise.all([readSteps(db, run), listRunSamples(db, run.id)]);
  const prompts = samples.map(
    ({ prompt, after }) => [prompt.map(({ content }) => content).join("\n\n"), after] as const,
  );
  return {
    ...side,
    config: { method: run.method, seed: run.seed, ...runConfigRecord.parse(run.config) },
    curves: curvesOf(steps),
    // Later rounds come later, so the last one stays.
    samples: Object.fromEntries(prompts),
  };
}

/** So many steps, evenly; the last one is always among them. */
function readSteps(db: Db, { id, step }: { id: string; step: number }): Promise<{ step: number; values: unknown }[]> {
  const stride = Math.max(1, Math.ceil(step / POINTS));
  return db.$queryRaw<{ step: number; values: unknown }[]>`
    SELECT "step", "values" FROM "RunMetric"
    WHERE "runId" = ${id}::uuid AND ("step" % ${stride}::int = 0 OR "step" = ${step}::int) ORDER BY "step"`;
}

function curvesOf(rows: readonly { step: number; values: unknown }[]): Record<string, Curve> {
  const curves: Record<string, Curve> = {};
  for (const { step, values } of rows) {
    for (const [name, value] of Object.entries(metricsSchema.parse(values))) {
      curves[name] ??= [];
      curves[name].push({ step, value });
    }
  }
  return curves;
}

/** Prompts are what is independent of each other, so they are what is drawn anew. */
async function byPeople(db: Db, a: string, b: string): Promise<AdapterComparison["winRate"]> {
  const prompts = new Map<string, number[]>();
  for (const { promptId, a: left, score } of await readCompared(db, [a, b])) {
    const scores = prompts.get(promptId) ?? [];
    scores.push(left === a ? score : 1 - score);
    prompts.set(promptId, scores);
  }
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const shares = [...prompts.values()].map(mean);
  const estimate = shares.length === 0 ? null : await bootstrap(shares, mean);
  return estimate && { ...estimate, count: shares.length, from: "PEOPLE" };
}

/** The newest Gate of one against the other that was measured so far. */
async function byGate(db: Db, { a, b }: { a: string; b: string }): Promise<AdapterComparison["winRate"]> {
  const evaluation = await db.evaluation.findFirst({
    where: {
      suite: "heldOutPairs",
      gate: {
        OR: [
          { adapterId: a, liveAdapterId: b },
          { adapterId: b, liveAdapterId: a },
        ],
      },
    },
    orderBy: { createdAt: "desc" },
    include: { gate: { select: { adapterId: true } } },
  });
  const found = evaluation && winRateOf(evaluation);
  if (!found) return null;
  const { value, low, high, pairs } = found;
  const seen = { count: pairs, from: "GATE" } as const;
  return evaluation.gate.adapterId === a
    ? { value, low, high, ...seen }
    : { value: 1 - value, low: 1 - high, high: 1 - low, ...seen };
}
