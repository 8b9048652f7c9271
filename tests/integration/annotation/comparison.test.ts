// The queue as admins steer it: asking, known orders, closing, opening again; each act is audited, and annotators stay blinded.
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { fold } from "../../../server/domain/judgement.ts";
import { readEvents } from "../../../server/domain/judgement-store.ts";
import { pairsFrom } from "../../../server/domain/preference-pair.ts";
import type { Viewer } from "../../../server/viewer.ts";
import { openTask, prompted, rankNext, testQueue } from "../../helpers/annotation.ts";
import { type Caller, testWorld } from "../../helpers/world.ts";

const world = testWorld();
let services: ReturnType<typeof testQueue>["services"];
let asker: Viewer;
let annotators: Viewer[];
let admin: Caller;

beforeAll(async () => {
  asker = await world.person("Asker");
  annotators = await Promise.all(["One", "Two", "Three"].map((name) => world.person(name, "ANNOTATOR")));
  admin = world.as(world.admin);
});
beforeEach(async () => {
  await world.db.comparison.deleteMany();
  ({ services } = testQueue(world, { now: () => new Date(), advance: () => {} }));
});

const rank = (raterIndex: number, bestId: string) => rankNext(services(), annotators[raterIndex]!.id, () => [bestId]);
const actionsOn = async (id: string) =>
  (await world.db.auditEvent.findMany({ where: { subject: `Comparison:${id}` }, orderBy: { id: "asc" } })).map(
    ({ action }) => action,
  );

/** How many pairs stand; the log must say the same. */
async function pairsOf(promptId: string) {
  const stored = await world.db.preferencePair.count({ where: { promptId, status: "ACTIVE" } });
  expect(pairsFrom(fold(await readEvents(world.db, [promptId])))).toHaveLength(stored);
  return stored;
}

