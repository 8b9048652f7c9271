// Sending, resending, editing, regenerating, stopping: the rows that come of it, and the words.
import { beforeAll, describe, expect, test } from "vitest";
import { ReplyHub } from "../../../server/domain/reply-hub.ts";
import { reapReplies } from "../../../server/domain/reply-log.ts";
import type { Viewer } from "../../../server/viewer.ts";
import { gate, tokensOf } from "../../helpers/scripted-engine.ts";
import { type Caller, finished, follow, newKey, testWorld } from "../../helpers/world.ts";

const world = testWorld();
let ann: Viewer;
let me: Caller;
beforeAll(async () => {
  ann = await world.person("Ann");
  me = world.as(ann);
});

describe("sending", () => {
  test("makes a conversation named after the prompt, a prompt and a whole reply", async () => {
    const { conversationId, prompt, reply } = await me.message.send({
      parentId: null,
      content: "What is **the capital** of France?",
      requestKey: newKey(),
    });
    expect(prompt).toMatchObject({ role: "USER", parentId: null, status: "COMPLETE" });
    expect(reply).toMatchObject({ role: "ASSISTANT", parentId: prompt.id, error: null });
    expect(reply.release).toMatchObject({ number: 1, adapterId: null, adapterSha256: null });
    const end = await finished(me, reply.id);
    expect(end).toMatchObject({ status: "COMPLETE", endReason: "STOP", content: "A fine answer." });
    expect(end.streamed).toBe("A fine answer.");
    const { title, messages } = await me.conversation.get({ id: conversationId });
    expect(title).toBe("What is the capital of France?");
    expect(messages.map((message) => message.id)).toEqual([prompt.id, reply.id]);
    const row = await world.db.message.findUniqueOrThrow({ where: { id: reply.id } });
    expect(row.tokenIds).toEqual(tokensOf("A fine answer."));
    expect(row.logProbs).toHaveLength(row.tokenIds.length);
    expect(row).toMatchObject({ promptTokens: 1, completionTokens: 14, baseSha256: "b".repeat(64) });
    expect(row.sampling).toMatchObject({ temperature: 0.8, topP: 0.95, topK: 0 });
  });

  test("the same request again, even at the same moment, makes nothing new", async () => {
    const request = { parentId: null, content: "Only once, please.", requestKey: newKey() };
    const before = world.engine.requests.length;
    const answers = await Promise.all([1, 2, 3, 4].map(() => me.message.send(request)));
    await finished(me, answers[0]!.reply.id);
    expect(new Set(answers.map(({ conversationId }) => conversationId)).size).toBe(1);
    expect(new Set(answers.map(({ reply }) => reply.id)).size).toBe(1);
    expect(world.engine.requests.length - before).toBe(1);
    expect(await world.db.message.count({ where: { conversationId: answers[0]!.conversationId } })).toBe(2);
    await expect(me.message.send({ ...request, content: "Something else." })).rejects.toMatchObject({
      code: "CONFLICT",
    });
  });

  test("later prompts show the model the tokens it spoke, and interrupted replies as text", async () => {
    const first = await me.message.send({ parentId: null, content: "One.", requestKey: newKey() });
    await finished(me, first.reply.id);
    const hold = gate();
    world.engine.script = () => ["Half", hold.opened, " never said"];
    const second = await me.message.send({
      conversationId: first.conversationId,
      parentId: first.reply.id,
      content: "Two.",
      requestKey: newKey(),
    });
    for await (const event of follow(me, second.reply.id)) {
      if (event.type === "delta") await me.message.stop({ messageId: second.reply.id });
      else
        expect(event.message).toMatchObject({
          status: "INTERRUPTED",
          endReason: "ABORTED",
          content: "Half",
          error: null,
        });
    }
    world.engine.script = () => ["Three it is."];
    const third = await me.message.send({
      conversationId: first.conversationId,
      parentId: second.reply.id,
      content: "Three.",
      requestKey: newKey(),
    });
    await finished(me, third.reply.id);
    expect(world.engine.requests.at(-1)?.messages).toEqual([
      { role: "user", content: "One." },
      { role: "assistant", content: "A fine answer.", tokenIds: tokensOf("A fine answer.") },
      { role: "user", content: "Two." },
      { role: "assistant", content: "Half" },
      { role: "user", content: "Three." },
    ]);
    world.engine.script = () => ["A fine ", "answer."];
  });

  test("refuses what makes no sense", async () => {
    const { conversationId, prompt, reply } = await me.message.send({
      parentId: null,
      content: "Start.",
      requestKey: newKey(),
    });
    await finished(me, reply.id);
    const send = (input: object) =>
      me.message.send({ conversationId, parentId: reply.id, content: "x", requestKey: newKey(), ...input });
    await expect(send({ parentId: prompt.id })).rejects.toMatchObject({ cause: { code: "ILLEGAL_STATE" } });
    await expect(send({ content: "  \n " })).rejects.toMatchObject({ cause: { code: "INVALID_INPUT" } });
    await expect(send({ content: "x".repeat(32_001) })).rejects.toMatchObject({ cause: { code: "INVALID_INPUT" } });
    await expect(send({ conversationId: undefined })).rejects.toMatchObject({ cause: { code: "INVALID_INPUT" } });
    const hold = gate();
    world.engine.script = () => [hold.opened, "Late."];
    const running = await send({});
    await expect(send({ parentId: running.reply.id })).rejects.toMatchObject({ cause: { code: "REPLY_RUNNING" } });
    hold.open();
    await finished(me, running.reply.id);
    world.engine.script = () => ["A fine ", "answer."];
  });
});

