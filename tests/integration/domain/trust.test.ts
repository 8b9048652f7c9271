// Trust on a real database: from thumbs and rankings to accuracy, ε, weight, provenance and agreement; opt-outs and quarantine.
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { freezeDataset } from "../../../server/domain/dataset.ts";
import { currentSelection } from "../../../server/domain/dataset-source.ts";
import { recordJudgement } from "../../../server/domain/judgement-store.ts";
import { lockPrompt, rederivePairs } from "../../../server/domain/pair-store.ts";
import { recomputeTrust } from "../../../server/domain/trust-recompute.ts";
import type { Viewer } from "../../../server/viewer.ts";
import { openTask, prompted } from "../../helpers/annotation.ts";
import { type Caller, testWorld } from "../../helpers/world.ts";

const world = testWorld();
let admin: Caller;
let ann: Viewer;
let [first, second] = [{} as Viewer, {} as Viewer];
let people = 0;
beforeAll(() => {
  admin = world.as(world.admin);
});
beforeEach(async () => {
  people++;
  ann = await world.person(`Ann${people}`);
  [first, second] = [
    await world.person(`First${people}`, "ANNOTATOR"),
    await world.person(`Second${people}`, "ANNOTATOR"),
  ];
});

type Task = Awaited<ReturnType<typeof openTask>>;

/** Puts the replies in the order of these indexes, best first; equal ranks by a list within the list. */
async function rank(task: Task, raterId: string, order: readonly (number | number[])[], gold = false) {
  await world.db.$transaction(async (tx) => {
    await lockPrompt(tx, task.promptId);
    const ranks = order.flatMap((place, i) =>
      [place].flat().map((n) => ({ messageId: task.replyIds[n]!, rank: i + 1 })),
    );
    const { id } = await tx.ranking.create({
      data: { comparisonId: task.id, raterId, shown: task.replyIds, durationMs: 20_000, entries: { create: ranks } },
    });
    const judgement = { comparisonId: task.id, ranks, allBad: false, teaches: !gold };
    await recordJudgement(tx, { promptId: task.promptId, raterId, kind: "RANKING", subjectId: id, judgement });
    await rederivePairs(tx, task.promptId);
  });
}

const thumbs = async (person: Viewer, task: Task, liked: number, disliked: number) => {
  await world.as(person).feedback.set({ messageId: task.replyIds[liked]!, value: 1 });
  await world.as(person).feedback.set({ messageId: task.replyIds[disliked]!, value: -1 });
};
const trustOf = (id: string) => world.db.raterTrust.findUniqueOrThrow({ where: { raterId: id } });
const reasons = async (kind: "PAIRS" | "THUMBS" | "DIALOGUES" | "RANKINGS" | "PROMPTS") =>
  Object.fromEntries((await currentSelection(world.db, kind)).leftOut.map(({ reason, count }) => [reason, count]));
const pairOf = (task: Task, better: number, worse: number) =>
  world.db.preferencePair.findFirstOrThrow({
    where: { chosenId: task.replyIds[better]!, rejectedId: task.replyIds[worse]! },
  });
/** What is frozen of the pair, if anything. */
async function frozen(task: Task, better: number, worse: number) {
  const { id } = await world.db.$transaction(async (tx) => freezeDataset(tx, await currentSelection(tx)));
  const chosenId = task.replyIds[better]!;
  const entry = await world.db.datasetPair.findFirst({
    where: { datasetId: id, pair: { chosenId, rejectedId: task.replyIds[worse]! } },
  });
  const raters = entry && (await world.db.datasetRater.findMany({ where: { datasetId: id, ordinal: entry.ordinal } }));
  return (
    entry && { weight: entry.weight, epsilon: entry.epsilon, raterIds: raters!.map(({ raterId }) => raterId).sort() }
  );
}

test("a lone thumbs pair of somebody new counts half, and is wrong one time in four", async () => {
  const task = await openTask(world, ann.id);
  await thumbs(ann, task, 0, 1);
  // 0.5 for resting on one person, 0.625 for what ε leaves of it against an admin's word.
  expect(await frozen(task, 0, 1)).toEqual({ weight: 0.313, epsilon: 0.25, raterIds: [ann.id] });
});