describe("asking", () => {
  test("about a reply or its prompt opens one Comparison, once", async () => {
    const { promptId, replyIds } = await prompted(world, asker.id, ["x", "y"]);
    const asked = await admin.comparison.request({ messageId: replyIds[0]! });
    expect(asked).toMatchObject({ reason: "REQUESTED", status: "DRAFTING", gold: false, wanted: 2, rankings: 0 });
    expect(asked.turns).toEqual([{ role: "USER", content: "What is this?" }]);
    expect((await admin.comparison.request({ messageId: promptId })).id).toBe(asked.id);
    expect(await actionsOn(asked.id)).toEqual(["comparison.request"]);
  });

  test("about what was opted out, deleted, or is nothing, is refused", async () => {
    const { promptId, conversationId } = await prompted(world, asker.id, ["x"]);
    const update = (data: { trainingOptOut?: boolean; deletedAt?: Date }) =>
      world.db.conversation.update({ where: { id: conversationId }, data });
    await update({ trainingOptOut: true });
    await expect(admin.comparison.request({ messageId: promptId })).rejects.toMatchObject({
      cause: { code: "OPTED_OUT" },
    });
    await update({ trainingOptOut: false, deletedAt: new Date() });
    await expect(admin.comparison.request({ messageId: promptId })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(admin.comparison.request({ messageId: conversationId })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("a known order", () => {
  test("takes the pairs of its rankings away, and gives them back when it is known no more", async () => {
    const made = await openTask(world, asker.id, { replies: ["x", "y"], wanted: 1 });
    const [x, y] = made.replyIds as [string, string];
    await rank(0, x);
    expect(await pairsOf(made.promptId)).toBe(1);
    const ranks = [
      { messageId: x, rank: 1 },
      { messageId: y, rank: 2 },
    ];
    expect(await admin.comparison.setGold({ id: made.id, ranks })).toMatchObject({
      ...{ gold: true, status: "OPEN", goldRanks: ranks, rankings: 1 },
    });
    expect(await pairsOf(made.promptId)).toBe(0);
    expect(await admin.comparison.setGold({ id: made.id, ranks: null })).toMatchObject({
      ...{ gold: false, status: "DONE", goldRanks: null },
    });
    expect(await pairsOf(made.promptId)).toBe(1);
    expect(await actionsOn(made.id)).toEqual(["comparison.setGold", "comparison.setGold"]);
  });

  test("that is known no more and lacks rankings is asked about again", async () => {
    const made = await openTask(world, asker.id, { replies: ["x", "y"], wanted: 2, gold: [0, 1] });
    expect(await admin.comparison.setGold({ id: made.id, ranks: null })).toMatchObject({ gold: false, status: "OPEN" });
    expect(await admin.comparison.setGold({ id: made.id, ranks: null })).toMatchObject({ gold: false, status: "OPEN" });
  });

  test("must be of all the replies, and prefer something", async () => {
    const made = await openTask(world, asker.id, { replies: ["x", "y", "z"] });
    const [x, y, z] = made.replyIds as [string, string, string];
    const orders: Record<string, number>[] = [
      { [x]: 1, [y]: 2 },
      { [x]: 1, [y]: 1, [z]: 1 },
      { [x]: 1, [y]: 2, [made.promptId]: 3 },
      { [x]: 1, [y]: 2, [z]: 3, [made.promptId]: 4 },
    ];
    for (const order of orders) {
      const ranks = Object.entries(order).map(([messageId, rank]) => ({ messageId, rank }));
      await expect(admin.comparison.setGold({ id: made.id, ranks })).rejects.toMatchObject({ code: "BAD_REQUEST" });
    }
  });

  test("of replies that are not there yet is refused", async () => {
    const { promptId, replyIds } = await prompted(world, asker.id, ["x", "y"]);
    const { id } = await admin.comparison.request({ messageId: promptId });
    const ranks = replyIds.map((messageId, i) => ({ messageId, rank: i + 1 }));
    await expect(admin.comparison.setGold({ id, ranks })).rejects.toMatchObject({ cause: { code: "ILLEGAL_STATE" } });
  });
});

describe("closing and opening", () => {
  test("ends leases, keeps rankings and pairs; opened again it wants what it lacks, or one more", async () => {
    const made = await openTask(world, asker.id, { replies: ["x", "y"], wanted: 2 });
    await rank(0, made.replyIds[0]!);
    const held = await world.as(annotators[1]!).annotation.next();
    expect(held.task).not.toBeNull();
    expect(await admin.comparison.get({ id: made.id })).toMatchObject({ lentTo: [{ id: annotators[1]!.id }] });
    expect(await admin.comparison.close({ id: made.id })).toMatchObject({ status: "CLOSED", lentTo: [], rankings: 1 });
    await admin.comparison.close({ id: made.id });
    expect(await pairsOf(made.promptId)).toBe(1);
    expect(await world.as(annotators[2]!).annotation.next()).toMatchObject({ task: null });
    expect(await admin.comparison.reopen({ id: made.id })).toMatchObject({ status: "OPEN", wanted: 2 });
    await rank(1, made.replyIds[0]!);
    expect(await admin.comparison.get({ id: made.id })).toMatchObject({ status: "DONE", rankings: 2 });
    expect(await admin.comparison.reopen({ id: made.id })).toMatchObject({ status: "OPEN", wanted: 3 });
    expect(await actionsOn(made.id)).toEqual(["comparison.close", "comparison.reopen", "comparison.reopen"]);
  });

  test("is refused while another about the same prompt is open, or its conversation may not be shown", async () => {
    const made = await openTask(world, asker.id);
    await admin.comparison.close({ id: made.id });
    const other = await admin.comparison.request({ messageId: made.promptId });
    await expect(admin.comparison.reopen({ id: made.id })).rejects.toMatchObject({ code: "CONFLICT" });
    await admin.comparison.close({ id: other.id });
    await world.db.conversation.update({ where: { id: made.conversationId }, data: { trainingOptOut: true } });
    await expect(admin.comparison.reopen({ id: made.id })).rejects.toMatchObject({ cause: { code: "OPTED_OUT" } });
  });

  test("drafts side by side are nobody's to steer", async () => {
    const { promptId } = await prompted(world, asker.id, ["x", "y"]);
    const { id } = await world.db.comparison.create({ data: { promptId, reason: "CHAT", wanted: 1 } });
    for (const act of [admin.comparison.close, admin.comparison.reopen]) {
      await expect(act({ id })).rejects.toMatchObject({ code: "NOT_FOUND" });
    }
    await expect(admin.comparison.setGold({ id, ranks: null })).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect((await admin.comparison.list()).items).toEqual([]);
    expect((await admin.comparison.list({ reason: "CHAT" })).items).toHaveLength(1);
  });
});

describe("the queue", () => {
  test("is listed in the order in which it is given out, page by page, and filtered", async () => {
    const made = [];
    for (let i = 0; i < 55; i++) made.push(await openTask(world, asker.id, { urgency: ((i * 7) % 55) / 60 }));
    await openTask(world, asker.id, { gold: [0, 1, 2] });
    await admin.comparison.close({ id: made[3]!.id });
    const first = await admin.comparison.list({ status: "OPEN", gold: false });
    const second = await admin.comparison.list({ status: "OPEN", gold: false, cursor: first.nextCursor! });
    expect([first.items.length, second.items.length, second.nextCursor]).toEqual([50, 4, null]);
    const priorities = [...first.items, ...second.items].map(({ priority }) => priority);
    expect(priorities).toEqual([...priorities].sort((a, b) => b - a));
    expect((await admin.comparison.list({ gold: true })).items).toHaveLength(1);
    expect((await admin.comparison.list({ status: "CLOSED" })).items.map(({ id }) => id)).toEqual([made[3]!.id]);
  });

  test("is summed up: states, reasons, gold, rankings of thirty days, pace and skips", async () => {
    const made = await openTask(world, asker.id, { wanted: 1 });
    await rank(0, made.replyIds[0]!);
    await world.db.ranking.updateMany({ data: { durationMs: 42_000 } });
    await openTask(world, asker.id, { reason: "REQUESTED" });
    await openTask(world, asker.id, { gold: [0, 1, 2] });
    const { task } = await world.as(annotators[0]!).annotation.next();
    await world.as(annotators[0]!).annotation.skip({ assignmentId: task!.assignmentId, reason: "not-my-language" });
    const queue = await admin.comparison.queue();
    expect(queue).toMatchObject({
      byStatus: { DRAFTING: 0, OPEN: 2, DONE: 1, CLOSED: 0 },
      ...{ byReason: { REQUESTED: 1 }, gold: 1, annotators: 4, stuck: 0, medianSeconds: 42 },
    });
    expect(queue.rankingsPerDay).toHaveLength(30);
    expect(queue.rankingsPerDay.at(-1)).toEqual({ day: new Date().toISOString().slice(0, 10), count: 1 });
    expect(queue.rankingsPerDay.reduce((sum, { count }) => sum + count, 0)).toBe(1);
    expect(queue.skips).toEqual([{ reason: "not-my-language", count: 1 }]);
  });
});

test("admins see who spoke; what annotators are sent never says it", async () => {
  const made = await openTask(world, asker.id, { replies: ["x", "y"] });
  const { candidatesInFull } = await admin.comparison.get({ id: made.id });
  expect(candidatesInFull.map(({ content, byPerson }) => [content, byPerson])).toEqual([
    ["x", false],
    ["y", false],
  ]);
  const sent = JSON.stringify(await world.as(annotators[0]!).annotation.next());
  for (const word of ["adapter", "sha256", "deployment", "release", "gold", "round", "reason", "comparisonId"]) {
    expect(sent).not.toContain(word);
  }
});

test("guidelines and progress are there for annotators, and not for users", async () => {
  expect(await world.as(annotators[0]!).annotation.guidelines()).toMatchObject({
    en: expect.stringContaining("#"),
    zh: expect.stringContaining("#"),
  });
  expect(await world.as(annotators[0]!).annotation.progress()).toMatchObject({ waiting: 0 });
  await expect(world.as(asker).annotation.next()).rejects.toMatchObject({ code: "FORBIDDEN" });
});
