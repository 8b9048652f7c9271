// A ranking: its pairs, its rewrite, its labels, taking it back, and what the log says of it all.
import { beforeEach, describe, expect, test } from "vitest";
import { viewProgress } from "../../../server/domain/annotation-progress.ts";
import { nextTask, skipTask } from "../../../server/domain/assignment.ts";
import { fold } from "../../../server/domain/judgement.ts";
import { readEvents } from "../../../server/domain/judgement-store.ts";
import { pairsFrom } from "../../../server/domain/preference-pair.ts";
import { submitRanking, undoRanking } from "../../../server/domain/ranking.ts";
import type { SubmittedTask, TaskView } from "../../../server/domain/views.ts";
import type { Viewer } from "../../../server/viewer.ts";
import { inOrder, MINUTE, openTask, rankNext, taken, testQueue } from "../../helpers/annotation.ts";
import { testWorld } from "../../helpers/world.ts";

const world = testWorld();
let clock: ReturnType<typeof testQueue>["clock"];
let services: ReturnType<typeof testQueue>["services"];
let asker: Viewer;
let annotator: Viewer;
let other: Viewer;
let people = 0;

beforeEach(async () => {
  await world.db.comparison.deleteMany();
  ({ clock, services } = testQueue(world));
  asker = await world.person(`Asker${++people}`);
  annotator = await world.person(`Annotator${people}`, "ANNOTATOR");
  other = await world.person(`Other${people}`, "ANNOTATOR");
});

const submit = (raterId: string, task: TaskView, ranking: Partial<SubmittedTask>, durationMs = 20_000) =>
  submitRanking(services(), raterId, { ...inOrder(task, []), ...ranking, assignmentId: task.assignmentId, durationMs });

/** Active pairs as "better>worse" by place among the replies, with source; and that the log says the same. */
async function pairsOf({ promptId, replyIds }: { promptId: string; replyIds: string[] }) {
  const rows = await world.db.preferencePair.findMany({
    where: { promptId, status: { not: "RETRACTED" } },
    include: { raters: true },
  });
  const key = (pair: { chosenId: string; rejectedId: string; source: string; raterIds: string[] }) =>
    `${pair.chosenId} ${pair.rejectedId} ${pair.source} ${[...pair.raterIds].sort()}`;
  const told = pairsFrom(fold(await readEvents(world.db, [promptId])));
  const stored = rows.map((row) => ({ ...row, raterIds: row.raters.map(({ raterId }) => raterId) }));
  expect(told.map(key).sort()).toEqual(stored.map(key).sort());
  const place = (id: string) => (replyIds.includes(id) ? String(replyIds.indexOf(id)) : "new");
  return rows.map((row) => `${place(row.chosenId)}>${place(row.rejectedId)} ${row.source}`).sort();
}

const statusOf = async (id: string) => (await world.db.comparison.findUniqueOrThrow({ where: { id } })).status;

test("a ranking prefers every reply to every one below it; ties make no pair", async () => {
  const made = await openTask(world, asker.id, { wanted: 1 });
  const [a, b, c] = made.replyIds as [string, string, string];
  const { rankingId } = await rankNext(services(), annotator.id, () => [b]);
  expect(await pairsOf(made)).toEqual(["1>0 RANKING", "1>2 RANKING"]);
  expect(await statusOf(made.id)).toBe("DONE");
  const ranking = await world.db.ranking.findUniqueOrThrow({ where: { id: rankingId }, include: { entries: true } });
  expect(Object.fromEntries(ranking.entries.map(({ messageId, rank }) => [messageId, rank]))).toEqual({
    [b]: 1,
    [a]: 2,
    [c]: 2,
  });
});

test("all bad, and all tied, make no pair and count as rankings", async () => {
  const made = await openTask(world, asker.id, { wanted: 2 });
  await submit(annotator.id, await taken(services(), annotator.id), { allBad: true, ranks: [] });
  await submit(other.id, await taken(services(), other.id), {});
  expect(await pairsOf(made)).toEqual([]);
  expect(await statusOf(made.id)).toBe("DONE");
});

