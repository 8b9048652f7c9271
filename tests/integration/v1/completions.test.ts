// The API as the official openai client uses it: plain and streamed replies, siblings and thumbs.
import type OpenAI from "openai";
import { beforeEach, describe, expect, test } from "vitest";
import { adapterOnDisk, train } from "../../helpers/loop.ts";
import { gate, tokensOf } from "../../helpers/scripted-engine.ts";
import { testWorld } from "../../helpers/world.ts";
import { apiUser, openai } from "./client.ts";

const world = testWorld();
const user = apiUser(world);
beforeEach(() => {
  world.engine.script = () => ["A fine ", "answer."];
});

const ask = (content: string, more: Partial<OpenAI.ChatCompletionCreateParamsNonStreaming> = {}) =>
  user.client.chat.completions.create({ model: "hone", messages: [{ role: "user", content }], ...more }).withResponse();
describe("replies", () => {
  test("whole, with usage and the headers that name the message and its weights", async () => {
    const { data, response } = await ask("Hello?", {
      temperature: 0.2,
      top_p: 0.5,
      seed: -1,
      max_tokens: 5,
      stop: "\n",
    });
    expect(data).toMatchObject({
      object: "chat.completion",
      model: "hone",
      choices: [{ index: 0, message: { role: "assistant", content: "A fine answer." }, finish_reason: "stop" }],
      usage: { prompt_tokens: 1, completion_tokens: 14, total_tokens: 15 },
    });
    expect(response.headers.get("x-hone-adapter")).toBe("base");
    const id = response.headers.get("x-hone-message-id");
    expect(data.id).toBe(`chatcmpl-${id}`);
    const row = await world.db.message.findUniqueOrThrow({ where: { id: id! }, include: { conversation: true } });
    expect(row).toMatchObject({ status: "COMPLETE", content: "A fine answer.", conversation: { source: "API" } });
    expect(world.engine.requests.at(-1)).toMatchObject({
      temperature: 0.2,
      topP: 0.5,
      topK: 0,
      minP: 0,
      seed: 2 ** 31 - 1,
      maxTokens: 5,
      stop: ["\n"],
    });
    expect((await user.me.conversation.list({})).items).toEqual([]);
  });

  test("streamed, with the role first, the pieces, a reason, and usage where it was asked for", async () => {
    const stream = await user.client.chat.completions.create({
      model: "hone",
      messages: [{ role: "user", content: "Stream!" }],
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    expect(chunks[0]?.choices[0]?.delta).toMatchObject({ role: "assistant" });
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join("")).toBe("A fine answer.");
    expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe("stop");
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 1, completion_tokens: 14 } });
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
  });

  test("at their length they say so", async () => {
    world.engine.script = () => ["On and on", { end: "length" }];
    expect((await ask("Long?")).data.choices[0]?.finish_reason).toBe("length");
  });

  test("of a caller who hangs up end, and count as interrupted", async () => {
    const hold = gate();
    world.engine.script = () => ["First.", hold.opened, " Second."];
    const stream = await user.client.chat.completions.create({
      model: "hone",
      messages: [{ role: "user", content: "Hang up." }],
      stream: true,
    });
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
    await expect.poll(() => world.services.replies.running, { timeout: 30_000 }).toBe(0);
    const row = await world.db.message.findFirstOrThrow({
      orderBy: { createdAt: "desc" },
      where: { role: "ASSISTANT" },
    });
    expect(row).toMatchObject({ status: "INTERRUPTED", endReason: "ABORTED", content: "First." });
  });

  test("by an adapter carry its hash", async () => {
    await sendThumbs("Train on me.");
    const admin = world.as(world.admin);
    const file = adapterOnDisk(world.home);
    const adapterId = await train(world, (await admin.run.create({ method: "DPO" })).id, file);
    await admin.deployment.activate({ adapterId });
    expect((await ask("Who?")).response.headers.get("x-hone-adapter")).toBe(file.sha256);
    await admin.deployment.rollback();
    expect((await ask("Who?")).response.headers.get("x-hone-adapter")).toBe("base");
  });
});

