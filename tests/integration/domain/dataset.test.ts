// Datasets on a real database: freezing, what is left out, equal content, and what the trainer reads.
import { beforeAll, expect, test } from "vitest";
import { freezeDataset } from "../../../server/domain/dataset.ts";
import { examplesOf } from "../../../server/domain/dataset-examples.ts";
import { currentSelection } from "../../../server/domain/dataset-source.ts";
import type { Viewer } from "../../../server/viewer.ts";
import { insertPairs, ratedPrompt } from "../../helpers/loop.ts";
import { tokensOf } from "../../helpers/scripted-engine.ts";
import { type Caller, finished, newKey, testWorld } from "../../helpers/world.ts";

const world = testWorld();
let admin: Caller;
let ann: Viewer;
let count = 0;
beforeAll(async () => {
  admin = world.as(world.admin);
  ann = await world.person("Ann");
  world.engine.script = () => [`Reply ${++count}.`];
});

const freeze = () => world.db.$transaction(async (tx) => freezeDataset(tx, await currentSelection(tx)));
const pairsOf = async (datasetId: string) => {
  const pairs = [];
  for await (const pair of examplesOf(world.db, { id: datasetId, kind: "PAIRS" })) pairs.push(pair);
  return pairs;
};

test("the trainer reads the way to the prompt and both replies, with the tokens that were sampled", async () => {
  const first = await admin.message.send({ parentId: null, content: "First question.", requestKey: newKey() });
  await finished(admin, first.reply.id);
  const second = await admin.message.send({
    conversationId: first.conversationId,
    parentId: first.reply.id,
    content: "Second question.",
    requestKey: newKey(),
  });
  const other = await admin.message.regenerate({ messageId: second.reply.id, requestKey: newKey() });
  const [liked, disliked] = [await finished(admin, second.reply.id), await finished(admin, other.id)];
  await admin.feedback.set({ messageId: liked.id, value: 1 });
  await admin.feedback.set({ messageId: disliked.id, value: -1 });
  const run = await admin.run.create({ method: "DPO" });
  expect(await pairsOf(run.datasetId)).toEqual([
    {
      content: {
        prompt: [
          { role: "user", content: "First question.", tokenIds: null },
          { role: "assistant", content: "Reply 1.", tokenIds: tokensOf("Reply 1.") },
          { role: "user", content: "Second question.", tokenIds: null },
        ],
        chosen: { content: liked.content, tokenIds: tokensOf(liked.content) },
        rejected: { content: disliked.content, tokenIds: tokensOf(disliked.content) },
        weight: 1,
        epsilon: 0.1,
      },
      weight: 1,
      split: "TRAIN",
    },
  ]);
});

test("equal content is one Dataset; a new pair, a retraction and a deleted conversation make another", async () => {
  const a = await freeze();
  expect(await freeze()).toEqual(a);
  const rated = await ratedPrompt(world.as(ann), "Something new?");
  const b = await freeze();
  expect(b.id).not.toBe(a.id);
  await world.as(ann).conversation.delete({ id: rated.conversationId });
  expect((await currentSelection(world.db)).leftOut).toEqual([{ reason: "CONVERSATION_DELETED", count: 1 }]);
  expect(await freeze()).toEqual(a);
  await world.as(ann).conversation.restore({ id: rated.conversationId });
  expect(await freeze()).toEqual(b);
  await admin.people.setDisabled({ userId: ann.id, disabled: true });
  expect((await currentSelection(world.db)).leftOut).toEqual([{ reason: "RATER_DISABLED", count: 1 }]);
  await admin.people.setDisabled({ userId: ann.id, disabled: false });
  await world.as(ann).feedback.clear({ messageId: rated.rejectedId });
  expect(await freeze()).toEqual(a);
});

test("a frozen Dataset keeps its pairs whatever happens to the judgements, and cannot be edited", async () => {
  const { chosenId } = await ratedPrompt(admin, "Frozen?");
  const run = await admin.run.create({ method: "DPO" });
  const before = await pairsOf(run.datasetId);
  await admin.feedback.set({ messageId: chosenId, value: -1 });
  expect(await pairsOf(run.datasetId)).toEqual(before);
  const where = { datasetId: run.datasetId };
  await expect(world.db.datasetPair.deleteMany({ where })).rejects.toThrow(/written once/);
  await expect(world.db.datasetPair.updateMany({ where, data: { weight: 9 } })).rejects.toThrow(/written once/);
  await expect(world.db.dataset.update({ where: { id: run.datasetId }, data: { trainPairs: 0 } })).rejects.toThrow(
    /written once/,
  );
});

test("admins read datasets and pairs page by page", async () => {
  await insertPairs(
    world,
    world.admin.id,
    Array.from({ length: 32 }, (_, i) => `Many ${i}`),
  );
  const { datasetId, examples } = await admin.run.create({ method: "DPO" });
  const first = await admin.dataset.get({ id: datasetId });
  expect(first.pairs.items).toHaveLength(30);
  expect(first.train).toBe(examples);
  expect(first.heldOut).toBeGreaterThan(0);
  const rest = await admin.dataset.get({ id: datasetId, cursor: first.pairs.nextCursor! });
  expect(rest.pairs.nextCursor).toBeNull();
  const ids = [...first.pairs.items, ...rest.pairs.items].map(({ id }) => id);
  expect(new Set(ids).size).toBe(first.train + first.heldOut);
  expect(first.pairs.items[0]).toMatchObject({
    source: "FEEDBACK",
    status: "ACTIVE",
    raters: [{ id: world.admin.id }],
  });
  expect(first.pairs.items[0]?.prompt.at(-1)?.role).toBe("USER");
  const listed = await admin.pair.list();
  expect(listed.items).toHaveLength(30);
  expect(listed.items.some(({ status }) => status === "ACTIVE")).toBe(true);
  expect((await admin.pair.list({ cursor: listed.nextCursor! })).items.length).toBeGreaterThan(0);
  expect((await admin.dataset.list()).map(({ id }) => id)).toContain(datasetId);
});
