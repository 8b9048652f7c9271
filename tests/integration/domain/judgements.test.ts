// Hundreds of prompts judged by several people at the same moment, in a real database: the pairs are those of the log, and of the model.
import { randomUUID } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import type { Tx } from "../../../server/db.ts";
import { seededRandom } from "../../../server/domain/agreement/bootstrap.ts";
import { fold } from "../../../server/domain/judgement.ts";
import {
  lockPrompt,
  readEvents,
  recordJudgement,
  restateRankings,
  standingJudgements,
} from "../../../server/domain/judgement-store.ts";
import { rebuildPairs } from "../../../server/domain/pair-rebuild.ts";
import { applyQuarantine, rederivePairs } from "../../../server/domain/pair-store.ts";
import { pairsFrom } from "../../../server/domain/preference-pair.ts";
import type { Viewer } from "../../../server/viewer.ts";
import { emptyModel, expectedPairs, type Model } from "../../helpers/judgement-model.ts";
import { type Caller, newKey, testWorld } from "../../helpers/world.ts";

const HISTORIES = 200;
const ACTS = 8;
/** Histories that run beside each other. */
const AT_ONCE = 4;

const world = testWorld();
let ann: Viewer;
let me: Caller;
let annotators: Viewer[];
beforeAll(async () => {
  ann = await world.person("Ann");
  me = world.as(ann);
  annotators = [
    await world.person("Ben", "ANNOTATOR"),
    await world.person("Cat", "ANNOTATOR"),
    await world.person("Dan", "ANNOTATOR"),
  ];
});

interface Task {
  promptId: string;
  /** Three whole replies and one that was broken off. */
  replies: string[];
  draftsId: string;
  taskId: string;
}

async function newTask(): Promise<Task> {
  const { db } = world;
  const { id: conversationId } = await db.conversation.create({ data: { userId: ann.id, title: "Judged" } });
  const message = (status: "COMPLETE" | "INTERRUPTED" = "COMPLETE") => ({
    id: randomUUID(),
    conversationId,
    requestKey: newKey(),
    status,
  });
  const prompt = { ...message(), role: "USER" as const, content: "What?" };
  const replies = (["COMPLETE", "COMPLETE", "COMPLETE", "INTERRUPTED"] as const).map((status, i) => ({
    ...message(status),
    ...{ role: "ASSISTANT" as const, parentId: prompt.id, content: `Reply ${i}.` },
  }));
  await db.message.createMany({ data: [prompt, ...replies] });
  const ids = replies.map(({ id }) => id);
  const compared = async (reason: "CHAT" | "REQUESTED", of: string[]) => {
    const candidates = { create: of.map((messageId, ordinal) => ({ messageId, ordinal })) };
    return (await db.comparison.create({ data: { promptId: prompt.id, reason, candidates } })).id;
  };
  return {
    promptId: prompt.id,
    replies: ids,
    draftsId: await compared("CHAT", ids),
    taskId: await compared("REQUESTED", ids.slice(0, 3)),
  };
}

/** A ranking as an annotator's submission stores it. */
const rank = (task: Task, raterId: string, ranks: number[], allBad: boolean, round: number) =>
  judged(task, async (tx) => {
    const entries = task.replies.slice(0, 3).map((messageId, i) => ({ messageId, rank: ranks[i]! }));
    const key = { comparisonId: task.taskId, raterId, round };
    const said = { allBad, shown: [], durationMs: 1, withdrawnAt: null, createdAt: new Date() };
    const { id } = await tx.ranking.upsert({
      where: { comparisonId_raterId_round: key },
      create: { ...key, ...said },
      update: said,
    });
    await tx.rankingEntry.deleteMany({ where: { rankingId: id } });
    await tx.rankingEntry.createMany({ data: entries.map((entry) => ({ rankingId: id, ...entry })) });
    const { gold } = await tx.comparison.findUniqueOrThrow({ where: { id: task.taskId } });
    const judgement = { comparisonId: task.taskId, ranks: entries, allBad, teaches: round === 0 && gold === null };
    await recordJudgement(tx, { promptId: task.promptId, raterId, kind: "RANKING", subjectId: id, judgement });
  });

const undo = (task: Task, raterId: string) =>
  judged(task, async (tx) => {
    const where = { comparisonId: task.taskId, raterId, withdrawnAt: null };
    for (const { id } of await tx.ranking.findMany({ where })) {
      await tx.ranking.update({ where: { id }, data: { withdrawnAt: new Date() } });
      await recordJudgement(tx, { promptId: task.promptId, raterId, kind: "RANKING", subjectId: id, judgement: null });
    }
  });