describe("branches", () => {
  test("regenerating makes a sibling with a seed of its own; the same key again does not", async () => {
    const { prompt, reply } = await me.message.send({ parentId: null, content: "Draft.", requestKey: newKey() });
    await finished(me, reply.id);
    const requestKey = newKey();
    const [second, again] = await Promise.all([
      me.message.regenerate({ messageId: reply.id, requestKey }),
      me.message.regenerate({ messageId: reply.id, requestKey }),
    ]);
    expect(again.id).toBe(second.id);
    expect(second).toMatchObject({ parentId: prompt.id, role: "ASSISTANT" });
    await finished(me, second.id);
    const seeds = await world.db.message.findMany({ where: { parentId: prompt.id }, select: { seed: true } });
    expect(new Set(seeds.map(({ seed }) => seed)).size).toBe(2);
  });

  test("an edited prompt is a sibling of the old one and does not see what came after it", async () => {
    const first = await me.message.send({ parentId: null, content: "Colour?", requestKey: newKey() });
    await finished(me, first.reply.id);
    const edited = await me.message.send({
      conversationId: first.conversationId,
      parentId: null,
      content: "Color?",
      requestKey: newKey(),
    });
    await finished(me, edited.reply.id);
    expect(world.engine.requests.at(-1)?.messages).toEqual([{ role: "user", content: "Color?" }]);
    const { messages } = await me.conversation.get({ id: first.conversationId });
    expect(messages.filter((message) => message.parentId === null).map((message) => message.content)).toEqual([
      "Colour?",
      "Color?",
    ]);
  });
});

describe("when speaking fails", () => {
  test.each([
    ["before a word", [{ fail: "CONTEXT_OVERFLOW" }], { status: "FAILED", error: "CONTEXT_OVERFLOW", content: "" }],
    [
      "in the middle",
      ["Half", { fail: "INFERENCE_LOST" }],
      { status: "INTERRUPTED", error: "INFERENCE_LOST", content: "Half" },
    ],
    [
      "with other weights",
      [{ base: "c".repeat(64) }, "Alien"],
      { status: "FAILED", error: "BASE_MISMATCH", content: "" },
    ],
  ] as const)("%s: the reply never looks complete", async (_name, script, expected) => {
    world.engine.script = () => script;
    const { reply } = await me.message.send({ parentId: null, content: "Fail.", requestKey: newKey() });
    expect(await finished(me, reply.id)).toMatchObject(expected);
    world.engine.script = () => ["A fine ", "answer."];
  });

  test("at its length it is complete and says so", async () => {
    world.engine.script = () => ["Long", { end: "length" }];
    const { reply } = await me.message.send({ parentId: null, content: "Go on.", requestKey: newKey() });
    expect(await finished(me, reply.id)).toMatchObject({ status: "COMPLETE", endReason: "LENGTH" });
    world.engine.script = () => ["A fine ", "answer."];
  });

  test("a reply whose process died is ended by the reaper with what was said, and the ghost changes nothing", async () => {
    const hold = gate();
    world.engine.script = () => ["Said ", "this", hold.opened, " as a ghost"];
    const { reply } = await me.message.send({ parentId: null, content: "Die.", requestKey: newKey() });
    for await (const event of follow(me, reply.id)) {
      if (event.type === "delta" && event.text.includes("this")) break;
    }
    expect(await reapReplies(world.db)).toEqual([]);
    await world.db.message.update({ where: { id: reply.id }, data: { heartbeatAt: new Date(Date.now() - 16_000) } });
    expect(await reapReplies(world.db)).toEqual([reply.id]);
    const dead = await finished(me, reply.id);
    expect(dead).toMatchObject({ status: "INTERRUPTED", error: "GENERATOR_LOST", content: "Said this" });
    const row = await world.db.message.findUniqueOrThrow({ where: { id: reply.id } });
    expect(row.tokenIds).toEqual(tokensOf("Said this"));
    expect(row.logProbs).toHaveLength(row.tokenIds.length);
    hold.open();
    await expect.poll(() => world.services.replies.running, { timeout: 30_000 }).toBe(0);
    expect(await world.db.message.findUniqueOrThrow({ where: { id: reply.id } })).toEqual(row);
    world.engine.script = () => ["A fine ", "answer."];
  });

  test("a reply can be stopped from another process", async () => {
    const hold = gate();
    world.engine.script = () => ["On and on", hold.opened];
    const { reply } = await me.message.send({ parentId: null, content: "Go.", requestKey: newKey() });
    const elsewhere = world.as(ann, { replies: new ReplyHub() });
    await elsewhere.message.stop({ messageId: reply.id });
    expect(await finished(elsewhere, reply.id)).toMatchObject({ status: "INTERRUPTED", endReason: "ABORTED" });
    world.engine.script = () => ["A fine ", "answer."];
  });
});
