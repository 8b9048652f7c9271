// Lending tasks: one place is never lent twice, nobody judges themselves, and the queue says honestly why it has nothing.
import { beforeEach, describe, expect, test } from "vitest";
import { countAvailable } from "../../../server/domain/annotation-queue.ts";
import { endLeases, nextTask, renewLease, skipTask } from "../../../server/domain/assignment.ts";
import { closeComparisonsOf } from "../../../server/domain/comparison-open.ts";
import { reviseComparisons } from "../../../server/domain/comparison-state.ts";
import { viewQueue } from "../../../server/domain/comparison-view.ts";
import { submitRanking } from "../../../server/domain/ranking.ts";
import type { Viewer } from "../../../server/viewer.ts";
import { inOrder, MINUTE, openTask, rankNext, taken, testQueue } from "../../helpers/annotation.ts";
import { testWorld } from "../../helpers/world.ts";

const world = testWorld();
let clock: ReturnType<typeof testQueue>["clock"];
let services: ReturnType<typeof testQueue>["services"];
let asker: Viewer;
let annotators: Viewer[];
let people = 0;

beforeEach(async () => {
  await world.db.comparison.deleteMany();
  await world.db.user.updateMany({ where: { role: "ANNOTATOR" }, data: { role: "USER" } });
  ({ clock, services } = testQueue(world));
  asker = await world.person(`Asker${++people}`);
  annotators = await Promise.all(
    ["One", "Two", "Three", "Four"].map((name) => world.person(`${name}${people}`, "ANNOTATOR")),
  );
});

const statusOf = async (id: string) => (await world.db.comparison.findUniqueOrThrow({ where: { id } })).status;
const rankAll = (raterId: string) => rankNext(services(), raterId, ({ replies }) => replies.map((r) => r.messageId));

test("a task shows the replies shuffled and nothing of who spoke them; asking again gives the same task", async () => {
  const made = await openTask(world, asker.id);
  const task = await taken(services(), annotators[0]!.id);
  expect(task.prompt).toEqual([{ role: "USER", content: "What is this?" }]);
  expect(task.replies.map(({ messageId }) => messageId).sort()).toEqual([...made.replyIds].sort());
  expect(Object.keys(task).sort()).toEqual(["assignmentId", "expiresAt", "previous", "prompt", "replies"]);
  expect(Object.keys(task.replies[0]!).sort()).toEqual(["content", "messageId"]);
  expect(await taken(services(), annotators[0]!.id)).toEqual(task);
});

test("the order of the replies differs between annotators", async () => {
  await openTask(world, asker.id, { replies: ["a", "b", "c", "d", "e"], wanted: 4 });
  const orders = new Set<string>();
  for (const { id } of annotators) orders.add((await taken(services(), id)).replies.map((r) => r.messageId).join());
  expect(orders.size).toBeGreaterThan(1);
});

test("of annotators who ask at once, as many as are wanted get the task and no more", async () => {
  const { id } = await openTask(world, asker.id, { wanted: 2 });
  const answers = await Promise.all(annotators.map((one) => nextTask(services(), one.id)));
  expect(answers.filter(({ task }) => task)).toHaveLength(2);
  expect(answers.filter((answer) => !answer.task && answer.why === "ALL_LENT")).toHaveLength(2);
  expect(await world.db.assignment.count({ where: { comparisonId: id } })).toBe(2);
});

test("one annotator with two tabs gets one task", async () => {
  await openTask(world, asker.id);
  await openTask(world, asker.id);
  const tasks = await Promise.all(Array.from({ length: 6 }, () => taken(services(), annotators[0]!.id)));
  expect(new Set(tasks.map(({ assignmentId }) => assignmentId)).size).toBe(1);
});

test("the task of highest priority comes first, then the oldest", async () => {
  await openTask(world, asker.id, { reason: "UNCOVERED" });
  const disliked = await openTask(world, asker.id, { reason: "DISLIKED" });
  const urgent = await openTask(world, asker.id, { reason: "DISLIKED", urgency: 0.5 });
  const contested = await openTask(world, asker.id, { reason: "DISAGREEMENT" });
  const order: string[] = [];
  for (let i = 0; i < 3; i++) {
    const { task } = await rankAll(annotators[0]!.id);
    order.push((await world.db.assignment.findUniqueOrThrow({ where: { id: task.assignmentId } })).comparisonId);
  }
  expect(order).toEqual([contested.id, urgent.id, disliked.id]);
});