const setGold = (task: Task, gold: boolean) =>
  judged(task, async (tx) => {
    // Null of the database, not null in Json.
    await tx.$executeRaw`UPDATE "Comparison" SET "gold" = CASE WHEN ${gold} THEN '{}'::jsonb END WHERE "id" = ${task.taskId}::uuid`;
    await restateRankings(tx, task.taskId);
  });

const judged = ({ promptId }: Task, work: (tx: Tx) => Promise<void>) =>
  world.db.$transaction(async (tx) => {
    await lockPrompt(tx, promptId);
    await work(tx);
    await rederivePairs(tx, promptId);
  });

function someAct(task: Task, random: () => number): Promise<unknown> {
  const pick = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)]!;
  const messageId = pick(task.replies);
  const raterId = pick(annotators).id;
  const comparisonId = task.draftsId;
  const acts: (() => Promise<unknown>)[] = [
    () => me.feedback.set({ messageId, value: random() < 0.5 ? 1 : -1 }),
    () => me.feedback.set({ messageId, value: random() < 0.5 ? 1 : -1 }),
    () => me.feedback.clear({ messageId }),
    () => me.feedback.choose({ comparisonId, choice: { kind: "PICK", messageId } }),
    () => me.feedback.choose({ comparisonId, choice: { kind: random() < 0.5 ? "TIE" : "BOTH_BAD" } }),
    () => me.feedback.unchoose({ comparisonId }),
    () => me.feedback.edit({ messageId, content: `Better: ${Math.floor(random() * 1e6)}.`, requestKey: newKey() }),
    () => me.feedback.withdrawEdit({ messageId }),
    () =>
      rank(
        task,
        raterId,
        [1, 2, 3].map(() => Math.ceil(random() * 3)),
        random() < 0.15,
        random() < 0.15 ? 1 : 0,
      ),
    () =>
      rank(
        task,
        raterId,
        [1, 2, 3].map(() => Math.ceil(random() * 3)),
        false,
        0,
      ),
    () => undo(task, raterId),
    () => setGold(task, random() < 0.3),
  ];
  return pick(acts)();
}

/** What the tables say, read in the plainest way. */
async function modelOf({ promptId, taskId }: Task): Promise<Model> {
  const { db } = world;
  const model = emptyModel();
  for (const { id, status } of await db.message.findMany({ where: { parentId: promptId } })) {
    model.promptOf.set(id, promptId);
    if (status === "COMPLETE") model.whole.add(id);
  }
  for (const { raterId, messageId, value } of await db.feedback.findMany({
    where: { message: { parentId: promptId } },
  })) {
    model.thumbs.set(raterId, (model.thumbs.get(raterId) ?? new Map()).set(messageId, value as 1 | -1));
  }
  for (const { authorId, originalId, editedId } of await db.edit.findMany({
    where: { original: { parentId: promptId }, withdrawnAt: null },
  })) {
    model.edits.set(authorId, (model.edits.get(authorId) ?? new Map()).set(originalId, editedId));
  }
  const rankings = await db.ranking.findMany({
    where: { comparison: { promptId }, withdrawnAt: null },
    include: { entries: true, comparison: true },
  });
  for (const { id, raterId, round, allBad, entries, comparison, comparisonId } of rankings) {
    const places = new Map(entries.map(({ messageId, rank }) => [messageId, rank]));
    const first = [...places].filter(([, place]) => place === 1).map(([messageId]) => messageId);
    if (comparisonId === taskId) {
      model.rankings.set(id, { raterId, places, counts: round === 0 && !allBad && comparison.gold === null });
    } else {
      const picked = first.length === 1 ? first[0]! : null;
      model.choices.set(comparisonId, { raterId, picked, among: [...places.keys()] });
    }
  }
  return model;
}

const standing = async (promptId: string) => {
  const rows = await world.db.preferencePair.findMany({
    where: { promptId, status: { not: "RETRACTED" } },
    include: { raters: true },
  });
  return rows
    .map(
      (row) =>
        `${promptId} ${row.source} ${row.chosenId}>${row.rejectedId}: ${row.raters
          .map(({ raterId }) => raterId)
          .sort()
          .join(" ")}`,
    )
    .sort();
};

test(`${HISTORIES} prompts, each judged ${ACTS} times at once`, async () => {
  const random = seededRandom(4);
  const tasks: Task[] = [];
  for (let from = 0; from < HISTORIES; from += AT_ONCE) {
    const some = await Promise.all(Array.from({ length: AT_ONCE }, newTask));
    tasks.push(...some);
    await Promise.all(some.flatMap((task) => Array.from({ length: ACTS }, () => someAct(task, random))));
  }
  let pairs = 0;
  for (const task of tasks) {
    const expected = expectedPairs(await modelOf(task));
    pairs += expected.length;
    expect(await standing(task.promptId)).toEqual(expected);
    const log = pairsFrom(fold(await readEvents(world.db, [task.promptId])));
    expect(log).toEqual(pairsFrom(await standingJudgements(world.db, task.promptId)));
  }
  expect(pairs).toBeGreaterThan(HISTORIES);
  const rebuilt = await rebuildPairs(world.db, { repair: false });
  expect(rebuilt).toEqual({ prompts: tasks.length, pairs, differences: 0, differing: [] });
});