test("who agrees with annotators where both judged is confirmed, and ε falls with every word", async () => {
  const tasks: Task[] = [];
  for (let i = 0; i < 10; i++) {
    const task = await openTask(world, ann.id, { replies: ["Good.", "Bad."] });
    await thumbs(ann, task, 0, 1);
    for (const rater of [first, second]) await rank(task, rater.id, [0, 1]);
    tasks.push(task);
  }
  const later = await openTask(world, ann.id, { replies: ["Good.", "Bad."] });
  await thumbs(ann, later, 0, 1);
  await admin.trust.recompute();
  const { accuracy, low, high } = await trustOf(ann.id);
  expect(accuracy).toBeGreaterThan(0.85);
  expect(low).toBeGreaterThan(0.5);
  expect(high).toBeLessThanOrEqual(1);
  const rows = await admin.trust.raters();
  expect(rows.find(({ rater }) => rater.id === ann.id)).toMatchObject({
    confirmed: true,
    judgements: 22,
    pairs: 11,
    burst: 22,
  });
  expect(rows.find(({ rater }) => rater.id === first.id)).toMatchObject({ agreement: { value: 1 }, medianSeconds: 20 });
  expect(await frozen(later, 0, 1)).toMatchObject({ weight: 0.5 });
  const all = (await frozen(tasks[0]!, 0, 1))!;
  expect(all).toMatchObject({ weight: 1, raterIds: [ann.id, first.id, second.id].sort() });
  expect(all.epsilon).toBeLessThan(0.01);
});

test("of two annotators who contradict each other nothing is learned; a third decides, with an ε that tells", async () => {
  const task = await openTask(world, ann.id, { replies: ["A.", "B."] });
  await rank(task, first.id, [0, 1]);
  await rank(task, second.id, [1, 0]);
  expect(await frozen(task, 0, 1)).toBeNull();
  expect(await frozen(task, 1, 0)).toBeNull();
  expect((await reasons("PAIRS")).OUTVOTED).toBeGreaterThanOrEqual(2);
  await rank(task, world.admin.id, [1, 0]);
  const { epsilon, raterIds } = (await frozen(task, 1, 0))!;
  expect(epsilon).toBeGreaterThan(0.05);
  expect(epsilon).toBeLessThan(0.25);
  expect(raterIds).toEqual([second.id, world.admin.id].sort());
  expect(await frozen(task, 0, 1)).toBeNull();
});

test("gold makes no pair and tells who is right", async () => {
  for (let i = 0; i < 12; i++) {
    const task = await openTask(world, ann.id, { gold: [0, 1, 2] });
    await rank(task, first.id, [0, 1, 2], true);
    await rank(task, second.id, i % 2 ? [2, 1, 0] : [0, 1, 2], true);
    expect(await world.db.preferencePair.count({ where: { promptId: task.promptId } })).toBe(0);
  }
  await recomputeTrust(world.db);
  expect((await trustOf(first.id)).accuracy).toBeGreaterThan(0.9);
  expect((await trustOf(second.id)).accuracy).toBeLessThan(0.72);
});

describe("people's rankings as data", () => {
  test("one example per ranking, ties and all; choices too; all tied, all bad and gold are none", async () => {
    const before = await currentSelection(world.db, "RANKINGS");
    const task = await openTask(world, ann.id);
    await rank(task, first.id, [2, [0, 1]]);
    await rank(task, second.id, [[0, 1, 2]]);
    const after = await currentSelection(world.db, "RANKINGS");
    const made = after.items.filter(({ messageId }) => messageId === task.promptId);
    expect(made).toMatchObject([
      {
        content: { replies: [{ content: "Third.", rank: 1 }, { rank: 2 }, { rank: 2 }], weight: 0.875 },
        ...{ weight: 0.875, raterIds: [first.id] },
      },
    ]);
    expect(after.train + after.heldOut).toBe(before.train + before.heldOut + 1);
    expect((await reasons("RANKINGS")).TIED).toBe(1);
    const { datasetId } = await world.db.$transaction(async (tx) => ({
      datasetId: (await freezeDataset(tx, after)).id,
    }));
    const { ordinal } = await world.db.datasetItem.findFirstOrThrow({ where: { datasetId, messageId: task.promptId } });
    expect(await world.db.datasetRater.findMany({ where: { datasetId, ordinal } })).toMatchObject([
      { raterId: first.id },
    ]);
  });
});