test("raters who agree share a pair; those who do not make one each way", async () => {
  const made = await openTask(world, asker.id, { replies: ["x", "y"] });
  const [x, y] = made.replyIds as [string, string];
  await rankNext(services(), annotator.id, () => [x]);
  await rankNext(services(), other.id, () => [y]);
  expect(await pairsOf(made)).toEqual(["0>1 RANKING", "1>0 RANKING"]);
});

test("submitting again after a lost answer changes nothing", async () => {
  const made = await openTask(world, asker.id);
  const task = await taken(services(), annotator.id);
  const best = inOrder(task, [made.replyIds[0]!]);
  const answers = await Promise.all(Array.from({ length: 5 }, () => submit(annotator.id, task, best)));
  expect(new Set(answers.map(({ rankingId }) => rankingId)).size).toBe(1);
  expect(await submit(annotator.id, task, { allBad: true })).toEqual(answers[0]);
  expect(await pairsOf(made)).toEqual(["0>1 RANKING", "0>2 RANKING"]);
  expect(await world.db.judgementEvent.count({ where: { promptId: made.promptId } })).toBe(1);
});

test("a skipped task cannot be submitted, nor a submitted one skipped", async () => {
  await openTask(world, asker.id);
  const task = await taken(services(), annotator.id);
  await skipTask(services(), annotator.id, { assignmentId: task.assignmentId, reason: "offensive" });
  await expect(submit(annotator.id, task, {})).rejects.toMatchObject({ code: "ILLEGAL_STATE" });
  await openTask(world, asker.id);
  const next = await taken(services(), annotator.id);
  await submit(annotator.id, next, {});
  await expect(
    skipTask(services(), annotator.id, { assignmentId: next.assignmentId, reason: "other" }),
  ).rejects.toMatchObject({ code: "ILLEGAL_STATE" });
});

test("a ranking that is none leaves nothing behind", async () => {
  const made = await openTask(world, asker.id);
  const task = await taken(services(), annotator.id);
  await expect(
    submit(annotator.id, task, { ranks: task.replies.slice(1).map((r) => ({ ...r, rank: 1 })) }),
  ).rejects.toMatchObject({ code: "INVALID_INPUT" });
  expect(await world.db.ranking.count({ where: { comparisonId: made.id } })).toBe(0);
  expect(await world.db.judgementEvent.count({ where: { promptId: made.promptId } })).toBe(0);
});

test("the time a task took is never longer than the task was held", async () => {
  await openTask(world, asker.id);
  const task = await taken(services(), annotator.id);
  clock.advance(5_000);
  const { rankingId } = await submit(annotator.id, task, {}, 3_600_000);
  expect((await world.db.ranking.findUniqueOrThrow({ where: { id: rankingId } })).durationMs).toBe(5_000);
});

describe("rewriting the best", () => {
  test("is an edit of the annotator's, which the conversation does not show, and a pair", async () => {
    const made = await openTask(world, asker.id, { wanted: 1 });
    const [a] = made.replyIds as [string];
    const task = await taken(services(), annotator.id);
    await submit(annotator.id, task, {
      ...inOrder(task, [a]),
      rewrite: { messageId: a, content: "As it should have been." },
    });
    expect(await pairsOf(made)).toEqual(["0>1 RANKING", "0>2 RANKING", "new>0 EDIT"]);
    const edit = await world.db.edit.findFirstOrThrow({ where: { originalId: a }, include: { edited: true } });
    expect(edit).toMatchObject({ authorId: annotator.id, withdrawnAt: null });
    expect(edit.edited).toMatchObject({ content: "As it should have been.", forComparison: true, tokenIds: [] });
    const view = await world.as(asker).conversation.get({ id: made.conversationId });
    expect(view.messages.map(({ id }) => id)).not.toContain(edit.editedId);
  });

  test("with the same words is no edit", async () => {
    const made = await openTask(world, asker.id, { replies: ["Same.", "Other."] });
    const task = await taken(services(), annotator.id);
    await submit(annotator.id, task, { rewrite: { messageId: made.replyIds[0]!, content: "Same. " } });
    expect(await world.db.edit.count({ where: { originalId: made.replyIds[0]! } })).toBe(0);
  });
});

