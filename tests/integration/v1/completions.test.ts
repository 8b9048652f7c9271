// The API as the official openai client uses it: plain and streamed replies, errors it understands, siblings and thumbs.
import OpenAI from "openai";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { POST as completions } from "../../../app/v1/chat/completions/route.ts";
import { POST as feedback } from "../../../app/v1/feedback/route.ts";
import { GET as models } from "../../../app/v1/models/route.ts";
import { adapterOnDisk, train } from "../../helpers/loop.ts";
import { gate, tokensOf } from "../../helpers/scripted-engine.ts";
import { type Caller, testWorld } from "../../helpers/world.ts";

const world = testWorld();
let me: Caller;
let key: string;
let client: OpenAI;

const ROUTES: Record<string, (request: Request) => Promise<Response>> = {
  "/v1/models": models,
  "/v1/chat/completions": completions,
  "/v1/feedback": feedback,
};
const route = (address: string | URL | Request, init?: RequestInit) => {
  const request = new Request(address, init);
  return ROUTES[new URL(request.url).pathname]!(request);
};
const openai = (apiKey: string) => new OpenAI({ apiKey, baseURL: "http://hone.test/v1", fetch: route, maxRetries: 0 });

beforeAll(async () => {
  // What the routes find where a web process keeps its services.
  (globalThis as { honeServices?: unknown }).honeServices = world.services;
  const ann = await world.person("Ann");
  me = world.as(ann);
  key = (await me.apiKey.create({ name: "test" })).key;
  client = openai(key);
});
beforeEach(() => {
  world.engine.script = () => ["A fine ", "answer."];
});

const ask = (content: string, more: Partial<OpenAI.ChatCompletionCreateParamsNonStreaming> = {}) =>
  client.chat.completions.create({ model: "hone", messages: [{ role: "user", content }], ...more }).withResponse();
