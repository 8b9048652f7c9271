// The list of preference pairs on a real database: filters, pages, one pair with where it went, and putting pairs aside.
import { beforeAll, describe, expect, test } from "vitest";
import { rebuildPairs } from "../../../server/domain/pair-rebuild.ts";
import type { Viewer } from "../../../server/viewer.ts";
import { insertPairs, ratedPrompt } from "../../helpers/loop.ts";
import { BASE_SHA256 } from "../../helpers/scripted-engine.ts";
import { type Caller, testWorld } from "../../helpers/world.ts";

const world = testWorld();
let admin: Caller;
let ann: Viewer;
let ben: Viewer;
let rated: Awaited<ReturnType<typeof ratedPrompt>>;

beforeAll(async () => {
  let count = 0;
  world.engine.script = () => [`Reply ${++count}.`];
  admin = world.as(world.admin);
  [ann, ben] = [await world.person("Ann"), await world.person("Ben")];
  await insertPairs(
    world,
    ben.id,
    Array.from({ length: 65 }, (_, i) => `Prompt ${i}, 100% of_it`),
  );
  rated = await ratedPrompt(world.as(ann), "What is the needle?");
});

async function all(filter: NonNullable<Parameters<Caller["pair"]["list"]>[0]>) {
  const ids: string[] = [];
  for (let cursor: string | undefined; ; ) {
    const { items, nextCursor } = await admin.pair.list({ ...filter, cursor });
    ids.push(...items.map(({ id }) => id));
    if (nextCursor === null) return ids;
    cursor = nextCursor;
  }
}

describe("the list", () => {
  test("shows every pair once, the newest first", async () => {
    const ids = await all({});
    expect(new Set(ids).size).toBe(66);
    expect(ids).toHaveLength(66);
    const { items } = await admin.pair.list();
    expect(items[0]).toMatchObject({ chosen: { messageId: rated.chosenId }, quarantineReason: null });
  });

  test("by who judged, source, state and time", async () => {
    expect(await all({ raterId: ann.id })).toHaveLength(1);
    expect(await all({ raterId: ben.id, source: "FEEDBACK", status: "ACTIVE" })).toHaveLength(65);
    expect(await all({ source: "EDIT" })).toEqual([]);
    expect(await all({ status: "RETRACTED" })).toEqual([]);
    const { createdAt } = (await admin.pair.list()).items[0]!;
    expect(await all({ from: createdAt })).toHaveLength(1);
    expect(await all({ to: createdAt })).toHaveLength(65);
  });

  test("by what is in prompt and replies, signs of LIKE as they stand", async () => {
    expect(await all({ search: "NEEDLE" })).toHaveLength(1);
    expect(await all({ search: "bad." })).toHaveLength(65);
    expect(await all({ search: "100% of_it" })).toHaveLength(65);
    expect(await all({ search: "100_ of" })).toEqual([]);
    expect(await all({ search: "prompt 6", raterId: ben.id })).toHaveLength(6);
  });

  test("by the adapter that spoke", async () => {
    expect(await all({ adapterSha256: BASE_SHA256 })).toEqual([]);
    const sha256 = "d".repeat(64);
    const { id } = await world.db.conversation.create({ data: { userId: ann.id, title: "Adapted" } });
    const message = { conversationId: id, status: "COMPLETE" as const };
    const prompt = await world.db.message.create({
      data: { ...message, role: "USER", content: "Who speaks?", requestKey: "adapted-1" },
    });
    const reply = (content: string, more: object) =>
      world.db.message.create({
        data: { ...message, role: "ASSISTANT", content, parentId: prompt.id, requestKey: content, ...more },
      });
    const [chosen, rejected] = [await reply("the adapter", { adapterSha256: sha256 }), await reply("the base", {})];
    const pair = await world.db.preferencePair.create({
      data: { promptId: prompt.id, chosenId: chosen.id, rejectedId: rejected.id, source: "CHOICE" },
    });
    expect(await all({ adapterSha256: sha256 })).toEqual([pair.id]);
    await world.db.conversation.delete({ where: { id } });
  });

  test("a cursor that no list gave is refused", async () => {
    await expect(admin.pair.list({ cursor: "x" })).rejects.toMatchObject({ cause: { code: "INVALID_INPUT" } });
  });
});

test("one pair knows its conversation and the Datasets that hold it", async () => {
  const [id] = await all({ raterId: ann.id });
  expect((await admin.pair.get({ id: id! })).datasets).toEqual([]);
  const dataset = await admin.dataset.freeze({ kind: "PAIRS" });
  const pair = await admin.pair.get({ id: id! });
  expect(pair).toMatchObject({
    ...{ conversationId: rated.conversationId, raters: [{ id: ann.id }] },
    datasets: [{ id: dataset.id, sha256: dataset.sha256, weight: expect.any(Number) }],
  });
  await expect(admin.pair.get({ id: ann.id })).rejects.toMatchObject({ cause: { code: "NOT_FOUND" } });
});

describe("putting pairs aside", () => {
  const one = async () => (await all({ raterId: ann.id }))[0]!;
  const set = (ids: string[], quarantined: boolean, reason = "looks bought") =>
    admin.pair.setQuarantine({ ids, quarantined, reason });

  test("keeps them out of what is frozen and outlives a change of mind of the rater", async () => {
    const id = await one();
    expect(await set([id], true)).toEqual({ changed: 1 });
    expect(await set([id], true)).toEqual({ changed: 0 });
    expect(await admin.pair.get({ id })).toMatchObject({ status: "QUARANTINED", quarantineReason: "looks bought" });
    const { items } = await admin.audit.list();
    expect(items[0]).toMatchObject({
      action: "pair.setQuarantine",
      after: { quarantined: true, reason: "looks bought", pairs: 1 },
    });
    await world.as(ann).feedback.set({ messageId: rated.chosenId, value: -1 });
    await world.as(ann).feedback.set({ messageId: rated.chosenId, value: 1 });
    expect(await admin.pair.get({ id })).toMatchObject({ status: "QUARANTINED" });
    expect(await set([id], false)).toEqual({ changed: 1 });
    expect(await admin.pair.get({ id })).toMatchObject({ status: "ACTIVE", quarantineReason: null });
    expect(await set([id], false)).toEqual({ changed: 0 });
  });

  test("a pair whose raters are quarantined does not come back by hand", async () => {
    const id = await one();
    await set([id], true);
    await admin.trust.setQuarantine({ raterId: ann.id, quarantined: true, reason: "a bot" });
    expect(await set([id], false)).toEqual({ changed: 1 });
    expect(await admin.pair.get({ id })).toMatchObject({ status: "QUARANTINED", quarantineReason: "RATER" });
    await admin.trust.setQuarantine({ raterId: ann.id, quarantined: false, reason: "no bot" });
    expect(await admin.pair.get({ id })).toMatchObject({ status: "ACTIVE", quarantineReason: null });
  });

  test("the system's own reason is the system's, and the log of judgements still agrees", async () => {
    await expect(set([await one()], true, "RATER")).rejects.toMatchObject({ cause: { code: "INVALID_INPUT" } });
    await set([await one()], true);
    const { differing } = await rebuildPairs(world.db, { repair: false });
    expect(differing).not.toContain(rated.promptId);
  });
});
