// Thumbs and the pairs that follow from them, with several raters' worth of impatience.
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Viewer } from "../../../server/viewer.ts";
import { type Caller, finished, newKey, testWorld } from "../../helpers/world.ts";

const world = testWorld();
let ann: Viewer;
let me: Caller;
beforeAll(async () => {
  ann = await world.person("Ann");
  me = world.as(ann);
});

let promptId: string;
let drafts: string[];
beforeEach(async () => {
  let count = 0;
  world.engine.script = () => [`Draft ${++count}.`];
  const { prompt, reply } = await me.message.send({ parentId: null, content: "Draft this.", requestKey: newKey() });
  await finished(me, reply.id);
  const more = await Promise.all(
    [1, 2].map(() => me.message.regenerate({ messageId: reply.id, requestKey: newKey() })),
  );
  for (const { id } of more) await finished(me, id);
  promptId = prompt.id;
  drafts = [reply.id, ...more.map(({ id }) => id)];
});

const set = (messageId: string, value: 1 | -1) => me.feedback.set({ messageId, value });
const pairs = async () => {
  const rows = await world.db.preferencePair.findMany({
    where: { promptId },
    orderBy: { createdAt: "asc" },
    include: { raters: true },
  });
  return rows.map(({ chosenId, rejectedId, status, source, raters }) => ({
    chosen: drafts.indexOf(chosenId),
    rejected: drafts.indexOf(rejectedId),
    status,
    source,
    raters: raters.map(({ raterId }) => raterId),
  }));
};

test("a lone thumb makes no pair; a second of the other sign makes one, with its rater", async () => {
  await set(drafts[0]!, 1);
  expect(await pairs()).toEqual([]);
  await set(drafts[1]!, -1);
  expect(await pairs()).toEqual([{ chosen: 0, rejected: 1, status: "ACTIVE", source: "FEEDBACK", raters: [ann.id] }]);
  await set(drafts[2]!, -1);
  expect(await pairs()).toHaveLength(2);
});

test("turning the thumbs round retracts the pair and makes the opposite one; turning back brings it back", async () => {
  await set(drafts[0]!, 1);
  await set(drafts[1]!, -1);
  await set(drafts[0]!, -1);
  expect((await pairs()).map(({ status }) => status)).toEqual(["RETRACTED"]);
  await set(drafts[1]!, 1);
  expect(await pairs()).toMatchObject([
    { chosen: 0, rejected: 1, status: "RETRACTED" },
    { chosen: 1, rejected: 0, status: "ACTIVE" },
  ]);
  await set(drafts[1]!, -1);
  await set(drafts[0]!, 1);
  expect((await pairs()).map(({ status }) => status)).toEqual(["ACTIVE", "RETRACTED"]);
});

test("taking a thumb back retracts what rested on it", async () => {
  await set(drafts[0]!, 1);
  await set(drafts[1]!, -1);
  await me.feedback.clear({ messageId: drafts[1]! });
  expect((await pairs()).map(({ status }) => status)).toEqual(["RETRACTED"]);
  expect(await world.db.feedback.count({ where: { messageId: drafts[1]! } })).toBe(0);
  await me.feedback.clear({ messageId: drafts[1]! });
});

test("a quarantined pair is not brought back by a new thumb", async () => {
  await set(drafts[0]!, 1);
  await set(drafts[1]!, -1);
  await world.db.preferencePair.updateMany({ where: { promptId }, data: { status: "QUARANTINED" } });
  await set(drafts[1]!, -1);
  expect((await pairs()).map(({ status }) => status)).toEqual(["QUARANTINED"]);
});

test("thirty hurried thumbs at once end in exactly the pairs that the last ones say", async () => {
  const values: (1 | -1)[] = [1, -1];
  await Promise.all(
    Array.from({ length: 30 }, (_, i) => {
      const messageId = drafts[i % 3]!;
      return i % 7 === 0 ? me.feedback.clear({ messageId }) : set(messageId, values[i % 2]!);
    }),
  );
  const thumbs = await world.db.feedback.findMany({ where: { messageId: { in: drafts } } });
  const signed = (sign: number) => thumbs.filter(({ value }) => value === sign).map(({ messageId }) => messageId);
  const wanted = signed(1).flatMap((chosen) =>
    signed(-1).map((rejected) => [drafts.indexOf(chosen), drafts.indexOf(rejected)]),
  );
  const active = (await pairs()).filter(({ status }) => status === "ACTIVE");
  expect(active.map(({ chosen, rejected }) => [chosen, rejected]).sort()).toEqual(wanted.sort());
});

test("reasons and a comment are kept, shown to their owner, and checked", async () => {
  await me.feedback.set({
    messageId: drafts[0]!,
    value: -1,
    reasons: ["too-long", "wrong", "wrong"],
    comment: "  no  ",
  });
  const { conversationId } = await world.db.message.findUniqueOrThrow({ where: { id: drafts[0]! } });
  const { messages } = await me.conversation.get({ id: conversationId });
  expect(messages.find(({ id }) => id === drafts[0])?.feedback).toEqual({
    value: -1,
    reasons: ["too-long", "wrong"],
    comment: "no",
  });
  await expect(me.feedback.set({ messageId: drafts[0]!, value: 1, reasons: ["because"] })).rejects.toMatchObject({
    code: "BAD_REQUEST",
  });
});

describe("the database refuses", () => {
  test("pairs across prompts", async () => {
    const { reply } = await me.message.send({ parentId: null, content: "Another.", requestKey: newKey() });
    await finished(me, reply.id);
    await expect(
      world.db.preferencePair.create({
        data: { promptId, chosenId: drafts[0]!, rejectedId: reply.id, source: "FEEDBACK" },
      }),
    ).rejects.toThrow(/not both replies/);
  });

  test("rewriting a reply that is final", async () => {
    await expect(
      world.db.message.update({ where: { id: drafts[0]! }, data: { content: "Never said." } }),
    ).rejects.toThrow(/cannot change/);
    await expect(
      world.db.message.update({ where: { id: drafts[0]! }, data: { adapterSha256: "c".repeat(64) } }),
    ).rejects.toThrow(/settled/);
  });
});
