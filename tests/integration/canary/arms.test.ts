// Who speaks: an arm is drawn once per conversation and kept, whoever else draws at that moment, and drafts come from both arms.
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createDb, type Db } from "../../../server/db.ts";
import { draftSpeakers } from "../../../server/domain/canary/arms.ts";
import { warmUp } from "../../../server/domain/canary/tend.ts";
import { chatSampling, createReply } from "../../../server/domain/reply.ts";
import { AppError } from "../../../server/errors.ts";
import { adapterOnDisk, measured, ratedPrompt, train } from "../../helpers/loop.ts";
import { uuid7 } from "../../helpers/traffic.ts";
import { type Caller, finished, newKey, testWorld } from "../../helpers/world.ts";

const world = testWorld();
let admin: Caller;
let other: Db;
let adapterId: string;
let armId: string;
let controlId: string;

const half = {
  stages: [
    { share: 500, leastReplies: 0, leastMinutes: 1 },
    { share: 1000, leastReplies: 0, leastMinutes: 0 },
  ],
};
const plan = (stages: typeof half.stages) => ({ stages, alpha: 0.05, leastErrors: 5, earlyPromotion: false });

beforeAll(async () => {
  let count = 0;
  world.engine.script = () => [`Draft number ${++count}.`];
  admin = world.as(world.admin);
  other = createDb(world.url);
  await ratedPrompt(admin, "What shall it be?");
  const run = await admin.run.create({ method: "DPO" });
  adapterId = await train(world, run.id, adapterOnDisk(world.home));
});
afterAll(() => other.$disconnect());

beforeEach(async () => {
  const { canary } = await admin.deployment.traffic();
  if (canary) await admin.deployment.stopArm({ deploymentId: canary.deploymentId });
  await measured(world.db, adapterId, "PASSED");
  const traffic = await admin.deployment.startCanary({ adapterId, plan: plan(half.stages) });
  [controlId, armId] = traffic.arms.map(({ deploymentId }) => deploymentId) as [string, string];
});

async function newConversation(db: Db = world.db) {
  const conversation = await db.conversation.create({ data: { userId: world.admin.id, title: "New" } });
  const prompt = await db.message.create({
    data: { conversationId: conversation.id, role: "USER", content: "So?", status: "COMPLETE", requestKey: uuid7() },
  });
  return { conversationId: conversation.id, promptId: prompt.id };
}

const ask = (db: Db, to: { conversationId: string; promptId: string }, random: () => number) =>
  db.$transaction(async (tx) => {
    const { id } = await createReply(tx, {
      ...to,
      requestKey: uuid7(),
      sampling: chatSampling(world.services.env),
      random,
    });
    return tx.message.findUniqueOrThrow({ where: { id } });
  });

test("the arm is what the number says, and the conversation keeps it as long as it has traffic", async () => {
  const to = await newConversation();
  const first = await ask(world.db, to, () => 0.4999);
  expect(first.deploymentId).toBe(armId);
  expect(first.adapterSha256).toBe((await world.db.adapter.findUniqueOrThrow({ where: { id: adapterId } })).sha256);
  expect((await ask(world.db, to, () => 0.9999)).deploymentId).toBe(armId);
  const elsewhere = await ask(world.db, await newConversation(), () => 0.5);
  expect(elsewhere).toMatchObject({ deploymentId: controlId, adapterSha256: null });

  // No more new conversations, but this one goes on with it; and once it is stopped, with what is left.
  await admin.deployment.setShare({ deploymentId: armId, share: 0 });
  expect((await ask(world.db, to, () => 0)).deploymentId).toBe(armId);
  await admin.deployment.stopArm({ deploymentId: armId });
  expect((await ask(world.db, to, () => 0)).deploymentId).toBe(controlId);
  const row = await world.db.conversation.findUniqueOrThrow({ where: { id: to.conversationId } });
  expect(row.deploymentId).toBe(controlId);
});

