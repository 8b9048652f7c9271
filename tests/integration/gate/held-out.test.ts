// What a candidate is measured on: pairs that nothing was trained on, and a reward model that is not its own.
import { randomBytes } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import type { Prisma } from "../../../prisma/generated/client.ts";
import { promptKey } from "../../../server/domain/content-hash.ts";
import { exampleBatches } from "../../../server/domain/dataset-examples.ts";
import { heldOutPairs, heldOutPrompts, scorerFor } from "../../../server/domain/gate/held-out.ts";
import { insertJudged, judgedPairs } from "../../helpers/gate-recipes.ts";
import { type Caller, testWorld } from "../../helpers/world.ts";

const world = testWorld();
let admin: Caller;
let baseModelId: string;
let raterIds: string[];
beforeAll(async () => {
  admin = world.as(world.admin);
  ({ id: baseModelId } = await world.db.baseModel.findFirstOrThrow());
  const raters = await Promise.all(["Ann", "Bea", "Cem"].map((name) => world.person(name, "ANNOTATOR")));
  raterIds = raters.map(({ id }) => id);
});

const adapter = (change: Partial<Prisma.AdapterUncheckedCreateInput> = {}) =>
  world.db.adapter.create({
    data: {
      ...{
        sha256: randomBytes(32).toString("hex"),
        baseModelId,
        ...{ path: "adapters/x/adapter.gguf", bytes: 1, metrics: {}, rank: 8, alpha: 16 },
      },
      ...change,
    },
  });

/** A run that is over, as far as lineage goes. */
const runThatMade = (adapterId: string, datasetId: string, more: Partial<Prisma.RunUncheckedCreateInput> = {}) =>
  world.db.run.create({
    data: {
      ...{ method: "DPO", status: "SUCCEEDED", baseModelId, datasetId, adapterId, config: {}, seed: 1, totalSteps: 1 },
      finishedAt: new Date(),
      ...more,
    },
  });

describe("held-out pairs", () => {
  it("are people's, and none of them was ever trained on", async () => {
    await insertJudged(world.db, {
      pairs: judgedPairs("better", 150, 4),
      raterIds,
      at: new Date(Date.UTC(2026, 0, 5)),
    });
    const frozen = await admin.dataset.freeze({ kind: "PAIRS" });
    await insertJudged(world.db, {
      pairs: judgedPairs("better", 150, 5),
      raterIds,
      at: new Date(Date.UTC(2026, 0, 6)),
    });
    const trained = new Set<string>();
    for await (const batch of exampleBatches(world.db, { id: frozen.id, kind: "PAIRS" }))
      for (const { split, content } of batch) if (split === "TRAIN") trained.add(promptKey(content));
    expect(trained.size).toBeGreaterThan(80);

    const { id } = await adapter();
    const found = await heldOutPairs(world.db, id);
    expect(found.length).toBeGreaterThan(5);
    expect(found.filter(({ cluster }) => trained.has(cluster))).toEqual([]);
    for (const { weight, content, cluster } of found) {
      expect(weight).toBeGreaterThan(0);
      expect(cluster).toBe(promptKey(content));
    }
    expect(await heldOutPairs(world.db, id)).toEqual(found);
  });

  it("are not those of people who were put aside", async () => {
    const { id } = await adapter();
    const before = await heldOutPairs(world.db, id);
    await world.db.preferencePair.updateMany({ data: { status: "QUARANTINED" } });
    expect(await heldOutPairs(world.db, id)).toEqual([]);
    await world.db.preferencePair.updateMany({ data: { status: "ACTIVE" } });
    expect(await heldOutPairs(world.db, id)).toEqual(before);
  });

  it("include what was held out of the candidate's own uploads, and of nobody else's", async () => {
    const line = (i: number) => ({ prompt: `Upload ${i} asks what?`, chosen: `Yes ${i}.`, rejected: `No ${i}.` });
    const text = Array.from({ length: 60 }, (_, i) => JSON.stringify(line(i))).join("\n");
    const { dataset } = await admin.dataset.upload({ kind: "PAIRS", name: "mine", text: `${text}\n` });
    const [own, other] = [await adapter(), await adapter()];
    await runThatMade(own.id, dataset!.id);
    const uploads = async (id: string) =>
      (await heldOutPairs(world.db, id)).filter(({ content }) => content.chosen.content.startsWith("Yes "));
    expect(await uploads(own.id)).toHaveLength(dataset!.heldOut);
    expect(dataset!.heldOut).toBeGreaterThan(0);
    expect(await uploads(other.id)).toEqual([]);
    expect(await heldOutPrompts(world.db, own.id)).toEqual([]);
  });
});

describe("the reward model that scores", () => {
  it("is the newest of the base that the candidate has nothing to do with", async () => {
    const { id: adapterId } = await adapter();
    const candidate = { adapterId, baseModelId };
    expect(await scorerFor(world.db, candidate)).toBeNull();
    const reward = (at: number, more: Partial<Prisma.AdapterUncheckedCreateInput> = {}) =>
      adapter({ kind: "REWARD", servable: false, createdAt: new Date(at), ...more });
    const old = await reward(1000);
    const used = await reward(2000);
    const { id: datasetId } = await world.db.dataset.findFirstOrThrow();
    await runThatMade(adapterId, datasetId, { method: "PPO", rewardAdapterId: used.id });
    expect(await scorerFor(world.db, candidate)).toMatchObject({ id: old.id, partial: false });

    // One of the same pipeline: whoever poisoned the pairs has poisoned it too.
    const schedule = await world.db.schedule.create({ data: { name: "nightly", pipeline: {} } });
    const firing = await world.db.scheduleFiring.create({
      data: { scheduleId: schedule.id, slot: "manual:1", trigger: "MANUAL", pipeline: {}, dueAt: new Date() },
    });
    const sibling = await reward(3000);
    await runThatMade(sibling.id, datasetId, { method: "REWARD", firingId: firing.id, stage: 0 });
    await runThatMade(adapterId, datasetId, { firingId: firing.id, stage: 1 });
    expect(await scorerFor(world.db, candidate)).toMatchObject({ id: old.id, partial: false });

    // Where there is no other, its own counts and the report says so.
    await world.db.adapter.update({ where: { id: old.id }, data: { status: "RETIRED", retiredAt: new Date() } });
    expect(await scorerFor(world.db, candidate)).toMatchObject({ id: sibling.id, partial: true });
    const fresh = await reward(4000);
    expect(await scorerFor(world.db, candidate)).toMatchObject({ id: fresh.id, partial: false });
  });
});