test("a rebuild finds what is not as the log says, repairs it when told to, and nothing else", async () => {
  const [lost, forged] = [await newTask(), await newTask()];
  for (const task of [lost, forged]) {
    await me.feedback.set({ messageId: task.replies[0]!, value: 1 });
    await me.feedback.set({ messageId: task.replies[1]!, value: -1 });
  }
  await world.db.preferencePair.updateMany({
    where: { promptId: lost.promptId },
    data: { status: "RETRACTED", retractedAt: new Date() },
  });
  const [, chosenId, rejectedId] = forged.replies;
  await world.db.preferencePair.create({
    data: { promptId: forged.promptId, chosenId: chosenId!, rejectedId: rejectedId!, source: "RANKING" },
  });
  const found = await rebuildPairs(world.db, { repair: false });
  expect(found.differing.sort()).toEqual([lost.promptId, forged.promptId].sort());
  expect((await rebuildPairs(world.db, { repair: true })).differences).toBe(2);
  expect(await rebuildPairs(world.db, { repair: false })).toMatchObject({ differences: 0, pairs: found.pairs });
  expect(await standing(lost.promptId)).toHaveLength(1);
  expect(await standing(forged.promptId)).toHaveLength(1);
});

test("a quarantine puts aside what rests on nobody else, and gives it back; an admin's word outlives both", async () => {
  const [ben, cat] = annotators as [Viewer, Viewer];
  const task = await newTask();
  await rank(task, ben.id, [1, 2, 3], false, 0);
  await rank(task, cat.id, [1, 2, 2], false, 0);
  const [first, second, third] = task.replies;
  const states = async () => {
    const rows = await world.db.preferencePair.findMany({ where: { promptId: task.promptId } });
    const state = (chosenId?: string, rejectedId?: string) =>
      rows.find((row) => row.chosenId === chosenId && row.rejectedId === rejectedId)?.status;
    return { both: state(first, second), bensAlone: state(second, third) };
  };
  const quarantine = (quarantinedAt: Date | null) =>
    world.db.$transaction(async (tx) => {
      const trust = { quarantinedAt, quarantineReason: quarantinedAt && "BELOW_BAR" };
      await tx.raterTrust.upsert({
        where: { raterId: ben.id },
        create: { raterId: ben.id, figures: {}, ...trust },
        update: trust,
      });
      await applyQuarantine(tx, ben.id);
      await applyQuarantine(tx, ben.id);
    });
  await quarantine(new Date());
  expect(await states()).toEqual({ both: "ACTIVE", bensAlone: "QUARANTINED" });
  await rank(task, ben.id, [3, 2, 1], false, 0);
  const turned = await world.db.preferencePair.findMany({
    where: { promptId: task.promptId, chosenId: third!, status: { not: "RETRACTED" } },
  });
  expect(turned.map(({ status }) => status)).toEqual(["QUARANTINED", "QUARANTINED"]);
  await rank(task, ben.id, [1, 2, 3], false, 0);
  await quarantine(null);
  expect(await states()).toEqual({ both: "ACTIVE", bensAlone: "ACTIVE" });
  await world.db.preferencePair.updateMany({
    where: { promptId: task.promptId, chosenId: second! },
    data: { status: "QUARANTINED", quarantineReason: "An admin read it." },
  });
  await quarantine(new Date());
  await quarantine(null);
  await undo(task, ben.id);
  expect((await states()).bensAlone).toBe("RETRACTED");
  await rank(task, ben.id, [1, 2, 3], false, 0);
  expect((await states()).bensAlone).toBe("QUARANTINED");
  expect((await rebuildPairs(world.db, { repair: false })).differing).toEqual([]);
});

test("ids of pairs grow with time, so that the newest of an adapter's examples are found by them", async () => {
  const pairsOf = async () => {
    const task = await newTask();
    await rank(task, annotators[0]!.id, [1, 2, 3], false, 0);
    const pairs = await world.db.preferencePair.findMany({ where: { promptId: task.promptId } });
    expect(pairs).toHaveLength(3);
    return pairs.map(({ id }) => id).sort();
  };
  const ids: string[] = [];
  for (let i = 0; i < 5; i++) ids.push(...(await pairsOf()));
  expect(ids).toEqual(ids.toSorted());
});
