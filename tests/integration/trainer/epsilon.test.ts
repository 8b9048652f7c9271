// The way of trust into the loss: the ε and weight that a pair was frozen with are those that cdpo trains with.
import { join } from "node:path";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { examplesOf, type StoredExample } from "../../../server/domain/dataset-examples.ts";
import { type WorkerServices, workOnRun } from "../../../trainer/worker.ts";
import { BigramEngine } from "../../helpers/bigram-engine.ts";
import { insertPairs } from "../../helpers/loop.ts";
import { ScriptedRollouts } from "../../helpers/scripted-rollouts.ts";
import { type TinyModel, writeTinyModel } from "../../helpers/tiny-model.ts";
import { type Caller, testWorld } from "../../helpers/world.ts";

const world = testWorld();
let admin: Caller;
let tiny: TinyModel;
let services: WorkerServices;
beforeAll(async () => {
  process.env.LOG_LEVEL = "silent";
  admin = world.as(world.admin);
  tiny = writeTinyModel(join(world.home, "tiny.gguf"));
  await world.db.baseModel.updateMany({ data: { sha256: tiny.sha256, name: "tiny" } });
  const prompts = (name: string) => Array.from({ length: 8 }, (_, i) => `${name} ${i}?`);
  await insertPairs(world, (await world.person("Ann")).id, prompts("Ask"));
  await insertPairs(world, world.admin.id, prompts("Say"));
});
beforeEach(() => {
  services = {
    ...{ db: world.db, home: world.home, model: tiny.path, serving: null, owner: "test:1" },
    ...{ endpoints: { judge: null, teacher: null }, openRollouts: async () => new ScriptedRollouts(512) },
    openEngine: async () => new BigramEngine(512),
    enqueue: async () => {},
    shutdown: new AbortController().signal,
  };
});

/** A batch holds every pair, so that the order of the data, which another hash changes, does not matter. */
const CONFIG = { loss: "cdpo", batchSize: 16, microBatchSize: 16, rank: 2, learningRate: 0.05, epochs: 4 } as const;

/** Loss and margin of every step. */
async function trained(labelSmoothing: number, datasetId?: string) {
  const source = datasetId ? { source: { from: "DATASET" as const, id: datasetId } } : {};
  const { id } = await admin.run.create({ method: "DPO", seed: 3, config: { ...CONFIG, labelSmoothing }, ...source });
  await workOnRun(services, id);
  const run = await admin.run.get({ id });
  if (run.status !== "SUCCEEDED") throw new Error(`the run ended as ${run.status}: ${run.error}`);
  const rows = await world.db.runMetric.findMany({ where: { runId: id }, orderBy: { step: "asc" } });
  const steps = rows.map(({ values }) => values as Record<string, number>);
  return { datasetId: run.datasetId, figures: steps.map(({ loss, "rewards/margins": margin }) => [loss!, margin!]) };
}

const close = (found: number[][], wanted: number[][]) => {
  expect(found).toHaveLength(wanted.length);
  for (const [i, row] of found.entries())
    for (const [j, value] of row.entries()) expect(value).toBeCloseTo(wanted[i]![j]!, 5);
};

test("a frozen pair's ε arrives in cdpo's loss, whatever the run's own label smoothing", async () => {
  const frozen = await trained(0);
  const pairs: StoredExample<"PAIRS">["content"][] = [];
  for await (const { content, weight } of examplesOf(world.db, { id: frozen.datasetId, kind: "PAIRS" }))
    pairs.push({ ...content, weight });
  // Ann came by herself: half for a lone rater, 0.625 for her ε. The admin's word is in full.
  expect(new Set(pairs.map(({ weight, epsilon }) => `${weight} ${epsilon}`))).toEqual(new Set(["0.313 0.25", "1 0.1"]));

  const line = ({ prompt, chosen, rejected, weight, epsilon }: (typeof pairs)[number], told: boolean) =>
    JSON.stringify({
      prompt: prompt[0]!.content,
      ...{ chosen: chosen.content, rejected: rejected.content, weight },
      ...(told && { epsilon }),
    });
  const upload = async (name: string, told: boolean) => {
    const text = pairs.map((pair) => line(pair, told)).join("\n");
    return (await admin.dataset.upload({ kind: "PAIRS", name, text })).dataset!.id;
  };
  const [told, untold] = [await upload("with ε", true), await upload("without ε", false)];
  // The same pairs and figures by hand train the same; the run's own smoothing is for pairs that bring none.
  close((await trained(0, told)).figures, frozen.figures);
  close((await trained(0.4)).figures, frozen.figures);
  const [plain, smoothed] = [await trained(0, untold), await trained(0.4, untold)];
  const lastLoss = ({ figures }: { figures: number[][] }) => figures.at(-1)![0]!;
  expect(lastLoss(plain)).toBeLessThan(lastLoss(frozen) - 1e-4);
  expect(lastLoss(smoothed)).toBeGreaterThan(lastLoss(frozen) + 1e-4);
});