test("labels and a comment are kept with the ranking", async () => {
  const made = await openTask(world, asker.id);
  const task = await taken(services(), annotator.id);
  const labels = [
    { messageId: made.replyIds[0]!, label: "unsafe" as const },
    { messageId: made.replyIds[0]!, label: "factual-error" as const },
    { messageId: made.replyIds[2]!, label: "private-data" as const },
  ];
  const { rankingId } = await submit(annotator.id, task, { labels, comment: "Careful." });
  const view = await world.as(world.admin).comparison.get({ id: made.id });
  expect(view.rankingsInFull).toHaveLength(1);
  expect(view.rankingsInFull[0]).toMatchObject({ id: rankingId, comment: "Careful.", withdrawn: false });
  const key = (label: { messageId: string; label: string }) => label.messageId + label.label;
  expect(view.rankingsInFull[0]!.labels.map(key).sort()).toEqual(labels.map(key).sort());
});

describe("taking back", () => {
  test("retracts the pairs and the rewrite, lends the task again with what was said, and opens it again", async () => {
    const made = await openTask(world, asker.id, { wanted: 1 });
    const [a, b] = made.replyIds as [string, string];
    const task = await taken(services(), annotator.id);
    const said: SubmittedTask = {
      ...inOrder(task, [a, b]),
      labels: [{ messageId: b, label: "unsafe" }],
      rewrite: { messageId: a, content: "Better." },
      comment: "Hm.",
    };
    await submit(annotator.id, task, said);
    clock.advance(MINUTE);
    const { task: undone } = await undoRanking(services(), annotator.id);
    expect(undone).toMatchObject({ assignmentId: task.assignmentId, replies: task.replies });
    const byId = (ranks: SubmittedTask["ranks"]) => new Map(ranks.map((entry) => [entry.messageId, entry.rank]));
    expect({ ...undone!.previous!, ranks: byId(undone!.previous!.ranks) }).toEqual({
      ...said,
      ranks: byId(said.ranks),
    });
    expect(await pairsOf(made)).toEqual([]);
    expect(await statusOf(made.id)).toBe("OPEN");
    expect(await nextTask(services(), other.id)).toEqual({ task: null, why: "ALL_LENT" });
    clock.advance(MINUTE);
    await submit(annotator.id, undone!, { ...inOrder(undone!, [b]), rewrite: { messageId: b, content: "Best." } });
    expect(await pairsOf(made)).toEqual(["1>0 RANKING", "1>2 RANKING", "new>1 EDIT"]);
    expect(await world.db.ranking.count({ where: { comparisonId: made.id } })).toBe(1);
    expect(await statusOf(made.id)).toBe("DONE");
  });

  test("goes back one ranking at a time, and what was lent in between comes again", async () => {
    const first = await openTask(world, asker.id, { reason: "REQUESTED" });
    const second = await openTask(world, asker.id, { reason: "DISAGREEMENT" });
    const third = await openTask(world, asker.id);
    await rankNext(services(), annotator.id, () => [first.replyIds[0]!]);
    clock.advance(1000);
    await rankNext(services(), annotator.id, () => [second.replyIds[0]!]);
    clock.advance(1000);
    const held = await taken(services(), annotator.id);
    expect(held.replies.map(({ messageId }) => messageId)).toContain(third.replyIds[0]);
    await undoRanking(services(), annotator.id);
    clock.advance(1000);
    const { task } = await undoRanking(services(), annotator.id);
    expect(task!.replies.map(({ messageId }) => messageId)).toContain(first.replyIds[0]);
    expect(await world.db.assignment.count({ where: { raterId: annotator.id, state: "LEASED" } })).toBe(1);
    await submit(annotator.id, task!, {});
    const seen: string[] = [];
    for (let i = 0; i < 2; i++) {
      clock.advance(1000);
      const { task: again } = await rankNext(services(), annotator.id, () => []);
      seen.push(again.assignmentId);
    }
    expect(seen).toContain(held.assignmentId);
    expect(await nextTask(services(), annotator.id)).toMatchObject({ task: null });
    expect(await pairsOf(first)).toEqual([]);
  });

  test("is for half an hour, for one's own, and not for what left the queue", async () => {
    const made = await openTask(world, asker.id);
    const nothing = { code: "NOTHING_TO_UNDO" };
    await expect(undoRanking(services(), annotator.id)).rejects.toMatchObject(nothing);
    await rankNext(services(), annotator.id, () => [made.replyIds[0]!]);
    await expect(undoRanking(services(), other.id)).rejects.toMatchObject(nothing);
    clock.advance(31 * MINUTE);
    await expect(undoRanking(services(), annotator.id)).rejects.toMatchObject(nothing);
    clock.advance(-31 * MINUTE);
    await world.as(world.admin).comparison.close({ id: made.id });
    await expect(undoRanking(services(), annotator.id)).rejects.toMatchObject(nothing);
    expect(await pairsOf(made)).toHaveLength(2);
  });
});

