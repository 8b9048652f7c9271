// The API's refusals, in the shape that OpenAI's clients turn into their own errors.
import OpenAI from "openai";
import { beforeEach, describe, expect, test } from "vitest";
import { gate } from "../../helpers/scripted-engine.ts";
import { testWorld } from "../../helpers/world.ts";
import { apiUser, openai, route } from "./client.ts";

const world = testWorld();
const user = apiUser(world);
beforeEach(() => {
  world.engine.script = () => ["A fine ", "answer."];
});

describe("errors in OpenAI's shape", () => {
  const failure = (more: object) =>
    user.client.chat.completions
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
    const { id, key: revoked } = await user.me.apiKey.create({ name: "revoked" });
    await user.me.apiKey.revoke({ id });
    for (const apiKey of ["hone_wrong", "sk-other", revoked]) {
      await expect(openai(apiKey).models.list()).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
    }
    const bare = await route("http://hone.test/v1/models");
    expect(bare.status).toBe(401);
    expect(await bare.json()).toMatchObject({ error: { code: "invalid_api_key", type: "authentication_error" } });
    const old = await user.me.apiKey.create({ name: "old", days: 30 });
    await world.db.apiKey.update({ where: { id: old.id }, data: { expiresAt: new Date() } });
    const late = await route("http://hone.test/v1/models", { headers: { authorization: `Bearer ${old.key}` } });
    expect(late.status).toBe(401);
    expect(await late.json()).toMatchObject({ error: { code: "api_key_expired", type: "authentication_error" } });
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
    const stream = await user.client.chat.completions.create({
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
        headers: { authorization: `Bearer ${user.key}` },
        body,
      });
    expect((await send("{")).status).toBe(400);
    expect((await send("[]")).status).toBe(400);
    for (const body of [{}, { message_id: "17", rating: 1 }, { message_id: crypto.randomUUID(), rating: 5 }]) {
      expect((await user.sendFeedback(body)).status).toBe(400);
    }
    expect((await user.sendFeedback({ message_id: crypto.randomUUID(), rating: 1 })).status).toBe(404);
  });
});