async function sendThumbs(prompt: string) {
  let count = 0;
  world.engine.script = () => [`Draft ${++count}.`];
  const [a, b] = [await ask(prompt), await ask(prompt)];
  const ids = [a, b].map(({ response }) => response.headers.get("x-hone-message-id")!);
  expect((await user.sendFeedback({ message_id: ids[0], rating: "up", comment: "better" })).status).toBe(200);
  expect(await (await user.sendFeedback({ message_id: ids[1], rating: -1, reasons: ["wrong"] })).json()).toEqual({
    message_id: ids[1],
    rating: -1,
    comment: null,
    reasons: ["wrong"],
  });
  return ids as [string, string];
}

describe("conversations", () => {
  test("the same question twice makes siblings, and thumbs on them a pair", async () => {
    const [chosenId, rejectedId] = await sendThumbs("Which is better?");
    const pairs = await world.db.preferencePair.findMany({ where: { chosenId } });
    expect(pairs).toMatchObject([{ rejectedId, status: "ACTIVE" }]);
    const rows = await world.db.message.findMany({ where: { id: { in: [chosenId, rejectedId] } } });
    expect(new Set(rows.map(({ parentId }) => parentId)).size).toBe(1);
    expect(new Set(rows.map(({ seed }) => seed)).size).toBe(2);
  });

  test("the same question at the same moment still makes siblings", async () => {
    const replies = await Promise.all(Array.from({ length: 6 }, () => ask("All together?")));
    const ids = replies.map(({ response }) => response.headers.get("x-hone-message-id")!);
    const rows = await world.db.message.findMany({ where: { id: { in: ids } } });
    expect(rows).toHaveLength(6);
    expect(new Set(rows.map(({ parentId }) => parentId)).size).toBe(1);
  });

  test("going on finds the reply that was given and shows the model its very tokens", async () => {
    const system = { role: "system" as const, content: "Be brief." };
    const first = { role: "user" as const, content: "One?" };
    const one = await user.client.chat.completions.create({ model: "hone", messages: [system, first] });
    const said = { role: "assistant" as const, content: one.choices[0]!.message.content! };
    await user.client.chat.completions.create({
      model: "hone",
      messages: [system, first, said, { role: "user", content: "Two?" }],
    });
    expect(world.engine.requests.at(-1)?.messages).toEqual([
      system,
      first,
      { ...said, tokenIds: tokensOf(said.content) },
      { role: "user", content: "Two?" },
    ]);
    const invented = { role: "assistant" as const, content: "I never said that." };
    const messages = [system, first, invented, { role: "user" as const, content: "Two?" }];
    await user.client.chat.completions.create({ model: "hone", messages });
    expect(world.engine.requests.at(-1)?.messages).toEqual(messages);
  });

  test("a reply that a stop text ended is shown as its text", async () => {
    const first = { role: "user" as const, content: "Stop where?" };
    const one = await user.client.chat.completions.create({ model: "hone", messages: [first], stop: ["!"] });
    const said = { role: "assistant" as const, content: one.choices[0]!.message.content! };
    await user.client.chat.completions.create({
      model: "hone",
      messages: [first, said, { role: "user", content: "And?" }],
    });
    expect(world.engine.requests.at(-1)?.messages[1]).toEqual(said);
  });

  test("of different people never meet", async () => {
    const other = openai((await world.as(await world.person("Ben")).apiKey.create({ name: "x" })).key);
    const mine = await ask("Shared words?");
    const { response } = await other.chat.completions
      .create({ model: "hone", messages: [{ role: "user", content: "Shared words?" }] })
      .withResponse();
    const ids = [mine.response, response].map(({ headers }) => headers.get("x-hone-message-id")!);
    const rows = await world.db.message.findMany({ where: { id: { in: ids } } });
    expect(new Set(rows.map(({ conversationId }) => conversationId)).size).toBe(2);
    expect((await user.sendFeedback({ message_id: ids[1], rating: 1 })).status).toBe(404);
  });
});

test("models names what is live", async () => {
  const { data } = await user.client.models.list();
  expect(data).toMatchObject([{ id: "hone", object: "model", owned_by: "scripted" }]);
});