const sendFeedback = (body: object, apiKey = key) =>
  route("http://hone.test/v1/feedback", {
    method: "POST",
    headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });

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
    expect((await me.conversation.list({})).items).toEqual([]);
  });

  test("streamed, with the role first, the pieces, a reason, and usage where it was asked for", async () => {
    const stream = await client.chat.completions.create({
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
    const stream = await client.chat.completions.create({
      model: "hone",
      messages: [{ role: "user", content: "Hang up." }],
      stream: true,
    });
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
    await expect.poll(() => world.services.replies.running).toBe(0);
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
  expect((await sendFeedback({ message_id: ids[0], rating: "up", comment: "better" })).status).toBe(200);
  expect(await (await sendFeedback({ message_id: ids[1], rating: -1, reasons: ["wrong"] })).json()).toEqual({
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
    const one = await client.chat.completions.create({ model: "hone", messages: [system, first] });
    const said = { role: "assistant" as const, content: one.choices[0]!.message.content! };
    await client.chat.completions.create({
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
    await client.chat.completions.create({ model: "hone", messages });
    expect(world.engine.requests.at(-1)?.messages).toEqual(messages);
  });

  test("a reply that a stop text ended is shown as its text", async () => {
    const first = { role: "user" as const, content: "Stop where?" };
    const one = await client.chat.completions.create({ model: "hone", messages: [first], stop: ["!"] });
    const said = { role: "assistant" as const, content: one.choices[0]!.message.content! };
    await client.chat.completions.create({ model: "hone", messages: [first, said, { role: "user", content: "And?" }] });
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
    expect((await sendFeedback({ message_id: ids[1], rating: 1 })).status).toBe(404);
  });
});

describe("errors in OpenAI's shape", () => {
  const failure = (more: object) =>
    client.chat.completions
      .create({
        model: "hone",
        messages: [{ role: "user", content: "x" }],
        ...more,
      } as OpenAI.ChatCompletionCreateParamsNonStreaming)
      .then(
        () => "no error",
        (error) => error,
      );

  test.each([
    [{ n: 2 }, 400, "n", /one reply at a time/],
    [{ tools: [{ type: "function", function: { name: "f" } }] }, 400, "tools", /not served/],
    [{ temperature: 3 }, 400, "temperature", /<=2/],
    [{ messages: [] }, 400, "messages", /./],
    [{ messages: [{ role: "tool", content: "x" }] }, 400, "messages.0.role", /tools are not served/],
    [{ messages: [{ role: "user", content: [{ type: "image_url" }] }] }, 400, "messages.0.content", /text/],
    [{ messages: [{ role: "assistant", content: "x" }] }, 400, null, /last message must be of role user/],
    [{ model: "gpt-4" }, 404, null, /no model "gpt-4"/],
  ])("%j is refused with %i, naming %s", async (more, status, param, sentence) => {
    const error = await failure(more);
    expect(error).toBeInstanceOf(OpenAI.APIError);
    expect(error).toMatchObject({ status, param });
    expect(error.message).toMatch(sentence);
  });

  test("text parts are joined, developer is system, nulls count as left out", async () => {
    const parts = [
      { type: "text", text: "Hello " },
      { type: "text", text: "there" },
    ];
    const messages = [
      { role: "developer", content: "Be kind." },
      { role: "user", content: parts },
    ];
    expect(await failure({ messages, n: 1, temperature: null, max_tokens: null, stop: null, tools: [] })).toBe(
      "no error",
    );
    expect(world.engine.requests.at(-1)?.messages).toEqual([
      { role: "system", content: "Be kind." },
      { role: "user", content: "Hello there" },
    ]);
  });

  test("keys that are missing, wrong or revoked", async () => {
    const { id, key: revoked } = await me.apiKey.create({ name: "revoked" });
    await me.apiKey.revoke({ id });
    for (const apiKey of ["hone_wrong", "sk-other", revoked]) {
      await expect(openai(apiKey).models.list()).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
    }
    const bare = await route("http://hone.test/v1/models");
    expect(bare.status).toBe(401);
    expect(await bare.json()).toMatchObject({ error: { code: "invalid_api_key", type: "authentication_error" } });
  });

  test("a full queue, an overfull context and a dead inference process keep their status, streamed or not", async () => {
    for (const [code, type, status] of [
      ["QUEUE_FULL", OpenAI.RateLimitError, 429],
      ["CONTEXT_OVERFLOW", OpenAI.BadRequestError, 400],
      ["INFERENCE_LOST", OpenAI.InternalServerError, 502],
    ] as const) {
      world.engine.script = () => [{ fail: code }];
      for (const stream of [false, true]) {
        const error = await failure({ stream });
        expect(error).toBeInstanceOf(type);
        expect(error.status).toBe(status);
      }
    }
  });

  test("a stream that breaks ends in an error, never in a finish_reason", async () => {
    const hold = gate();
    world.engine.script = () => ["Half an ", hold.opened, { fail: "INFERENCE_LOST" }];
    const stream = await client.chat.completions.create({
      model: "hone",
      messages: [{ role: "user", content: "Break." }],
      stream: true,
    });
    const reasons: (string | null | undefined)[] = [];
    const reading = (async () => {
      for await (const chunk of stream) {
        reasons.push(chunk.choices[0]?.finish_reason);
        if (chunk.choices[0]?.delta.content) hold.open();
      }
    })();
    await expect(reading).rejects.toThrow(/INFERENCE_LOST/);
    expect(reasons.every((reason) => reason === null)).toBe(true);
  });

  test("bodies that are no JSON, and thumbs that make no sense", async () => {
    const send = (body: string) =>
      route("http://hone.test/v1/chat/completions", {
        method: "POST",
        headers: { authorization: `Bearer ${key}` },
        body,
      });
    expect((await send("{")).status).toBe(400);
    expect((await send("[]")).status).toBe(400);
    for (const body of [{}, { message_id: "17", rating: 1 }, { message_id: crypto.randomUUID(), rating: 5 }]) {
      expect((await sendFeedback(body)).status).toBe(400);
    }
    expect((await sendFeedback({ message_id: crypto.randomUUID(), rating: 1 })).status).toBe(404);
  });
});

test("models names what is live", async () => {
  const { data } = await client.models.list();
  expect(data).toMatchObject([{ id: "hone", object: "model", owned_by: "scripted" }]);
});
