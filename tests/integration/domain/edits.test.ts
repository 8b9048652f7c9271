// Replies as people say they should have been: the text in the tree, the pair, writing anew and taking back.
import { beforeAll, beforeEach, expect, test } from "vitest";
import type { Viewer } from "../../../server/viewer.ts";
import { gate } from "../../helpers/scripted-engine.ts";
import { type Caller, finished, follow, newKey, testWorld } from "../../helpers/world.ts";

const world = testWorld();
let ann: Viewer;
let me: Caller;
beforeAll(async () => {
  ann = await world.person("Ann");
  me = world.as(ann);
});

let conversationId: string;
let promptId: string;
let replyId: string;
beforeEach(async () => {
  world.engine.script = () => ["The capital is Lyon."];
  const sent = await me.message.send({ parentId: null, content: "Capital of France?", requestKey: newKey() });
  await finished(me, sent.reply.id);
  [conversationId, promptId, replyId] = [sent.conversationId, sent.prompt.id, sent.reply.id];
});

const edit = (content: string, messageId = replyId, requestKey = newKey()) =>
  me.feedback.edit({ messageId, content, requestKey });
const pairs = async () => {
  const rows = await world.db.preferencePair.findMany({
    where: { promptId },
    orderBy: { createdAt: "asc" },
    include: { raters: true },
  });
  return rows.map(({ chosenId, rejectedId, source, status, raters }) => ({
    chosenId,
    rejectedId,
    source,
    status,
    raters: raters.map((r) => r.raterId),
  }));
};
const shown = async () => (await me.conversation.get({ id: conversationId })).messages.map(({ id }) => id);

test("the edited text is a sibling, chosen over the model's, and can be continued from", async () => {
  const edited = await edit("The capital is Paris.");
  expect(edited).toMatchObject({
    parentId: promptId,
    role: "ASSISTANT",
    content: "The capital is Paris.",
    status: "COMPLETE",
    release: null,
  });
  expect(edited.edit).toMatchObject({ originalId: replyId, withdrawn: false });
  expect(await pairs()).toEqual([
    { chosenId: edited.id, rejectedId: replyId, source: "EDIT", status: "ACTIVE", raters: [ann.id] },
  ]);
  // Lyon → Paris: four substitutions and an insertion.
  expect(await world.db.edit.findUnique({ where: { editedId: edited.id } })).toMatchObject({
    distance: 5,
    authorId: ann.id,
  });
  world.engine.requests.length = 0;
  const next = await me.message.send({
    conversationId,
    parentId: edited.id,
    content: "And of Italy?",
    requestKey: newKey(),
  });
  await finished(me, next.reply.id);
  expect(world.engine.requests[0]!.messages[1]).toEqual({ role: "assistant", content: "The capital is Paris." });
});

test("written anew it withdraws the older text, which vanishes unless something was continued from it", async () => {
  const first = await edit("It is Paris.");
  const second = await edit("Paris.", first.id);
  expect(second.edit?.originalId).toBe(replyId);
  expect(await shown()).toEqual([promptId, replyId, second.id]);
  expect((await pairs()).map(({ chosenId, status }) => [chosenId, status])).toEqual([
    [first.id, "RETRACTED"],
    [second.id, "ACTIVE"],
  ]);
  const next = await me.message.send({ conversationId, parentId: second.id, content: "Thanks.", requestKey: newKey() });
  await finished(me, next.reply.id);
  const third = await edit("Paris!");
  const { messages } = await me.conversation.get({ id: conversationId });
  expect(messages.find(({ id }) => id === second.id)?.edit).toMatchObject({ withdrawn: true });
  expect(messages.find(({ id }) => id === third.id)?.edit).toMatchObject({ withdrawn: false });
});

test("taken back, by either message, it leaves the pair retracted", async () => {
  const first = await edit("Paris it is.");
  await me.feedback.withdrawEdit({ messageId: first.id });
  expect(await shown()).toEqual([promptId, replyId]);
  expect((await pairs()).map(({ status }) => status)).toEqual(["RETRACTED"]);
  const second = await edit("Paris it is.");
  expect(second.id).not.toBe(first.id);
  await me.feedback.withdrawEdit({ messageId: replyId });
  expect((await pairs()).map(({ status }) => status)).toEqual(["RETRACTED", "RETRACTED"]);
  await me.feedback.withdrawEdit({ messageId: replyId });
});

