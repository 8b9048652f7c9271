// What a candidate is measured on: pairs that nothing was trained on, and a reward model that is not its own.
import { randomBytes } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import type { Prisma } from "../../../prisma/generated/client.ts";
import { promptKey } from "../../../server/domain/content-hash.ts";
import { exampleBatches } from "../../../server/domain/dataset-examples.ts";
import { heldOutFor, scorerFor } from "../../../server/domain/gate/held-out.ts";
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

const heldOut = (adapterId: string, liveAdapterId: string | null = null, leastPairs = 30) =>
  heldOutFor(world.db, { adapterId, liveAdapterId, leastPairs });
const pairsOf = async (adapterId: string) => (await heldOut(adapterId)).pairs;
const asked = ({ content }: Awaited<ReturnType<typeof pairsOf>>[number]) => content.prompt.at(-1)!.content;

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
    const found = await pairsOf(id);
    expect(found.length).toBeGreaterThan(5);
    expect(found.filter(({ content }) => trained.has(promptKey(content)))).toEqual([]);
    for (const { weight } of found) expect(weight).toBeGreaterThan(0);
    expect(new Set(found.map(({ cluster }) => cluster)).size).toBe(new Set(found.map(asked)).size);
    expect(await pairsOf(id)).toEqual(found);
  });

  it("are not those of people who were put aside", async () => {
    const { id } = await adapter();
    const before = await pairsOf(id);
    await world.db.preferencePair.updateMany({ data: { status: "QUARANTINED" } });
    expect(await pairsOf(id)).toEqual([]);
    await world.db.preferencePair.updateMany({ data: { status: "ACTIVE" } });
    expect(await pairsOf(id)).toEqual(before);
  });

  it("include what was held out of the candidate's own uploads, and of nobody else's", async () => {
    const dataset = await upload("mine", (i) => `Upload ${i} asks what?`);
    const [own, other] = [await adapter(), await adapter()];
    await runThatMade(own.id, dataset.id);
    const uploads = async (id: string) =>
      (await pairsOf(id)).filter(({ content }) => content.chosen.content.startsWith("Yes "));
    expect(await uploads(own.id)).toHaveLength(dataset.heldOut);
    expect(dataset.heldOut).toBeGreaterThan(0);
    expect(await uploads(other.id)).toEqual([]);
    expect((await heldOut(own.id)).prompts).toEqual([]);
  });

  it("of nearly the same question are one cluster", async () => {
    const asks = (i: number) =>
      i < 6
        ? `Would you please tell me how I best make a cup of green tea in the morning${"!".repeat(i)}`
        : `Ask ${i} then?`;
    const dataset = await upload("near", asks, "heldout");
    const { id } = await adapter();
    await runThatMade(id, dataset.id);
    const tea = (await pairsOf(id)).filter((pair) => asked(pair).includes("green tea"));
    expect(tea).toHaveLength(6);
    expect(new Set(tea.map(({ cluster }) => cluster)).size).toBe(1);
  });
});

/** Sixty pairs in a file; the split is the file's own where it is given. */
async function upload(name: string, asks: (i: number) => string, split?: "train" | "heldout") {
  const line = (i: number) => ({
    ...{ prompt: asks(i), chosen: `Yes ${name} ${i}.`, rejected: `No ${name} ${i}.` },
    ...(split && { split: i < 30 ? split : "train" }),
  });
  const text = Array.from({ length: 60 }, (_, i) => JSON.stringify(line(i))).join("\n");
  const { dataset } = await admin.dataset.upload({ kind: "PAIRS", name, text: `${text}\n` });
  return dataset!;
}

describe("what candidate or live may remember is no part of it", () => {
  let clean: string[];
  let uploaded: string;
  beforeAll(async () => {
    const { id } = await adapter();
    clean = (await pairsOf(id)).map(asked);
    expect(clean.length).toBeGreaterThan(5);
    // Somebody brings a file in which a third of the very questions that are held out here is trained on, typed a little differently.
    const known = clean.filter((_, i) => i % 3 === 0);
    const asks = (i: number) => (i < known.length ? `  ${known[i]!.toUpperCase()} ` : `Something else ${i}?`);
    uploaded = (await upload("leaking", asks, "train")).id;
  });
  const left = () => clean.filter((_, i) => i % 3 !== 0);
  const trainedPeople = async (id: string) => (await pairsOf(id)).map(asked).filter((text) => clean.includes(text));

  it("by its own run", async () => {
    const { id } = await adapter();
    await runThatMade(id, uploaded);
    expect(await trainedPeople(id)).toEqual(left());
    expect((await heldOut(id)).remembered).toBe(clean.length - left().length);
  });

  it.each(["fromAdapterId", "rewardAdapterId"] as const)(
    "by what it came from, however far back (%s)",
    async (link) => {
      const [first, second, third] = [await adapter(), await adapter(), await adapter()];
      const { id: datasetId } = await upload(`other ${link}`, (i) => `Quite other ${link} ${i}?`, "train");
      await runThatMade(first.id, uploaded);
      await runThatMade(second.id, datasetId, { fromAdapterId: first.id });
      await runThatMade(third.id, datasetId, { [link]: second.id });
      expect(await trainedPeople(third.id)).toEqual(left());
      expect(await trainedPeople((await adapter()).id)).toEqual(clean);
    },
  );

  it("by the one that is live", async () => {
    const [candidate, live] = [await adapter(), await adapter()];
    await runThatMade(live.id, uploaded);
    expect((await heldOut(candidate.id)).pairs.map(asked)).toEqual(clean);
    expect((await heldOut(candidate.id, live.id)).pairs.map(asked)).toEqual(left());
  });

  it("as replay, and earlier turns where a run learned all of them", async () => {
    const [replayed, everyTurn, lastTurn] = [await adapter(), await adapter(), await adapter()];
    const { id: datasetId } = await upload("replaying", (i) => `Replaying ${i}?`, "train");
    await runThatMade(replayed.id, datasetId, { replayDatasetId: uploaded });
    expect(await trainedPeople(replayed.id)).toEqual(left());
    const turns = clean.slice(0, 3).map((content) => [
      ...[
        { role: "user", content },
        { role: "assistant", content: "So." },
        { role: "user", content: "And how is that?" },
      ],
      { role: "assistant", content: "Thus." },
    ]);
    const text = turns.map((messages) => JSON.stringify({ messages })).join("\n");
    const { dataset } = await admin.dataset.upload({ kind: "DIALOGUES", name: "turns", text: `${text}\n` });
    await runThatMade(lastTurn.id, dataset!.id, { method: "SFT", config: { learn: "last" } });
    expect(await trainedPeople(lastTurn.id)).toEqual(clean);
    await runThatMade(everyTurn.id, dataset!.id, { method: "SFT", config: { learn: "all" } });
    expect(await trainedPeople(everyTurn.id)).toEqual(clean.slice(3));
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