describe("opt-out", () => {
  test("of a conversation: no pair, thumb, dialogue, ranking or prompt of it is selected, whoever judged", async () => {
    const task = await openTask(world, ann.id);
    await thumbs(ann, task, 0, 1);
    await rank(task, first.id, [0, 1, 2]);
    const pair = await pairOf(task, 0, 1);
    await world.as(ann).conversation.setTraining({ id: task.conversationId, optOut: true });
    for (const kind of ["PAIRS", "THUMBS", "DIALOGUES", "RANKINGS", "PROMPTS"] as const) {
      const { pairs, items, leftOut } = await currentSelection(world.db, kind);
      expect(leftOut.find(({ reason }) => reason === "OPTED_OUT")?.count).toBeGreaterThan(0);
      expect(pairs.map(({ id }) => id)).not.toContain(pair.id);
      const ids = [task.promptId, ...task.replyIds];
      expect(items.filter(({ messageId }) => messageId && ids.includes(messageId))).toEqual([]);
    }
    await world.as(ann).conversation.setTraining({ id: task.conversationId, optOut: false });
    expect((await reasons("PAIRS")).OPTED_OUT).toBeUndefined();
    expect(await frozen(task, 0, 1)).not.toBeNull();
  });

  test("of a person: their conversations and their judgements of others' are out", async () => {
    const [theirs, others] = [await openTask(world, first.id), await openTask(world, ann.id)];
    await thumbs(first, theirs, 0, 1);
    await rank(others, first.id, [0, 1, 2]);
    await world.as(first).account.setTraining({ optOut: true });
    expect(await frozen(theirs, 0, 1)).toBeNull();
    expect(await frozen(others, 0, 1)).toBeNull();
    await rank(others, second.id, [0, 1, 2]);
    expect(await frozen(others, 0, 1)).toMatchObject({ raterIds: [second.id] });
  });
});

test("a pair that was made in the instant of a quarantine is put aside with the next pass, and one of a release comes back", async () => {
  const task = await openTask(world, ann.id);
  await rank(task, first.id, [0, 1, 2]);
  const { id } = await pairOf(task, 0, 1);
  const status = async () => (await world.db.preferencePair.findUniqueOrThrow({ where: { id } })).status;
  const set = (quarantined: boolean) => admin.trust.setQuarantine({ raterId: first.id, quarantined, reason: "A try." });
  // As it stands when the judgement's transaction and the quarantine's have not seen each other.
  await set(true);
  await world.db.preferencePair.update({ where: { id }, data: { status: "ACTIVE", quarantineReason: null } });
  expect(await frozen(task, 0, 1)).toBeNull();
  await recomputeTrust(world.db);
  expect(await status()).toBe("QUARANTINED");
  const { quarantineReason } = await world.db.preferencePair.findUniqueOrThrow({ where: { id } });
  await set(false);
  await world.db.preferencePair.update({ where: { id }, data: { status: "QUARANTINED", quarantineReason } });
  await recomputeTrust(world.db);
  expect(await status()).toBe("ACTIVE");
});

test("a quarantined rater's word is not heard until an admin lets it count again; both are audited", async () => {
  const task = await openTask(world, ann.id);
  await rank(task, first.id, [0, 1, 2]);
  await admin.trust.setQuarantine({ raterId: first.id, quarantined: true, reason: "Answers without reading." });
  expect(await pairOf(task, 0, 1)).toMatchObject({ status: "QUARANTINED" });
  expect(await frozen(task, 0, 1)).toBeNull();
  await rank(task, second.id, [0, 1, 2]);
  expect(await frozen(task, 0, 1)).toMatchObject({ raterIds: [second.id] });
  await recomputeTrust(world.db);
  expect(await trustOf(first.id)).toMatchObject({ quarantineReason: "Answers without reading." });
  expect((await admin.trust.rater({ id: first.id })).quarantinedAt).not.toBeNull();
  await admin.trust.setQuarantine({ raterId: first.id, quarantined: false, reason: "A misunderstanding." });
  expect((await frozen(task, 0, 1))!.raterIds).toEqual([first.id, second.id].sort());
  const audit = (await admin.audit.list()).items.filter(({ action }) => action === "rater.setQuarantine");
  expect(audit.slice(0, 2).map(({ after }) => after)).toEqual([
    { quarantined: false, reason: "A misunderstanding." },
    { quarantined: true, reason: "Answers without reading." },
  ]);
  await expect(
    admin.trust.setQuarantine({ raterId: task.promptId, quarantined: true, reason: "Nobody." }),
  ).rejects.toMatchObject({ cause: { code: "NOT_FOUND" } });
});