test("the same request again makes nothing new; the same key for another text is refused", async () => {
  const requestKey = newKey();
  const twice = await Promise.all([1, 2, 3].map(() => edit("Paris.", replyId, requestKey)));
  expect(new Set(twice.map(({ id }) => id)).size).toBe(1);
  await expect(edit("Rome.", replyId, requestKey)).rejects.toMatchObject({ cause: { code: "CONFLICT" } });
  expect(await world.db.edit.count({ where: { originalId: replyId } })).toBe(1);
});

test("ten hurried edits at once leave one standing, and the pair is of that one", async () => {
  await Promise.all(Array.from({ length: 10 }, (_, i) => edit(`Paris, version ${i}.`)));
  const standing = await world.db.edit.findMany({ where: { originalId: replyId, withdrawnAt: null } });
  expect(standing).toHaveLength(1);
  const active = (await pairs()).filter(({ status }) => status === "ACTIVE");
  expect(active).toMatchObject([{ chosenId: standing[0]!.editedId, rejectedId: replyId }]);
});

test("nothing, the same, too much, a running reply and a thumb on one's own text are refused", async () => {
  await expect(edit("  ")).rejects.toMatchObject({ cause: { code: "INVALID_INPUT" } });
  await expect(edit("The capital is Lyon.")).rejects.toMatchObject({ cause: { code: "INVALID_INPUT" } });
  await expect(edit("x".repeat(32_001))).rejects.toMatchObject({ cause: { code: "INVALID_INPUT" } });
  await expect(edit("A prompt.", promptId)).rejects.toMatchObject({ cause: { code: "NOT_FOUND" } });
  const edited = await edit("Paris.");
  await expect(me.feedback.set({ messageId: edited.id, value: 1 })).rejects.toMatchObject({
    cause: { code: "NOT_FOUND" },
  });
  await expect(me.message.compare({ messageId: edited.id, requestKey: newKey() })).rejects.toMatchObject({
    cause: { code: "ILLEGAL_STATE" },
  });
  const hold = gate();
  world.engine.script = () => [hold.opened, "Late."];
  const running = await me.message.regenerate({ messageId: replyId, requestKey: newKey() });
  await expect(edit("Early.", running.id)).rejects.toMatchObject({ cause: { code: "REPLY_NOT_READY" } });
  hold.open();
  await finished(me, running.id);
});

test("the edit of a reply that was broken off stands in the conversation and makes no pair", async () => {
  const hold = gate();
  world.engine.script = () => ["Half", hold.opened, " never said"];
  const half = await me.message.regenerate({ messageId: replyId, requestKey: newKey() });
  for await (const event of follow(me, half.id))
    if (event.type === "delta") await me.message.stop({ messageId: half.id });
  const edited = await edit("Whole.", half.id);
  expect(await shown()).toContain(edited.id);
  expect(await pairs()).toEqual([]);
});

test("an annotator's text is not shown in the conversation", async () => {
  const { storeEdit } = await import("../../../server/domain/edit.ts");
  const ben = await world.person("Ben", "ANNOTATOR");
  const { editedId } = await world.db.$transaction((tx) =>
    storeEdit(tx, {
      originalId: replyId,
      authorId: ben.id,
      content: "Paris, an annotator wrote.",
      forComparison: true,
      requestKey: newKey(),
    }),
  );
  expect(await shown()).toEqual([promptId, replyId]);
  expect((await me.conversation.list({ search: "an annotator wrote" })).items).toEqual([]);
  await expect(me.message.stop({ messageId: editedId })).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(me.message.regenerate({ messageId: editedId, requestKey: newKey() })).rejects.toMatchObject({
    code: "NOT_FOUND",
  });
  const below = { conversationId, parentId: editedId, content: "Go on.", requestKey: newKey() };
  await expect(me.message.send(below)).rejects.toMatchObject({ code: "NOT_FOUND" });
});
