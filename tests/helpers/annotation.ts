// An annotators' queue as a test needs it: people, Comparisons with replies, and a clock and chance that the test holds.
import { randomUUID } from "node:crypto";
import type { Prisma } from "../../prisma/generated/client.ts";
import { seededRandom } from "../../server/domain/agreement/bootstrap.ts";
import type { AnnotationServices } from "../../server/domain/annotation-queue.ts";
import { nextTask } from "../../server/domain/assignment.ts";
import { openComparisonFor, type QueueReason } from "../../server/domain/comparison-open.ts";
import { submitRanking } from "../../server/domain/ranking.ts";
import type { SubmittedTask, TaskView } from "../../server/domain/views.ts";
import { newKey, type World } from "./world.ts";

/** A clock that stands still until it is told to go on. */
export function testClock(start = "2026-03-01T09:00:00Z") {
  let at = new Date(start).getTime();
  return {
    now: () => new Date(at),
    advance: (ms: number) => {
      at += ms;
    },
  };
}

export const MINUTE = 60_000;

/** The queue with a test's own clock, and chance from a seed. */
export function testQueue(world: World, clock = testClock(), seed = 1) {
  const services = (): AnnotationServices & World["services"] => ({
    ...world.services,
    now: clock.now,
    random: chance,
  });
  const chance = seededRandom(seed);
  return { clock, services };
}

/** A prompt of this person with whole replies to it. */
export async function prompted(world: World, userId: string, replies: readonly string[], content = "What is this?") {
  const { db } = world;
  const conversation = await db.conversation.create({ data: { userId, title: "A question" } });
  const message = { conversationId: conversation.id, status: "COMPLETE" as const };
  const prompt = await db.message.create({ data: { ...message, role: "USER", content, requestKey: newKey() } });
  const replyIds: string[] = [];
  const begun = Date.now();
  for (const [i, text] of replies.entries()) {
    const data: Prisma.MessageUncheckedCreateInput = {
      ...{ ...message, id: randomUUID(), role: "ASSISTANT", content: text, requestKey: newKey(), parentId: prompt.id },
      createdAt: new Date(begun + i), // their order, which a clock of milliseconds may not tell
    };
    replyIds.push((await db.message.create({ data })).id);
  }
  return { conversationId: conversation.id, promptId: prompt.id, replyIds };
}

interface Task {
  replies?: readonly string[];
  reason?: QueueReason;
  wanted?: number;
  /** Indexes of the replies from best to worst: a task whose order is known. */
  gold?: readonly number[];
  urgency?: number;
}

/** A Comparison about a prompt of this person that is open for annotators. */
export async function openTask(
  world: World,
  userId: string,
  { replies = ["First.", "Second.", "Third."], reason = "DISLIKED", wanted = 2, gold, urgency }: Task = {},
) {
  const { db } = world;
  const made = await prompted(world, userId, replies);
  const id = await openComparisonFor(db, { promptId: made.promptId, reason, urgency });
  if (!id) throw new Error("the comparison was not opened");
  await db.comparisonCandidate.createMany({
    data: made.replyIds.map((messageId, ordinal) => ({ comparisonId: id, messageId, ordinal })),
  });
  const ranks = gold?.map((index, place) => ({ messageId: made.replyIds[index]!, rank: place + 1 }));
  await db.comparison.update({ where: { id }, data: { status: "OPEN", wanted, ...(ranks && { gold: ranks }) } });
  return { ...made, id };
}

/** What an annotator says who puts the replies in this order, best first; the others are tied behind them. */
export const inOrder = (task: TaskView, best: readonly string[]): SubmittedTask => ({
  ranks: task.replies.map(({ messageId }) => ({
    messageId,
    rank: best.includes(messageId) ? best.indexOf(messageId) + 1 : best.length + 1,
  })),
  ...{ allBad: false, labels: [], rewrite: null, comment: null },
});

type Services = ReturnType<ReturnType<typeof testQueue>["services"]>;

/** The task that this annotator is given. */
export async function taken(services: Services, raterId: string): Promise<TaskView> {
  const { task, ...rest } = await nextTask(services, raterId);
  if (!task) throw new Error(`expected a task, found ${JSON.stringify(rest)}`);
  return task;
}

/** Takes a task and puts the replies in the order that `best` chooses. */
export async function rankNext(services: Services, raterId: string, best: (task: TaskView) => string[]) {
  const task = await taken(services, raterId);
  const ranking = inOrder(task, best(task));
  const { rankingId } = await submitRanking(services, raterId, {
    ...ranking,
    assignmentId: task.assignmentId,
    durationMs: 1000,
  });
  return { task, rankingId };
}