test("agreement: figures by hand of five tasks that both see alike, and one that they see the other way round", async () => {
  await world.db.ranking.updateMany({ data: { withdrawnAt: new Date() } });
  for (let i = 0; i < 6; i++) {
    const task = await openTask(world, ann.id, { replies: ["A.", "B."] });
    await rank(task, first.id, [0, 1]);
    await rank(task, second.id, i === 0 ? [1, 0] : [0, 1]);
  }
  const { tasks, raters, alpha, fleissKappa, perTask, between } = await admin.trust.agreement();
  expect({ tasks, raters }).toEqual({ tasks: 6, raters: 2 });
  // 24 ratings, 12 of each rank; 4 of 24 coincidences differ, of 24 · 12 / 23 expected: 1 − 23 · 2 / 144.
  expect(alpha!.value).toBeCloseTo(1 - (23 * 2 * 2) / (12 * 12 * 2), 9);
  expect(fleissKappa!.value).toBeCloseTo((5 / 6 - 0.5) / 0.5, 9);
  expect(alpha!.low).toBeLessThan(alpha!.value);
  expect(perTask[0]).toMatchObject({ agreement: 0, raters: 2 });
  expect(between).toMatchObject([{ tasks: 6 }]);
  expect(between[0]!.kappa!.value).toBeCloseTo((5 / 6 - 0.5) / 0.5, 9);
});

test("strengths: an adapter preferred three times in four stands 191 points above the base, less a credit of ties", async () => {
  const base = await world.db.baseModel.findFirstOrThrow();
  const sha256 = "e".repeat(64);
  for (let i = 0; i < 40; i++) {
    const { promptId, conversationId } = await prompted(world, ann.id, []);
    const reply = (n: number, content: string, adapterSha256: string | null) => ({
      ...{
        conversationId,
        parentId: promptId,
        role: "ASSISTANT" as const,
        status: "COMPLETE" as const,
        content,
        adapterSha256,
      },
      ...{ baseSha256: base.sha256, requestKey: `strength-${i}-${n}` },
    });
    const [tuned, plain] = await world.db.message.createManyAndReturn({
      data: [reply(0, "Tuned and rather long.", sha256), reply(1, "Plain.", null)],
    });
    const [liked, disliked] = i % 4 ? [tuned!, plain!] : [plain!, tuned!];
    await world.as(ann).feedback.set({ messageId: liked.id, value: 1 });
    await world.as(ann).feedback.set({ messageId: disliked.id, value: -1 });
  }
  const { comparisons, adapters, wins } = await admin.trust.strengths({ lengthControlled: false });
  expect(comparisons).toBe(40);
  expect(wins).toEqual([
    [0, 10],
    [30, 0],
  ]);
  expect(adapters).toMatchObject([
    { sha256: null, strength: { value: 0, low: 0, high: 0 }, wins: 10, losses: 30, ties: 0 },
    { sha256, wins: 30, losses: 10 },
  ]);
  const { value, low, high } = adapters[1]!.strength;
  expect(value).toBeGreaterThan(150);
  expect(value).toBeLessThan(191);
  expect(low).toBeLessThan(value);
  expect(high).toBeGreaterThan(value);
  const controlled = await admin.trust.strengths({ lengthControlled: true });
  // Every tuned reply is the longer one, so length and adapter share what was preferred.
  expect(controlled.adapters[1]!.strength.value).toBeLessThan(value);
  expect(controlled.lengthCoefficient!.value).toBeGreaterThan(0);
});