describe("a lease", () => {
  test("runs out, and its place goes to the next one who asks", async () => {
    await openTask(world, asker.id, { wanted: 1 });
    const late = await taken(services(), annotators[0]!.id);
    expect(late.expiresAt).toEqual(new Date(clock.now().getTime() + 15 * MINUTE));
    expect(await nextTask(services(), annotators[1]!.id)).toEqual({ task: null, why: "ALL_LENT" });
    clock.advance(15 * MINUTE);
    const task = await taken(services(), annotators[1]!.id);
    const submission = { ...inOrder(late, []), assignmentId: late.assignmentId, durationMs: 1 };
    await expect(submitRanking(services(), annotators[0]!.id, submission)).rejects.toMatchObject({
      code: "LEASE_EXPIRED",
    });
    await expect(renewLease(services(), annotators[0]!.id, late.assignmentId)).rejects.toMatchObject({
      code: "LEASE_EXPIRED",
    });
    await submitRanking(services(), annotators[1]!.id, { ...submission, assignmentId: task.assignmentId });
  });

  test("that ran out does not cost the work while nobody took the place, and the task comes back first", async () => {
    const { id } = await openTask(world, asker.id, { wanted: 1 });
    const late = await taken(services(), annotators[0]!.id);
    clock.advance(40 * MINUTE);
    await endLeases(world.db, clock.now());
    await openTask(world, asker.id, { reason: "REQUESTED" });
    const again = await taken(services(), annotators[0]!.id);
    expect(again.assignmentId).toBe(late.assignmentId);
    expect(again.replies).toEqual(late.replies);
    clock.advance(20 * MINUTE);
    await submitRanking(services(), annotators[0]!.id, {
      ...inOrder(late, []),
      ...{ assignmentId: late.assignmentId, durationMs: 1 },
    });
    expect(await statusOf(id)).toBe("DONE");
  });

  test("is kept by renewing it, but not for ever", async () => {
    await openTask(world, asker.id);
    const { assignmentId } = await taken(services(), annotators[0]!.id);
    for (let i = 0; i < 11; i++) {
      clock.advance(10 * MINUTE);
      await renewLease(services(), annotators[0]!.id, assignmentId);
    }
    clock.advance(10 * MINUTE);
    await expect(renewLease(services(), annotators[0]!.id, assignmentId)).rejects.toMatchObject({
      code: "LEASE_EXPIRED",
    });
  });

  test("that ran out cannot be renewed beside another: one annotator has one task", async () => {
    await openTask(world, asker.id, { wanted: 1, reason: "REQUESTED" });
    await openTask(world, asker.id);
    const first = await taken(services(), annotators[0]!.id);
    clock.advance(16 * MINUTE);
    const theirs = await taken(services(), annotators[1]!.id);
    const second = await taken(services(), annotators[0]!.id);
    expect(second.assignmentId).not.toBe(first.assignmentId);
    await skipTask(services(), annotators[1]!.id, { assignmentId: theirs.assignmentId, reason: "other" });
    const late = renewLease(services(), annotators[0]!.id, first.assignmentId);
    await expect(late).rejects.toMatchObject({ code: "LEASE_EXPIRED" });
    await renewLease(services(), annotators[0]!.id, second.assignmentId);
  });

  test("is one's own: a stranger's task and no task are alike", async () => {
    await openTask(world, asker.id);
    const { assignmentId } = await taken(services(), annotators[0]!.id);
    for (const act of [
      () => renewLease(services(), annotators[1]!.id, assignmentId),
      () => skipTask(services(), annotators[1]!.id, { assignmentId, reason: "broken" }),
    ]) {
      await expect(act()).rejects.toMatchObject({ code: "NOT_FOUND" });
    }
  });
});

describe("nothing to do", () => {
  const why = async (raterId: string) => {
    const answer = await nextTask(services(), raterId);
    return answer.task ? "A TASK" : answer.why;
  };

  test("because the queue is empty, or its replies are still being drafted", async () => {
    expect(await why(annotators[0]!.id)).toBe("EMPTY");
    const { id } = await openTask(world, asker.id);
    await world.db.comparison.update({ where: { id }, data: { status: "DRAFTING" } });
    expect(await why(annotators[0]!.id)).toBe("DRAFTING");
  });

  test("because all of it is about one's own conversations", async () => {
    await openTask(world, annotators[0]!.id);
    expect(await why(annotators[0]!.id)).toBe("YOURS");
    expect(await why(annotators[1]!.id)).toBe("A TASK");
  });

  test("because one of the replies is one's own text", async () => {
    const made = await openTask(world, asker.id);
    await world.db.edit.create({
      data: {
        ...{ editedId: made.replyIds[0]!, originalId: made.replyIds[1]!, authorId: annotators[0]!.id },
        distance: 3,
      },
    });
    expect(await why(annotators[0]!.id)).toBe("YOURS");
    expect(await why(annotators[1]!.id)).toBe("A TASK");
  });

  test("because one did or skipped all of it; others still may", async () => {
    await openTask(world, asker.id, { wanted: 3 });
    await rankAll(annotators[0]!.id);
    expect(await why(annotators[0]!.id)).toBe("DONE_BY_YOU");
    const { assignmentId } = await taken(services(), annotators[1]!.id);
    await skipTask(services(), annotators[1]!.id, { assignmentId, reason: "too-hard" });
    expect(await why(annotators[1]!.id)).toBe("DONE_BY_YOU");
    expect(await why(annotators[2]!.id)).toBe("A TASK");
  });

  test("because one is quarantined", async () => {
    await openTask(world, asker.id);
    const put = { raterId: annotators[0]!.id, figures: {}, quarantinedAt: new Date(), quarantineReason: "a test" };
    await world.db.raterTrust.create({ data: put });
    expect(await why(annotators[0]!.id)).toBe("PAUSED");
  });
});