test("ten annotators who rank, take back and rank anew at once leave as many rankings as were wanted, and their pairs", async () => {
  const made = await openTask(world, asker.id, { wanted: 3 });
  const crowd = await Promise.all(
    Array.from({ length: 10 }, (_, i) => world.person(`Crowd${people}n${i}`, "ANNOTATOR")),
  );
  await Promise.all(
    crowd.map(async ({ id }, i) => {
      const answer = await nextTask(services(), id);
      if (!answer.task) return;
      await submit(id, answer.task, inOrder(answer.task, [made.replyIds[i % 3]!]));
      const { task } = await undoRanking(services(), id);
      if (task) await submit(id, task, inOrder(task, [made.replyIds[(i + 1) % 3]!]));
    }),
  );
  const rankings = await world.db.ranking.count({ where: { comparisonId: made.id, withdrawnAt: null } });
  expect(rankings).toBe(3);
  expect(await statusOf(made.id)).toBe("DONE");
  await pairsOf(made); // the log says the same
});

describe("progress", () => {
  test("counts days in UTC, the streak, what waits, and whether there is something to take back", async () => {
    for (let i = 0; i < 4; i++) await openTask(world, asker.id);
    const progress = () => viewProgress(services(), annotator.id);
    expect(await progress()).toEqual({
      ...{ today: 0, total: 0, streakDays: 0, waiting: 4, agreement: null, sharedTasks: 0, canUndo: false },
    });
    await rankNext(services(), annotator.id, () => []);
    clock.advance(24 * 60 * MINUTE);
    await rankNext(services(), annotator.id, () => []);
    clock.advance(1000);
    await rankNext(services(), annotator.id, () => []);
    expect(await progress()).toMatchObject({ today: 2, total: 3, streakDays: 2, waiting: 1, canUndo: true });
    await undoRanking(services(), annotator.id);
    expect(await progress()).toMatchObject({ today: 1, total: 2, streakDays: 2 });
    clock.advance(3 * 24 * 60 * MINUTE);
    expect(await progress()).toMatchObject({ today: 0, streakDays: 0, canUndo: false });
  });

  test("agreement with others is told from five shared tasks on", async () => {
    const made = [];
    for (let i = 0; i < 5; i++) made.push(await openTask(world, asker.id, { replies: ["x", "y"] }));
    const first = new Set(made.map(({ replyIds }) => replyIds[0]!));
    const best = ({ replies }: TaskView) => replies.map((r) => r.messageId).filter((id) => first.has(id));
    for (let i = 0; i < 5; i++) {
      await rankNext(services(), annotator.id, best);
      // The other one turns the fifth round.
      await rankNext(
        services(),
        other.id,
        i < 4 ? best : ({ replies }) => replies.map((r) => r.messageId).filter((id) => !first.has(id)),
      );
      const { agreement, sharedTasks } = await viewProgress(services(), annotator.id);
      expect({ agreement, sharedTasks }).toEqual({ agreement: i < 4 ? null : 0.8, sharedTasks: i + 1 });
    }
  });
});