test("replies that begin at once in new conversations, from two processes, all get one arm each", async () => {
  const spread = new Set<string | null>();
  for (let round = 0; round < 12; round++) {
    const to = await newConversation();
    // Each would draw something else: what counts is who comes first, and the others follow.
    const draws = [0.1, 0.9, 0.2, 0.8, 0.3, 0.7];
    const replies = await Promise.all(draws.map((u, i) => ask(i % 2 ? other : world.db, to, () => u)));
    const arms = new Set(replies.map(({ deploymentId }) => deploymentId));
    expect(arms.size).toBe(1);
    const kept = await world.db.conversation.findUniqueOrThrow({ where: { id: to.conversationId } });
    expect([...arms]).toEqual([kept.deploymentId]);
    spread.add(kept.deploymentId);
  }
  expect([...spread].every((id) => id === armId || id === controlId)).toBe(true);
});

test("a conversation that has its arm costs one statement more than the reply itself", async () => {
  const to = await newConversation();
  await ask(world.db, to, () => 0);
  const asked: (string | undefined)[] = [];
  const counting = world.db.$extends({
    query: {
      $allOperations: ({ args, query, operation, model }) => {
        asked.push(`${model ?? ""}.${operation}`);
        return query(args);
      },
    },
  }) as unknown as Db;
  await counting.$transaction((tx) =>
    createReply(tx, { ...to, requestKey: uuid7(), sampling: chatSampling(world.services.env) }),
  );
  expect(asked).toEqual([".$queryRaw", "Message.create"]);
});

test("drafts side by side come one from each arm, whoever has the conversation", async () => {
  for (const u of [0, 0.99]) {
    const { conversationId } = await newConversation();
    const speakers = await world.db.$transaction((tx) =>
      draftSpeakers(tx, conversationId, { count: 2, random: () => u }),
    );
    const own = u === 0 ? armId : controlId;
    expect(speakers.map(({ deploymentId }) => deploymentId)).toEqual([own, own === armId ? controlId : armId]);
  }
  const { conversationId } = await newConversation();
  const four = await world.db.$transaction((tx) => draftSpeakers(tx, conversationId, { count: 4, random: () => 0 }));
  expect(four.map(({ deploymentId }) => deploymentId)).toEqual([armId, controlId, armId, controlId]);
  const one = await world.db.$transaction((tx) => draftSpeakers(tx, conversationId, { count: 1, random: () => 0.9 }));
  expect(one.map(({ deploymentId }) => deploymentId)).toEqual([armId]);
});

test("in the chat: one draft of each arm, and which is whose is not told before the choice", async () => {
  const { replies, drafts } = await admin.message.send({
    ...{ parentId: null, content: "Which one?", requestKey: newKey(), drafts: "always" as const },
  });
  for (const { id } of replies) await finished(admin, id);
  expect(replies.map(({ release }) => release)).toEqual([null, null]);
  const rows = await world.db.message.findMany({ where: { id: { in: replies.map(({ id }) => id) } } });
  expect(new Set(rows.map(({ deploymentId }) => deploymentId))).toEqual(new Set([armId, controlId]));
  expect(drafts?.shown).toHaveLength(2);
});

test("an inference process that comes back is told who speaks, and one that is away is asked again later", async () => {
  world.engine.kept = [];
  await warmUp(world.services);
  const { sha256 } = await world.db.adapter.findUniqueOrThrow({ where: { id: adapterId } });
  expect(world.engine.kept).toEqual([null, sha256]);
  const away = { ensureAdapter: async () => {}, keepAdapters: unavailable };
  await warmUp({ ...world.services, engine: away });
  const broken = { ...away, keepAdapters: async () => Promise.reject(new TypeError("a bug")) };
  await expect(warmUp({ ...world.services, engine: broken })).rejects.toThrow("a bug");
});

const unavailable = async () => {
  throw new AppError("INFERENCE_UNAVAILABLE", "Nobody answers.");
};

test("annotators' drafts are the default arm's, and take no conversation's arm away", async () => {
  const to = await newConversation();
  const { id } = await world.db.$transaction((tx) =>
    createReply(tx, { ...to, requestKey: uuid7(), sampling: chatSampling(world.services.env), forComparison: true }),
  );
  expect((await world.db.message.findUniqueOrThrow({ where: { id } })).deploymentId).toBe(controlId);
  const row = await world.db.conversation.findUniqueOrThrow({ where: { id: to.conversationId } });
  expect(row.deploymentId).toBeNull();
});