describe("few people", () => {
  const staff = async () => {
    const { annotators, stuck } = await viewQueue(world.db, clock.now());
    return { annotators, stuck };
  };
  const onlyFirst = () =>
    world.db.user.updateMany({
      where: { id: { in: annotators.slice(1).map(({ id }) => id) } },
      data: { disabledAt: new Date() },
    });

  test("an admin alone with their own conversations is told so, and the task waits", async () => {
    await world.db.user.updateMany({ where: { role: "ANNOTATOR" }, data: { role: "USER" } });
    const { id } = await openTask(world, world.admin.id);
    expect(await nextTask(services(), world.admin.id)).toEqual({ task: null, why: "YOURS" });
    expect(await staff()).toEqual({ annotators: 1, stuck: 1 });
    expect(await statusOf(id)).toBe("OPEN");
  });

  test("one annotator where two rankings are wanted: the pairs are there at once, and the queue says that one is missing", async () => {
    await onlyFirst();
    const { id, promptId } = await openTask(world, world.admin.id, { wanted: 2 });
    expect(await staff()).toEqual({ annotators: 2, stuck: 1 });
    await rankAll(annotators[0]!.id);
    expect(await statusOf(id)).toBe("OPEN");
    expect(await world.db.preferencePair.count({ where: { promptId, status: "ACTIVE" } })).toBe(3);
    expect(await staff()).toEqual({ annotators: 2, stuck: 1 });
    expect(await nextTask(services(), annotators[0]!.id)).toEqual({ task: null, why: "DONE_BY_YOU" });
  });

  test("a task that is not stuck is not called so", async () => {
    await openTask(world, asker.id, { wanted: 2 });
    expect(await staff()).toEqual({ annotators: 5, stuck: 0 });
  });

  test("a disabled person's ranking does not count towards those wanted: the task opens again, and ends when they are back", async () => {
    const { id } = await openTask(world, asker.id, { wanted: 1 });
    await rankAll(annotators[0]!.id);
    expect(await statusOf(id)).toBe("DONE");
    const disable = (disabledAt: Date | null) =>
      world.db.user.update({ where: { id: annotators[0]!.id }, data: { disabledAt } });
    await disable(new Date());
    await reviseComparisons(world.db, clock.now());
    expect(await statusOf(id)).toBe("OPEN");
    await disable(null);
    await reviseComparisons(world.db, clock.now());
    expect(await statusOf(id)).toBe("DONE");
    // And so does one whose ranking went with its rater's account.
    await world.db.ranking.deleteMany({ where: { comparisonId: id } });
    await reviseComparisons(world.db, clock.now());
    expect(await statusOf(id)).toBe("OPEN");
  });
});

describe("a conversation that leaves", () => {
  test.each([
    ["deleted", { deletedAt: new Date() }],
    ["opted out", { trainingOptOut: true }],
  ])("%s: its task is not lent any more, and is closed", async (_how, data) => {
    const { id, conversationId } = await openTask(world, asker.id, { wanted: 3 });
    const held = await taken(services(), annotators[0]!.id);
    await world.db.conversation.update({ where: { id: conversationId }, data });
    expect(await nextTask(services(), annotators[1]!.id)).toEqual({ task: null, why: "EMPTY" });
    expect(await countAvailable(world.db, annotators[1]!.id, clock.now())).toBe(0);
    await reviseComparisons(world.db, clock.now());
    expect(await statusOf(id)).toBe("CLOSED");
    await expect(
      submitRanking(services(), annotators[0]!.id, {
        ...inOrder(held, []),
        ...{ assignmentId: held.assignmentId, durationMs: 1 },
      }),
    ).rejects.toMatchObject({ code: "COMPARISON_CLOSED" });
    expect(await nextTask(services(), annotators[0]!.id)).toEqual({ task: null, why: "EMPTY" });
  });

  test("with its owner: all of theirs is closed, others' is not, nor are drafts side by side", async () => {
    const theirs = await openTask(world, asker.id);
    const chat = await world.db.comparison.create({ data: { promptId: theirs.promptId, reason: "CHAT", wanted: 1 } });
    const others = await openTask(world, annotators[0]!.id);
    await world.db.$transaction((tx) => closeComparisonsOf(tx, { userId: asker.id }));
    expect(await Promise.all([theirs.id, chat.id, others.id].map(statusOf))).toEqual(["CLOSED", "OPEN", "OPEN"]);
  });
});
