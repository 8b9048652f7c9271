/** The client of OpenAI-compatible endpoints against a real server: retries, limits, failures in sentences, no key told. */

import { once } from "node:events";
import { createServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { parseEnv } from "../../../server/env.ts";
import { complete, endpointFrom } from "../../../trainer/judge/endpoint.ts";
import { type Answer, type Asked, impatient, type OpenAiServer, startOpenAi } from "../../helpers/openai-server.ts";

const open: OpenAiServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});
async function serve(answer: (asked: Asked, number: number) => Answer | Promise<Answer>) {
  const server = await startOpenAi(answer);
  open.push(server);
  return server;
}

const turns = [{ role: "user" as const, content: "Hello" }];
const options = { maxTokens: 7, temperature: 0.5, seed: 3 };

describe("complete", () => {
  it("sends what is asked for and returns the text", async () => {
    const { endpoint, asked } = await serve(() => ({ text: "A fine answer.", finish: "length" }));
    expect(await complete(endpoint, turns, options)).toEqual({ text: "A fine answer.", ended: false });
    expect(asked[0]!.body).toEqual({ model: "scripted", messages: turns, max_tokens: 7, temperature: 0.5, seed: 3 });
    expect(asked[0]!.headers.authorization).toBe("Bearer sk-very-secret");
    const { apiKey: _, ...open } = endpoint;
    await complete(open, turns, options);
    expect(asked[1]!.headers.authorization).toBeUndefined();
  });

  it("tells of the tokens an answer cost: as the endpoint says, or by a rough count where it says nothing", async () => {
    const told: number[] = [];
    const choices = [{ message: { content: "A fine answer." }, finish_reason: "stop" }];
    const { endpoint } = await serve((_, number) => {
      if (number === 1) return { status: 200, body: JSON.stringify({ choices, usage: { total_tokens: 41 } }) };
      if (number === 2) return { status: 200, body: JSON.stringify({ choices, usage: { total_tokens: "many" } }) };
      return { status: 503 };
    });
    const metered = { ...endpoint, onTokens: (tokens: number) => void told.push(tokens) };
    await complete(metered, turns, options);
    await complete(metered, turns, options);
    await expect(complete(metered, turns, options, impatient())).rejects.toThrow();
    // "Hello" and "A fine answer." are 19 characters.
    expect(told).toEqual([41, 5]);
  });

  it("asks a busy or failing endpoint again, as long as it wishes but never too long", async () => {
    const patience = impatient({ attempts: 5 });
    const { endpoint, asked } = await serve((_, number) => {
      if (number === 1) return { status: 429, headers: { "retry-after": "7" } };
      if (number === 2) return { status: 503 };
      if (number === 3) return { status: 429, headers: { "retry-after": "86400" } };
      return "at last";
    });
    expect(await complete(endpoint, turns, options, patience)).toEqual({ text: "at last", ended: true });
    expect(asked).toHaveLength(4);
    expect(patience.pauses).toEqual([7000, 2000, 30_000]);
  });

  it("gives up in a sentence that names the endpoint and not the key", async () => {
    const { endpoint, asked } = await serve(() => ({ status: 500, body: "broken sk-very-secret" }));
    await expect(complete(endpoint, turns, options, impatient())).rejects.toMatchObject({
      code: "ENDPOINT_FAILED",
      message: `scripted at ${endpoint.url} answered with HTTP status 500: broken (key left out) after 3 attempts.`,
    });
    expect(asked).toHaveLength(3);
  });

  it("does not repeat what cannot succeed", async () => {
    const refusing = await serve(() => ({ status: 401, body: "no" }));
    await expect(complete(refusing.endpoint, turns, options, impatient())).rejects.toThrow(
      "status 401: no (is its API key right?).",
    );
    const garbage = await serve(() => ({ status: 200, body: "<html>" }));
    await expect(complete(garbage.endpoint, turns, options, impatient())).rejects.toThrow("no chat completion");
    const moved = await serve(() => ({ status: 302, headers: { location: "http://example.org/" } }));
    await expect(complete(moved.endpoint, turns, options, impatient({ attempts: 1 }))).rejects.toThrow(/redirect/);
    expect([refusing.asked.length, garbage.asked.length, moved.asked.length]).toEqual([1, 1, 1]);
  });

  it("does not wait for ever, and stops when told to", async () => {
    const silent = await serve(() => "silent!");
    await expect(complete(silent.endpoint, turns, options, impatient({ timeoutMs: 40, attempts: 2 }))).rejects.toThrow(
      "did not answer within 0.04 s after 2 attempts.",
    );
    const stop = new AbortController();
    const waiting = complete(silent.endpoint, turns, { ...options, signal: stop.signal });
    stop.abort(new Error("cancelled"));
    await expect(waiting).rejects.toThrow("cancelled");
  });

  it("says so when nobody is there", async () => {
    const probe = createServer().listen(0, "127.0.0.1");
    await once(probe, "listening");
    const { port } = probe.address() as { port: number };
    probe.close();
    await once(probe, "close");
    const endpoint = { url: `http://127.0.0.1:${port}/v1`, model: "absent" };
    await expect(complete(endpoint, turns, options, impatient())).rejects.toThrow(/cannot be reached \(.*\) after 3/);
  });
});

describe("endpointFrom", () => {
  it("is what the environment names, and nothing without it", () => {
    const env = parseEnv({ JUDGE_URL: "http://localhost:8000/v1/", JUDGE_MODEL: "m", JUDGE_API_KEY: "k" });
    expect(endpointFrom(env, "JUDGE")).toEqual({ url: "http://localhost:8000/v1", model: "m", apiKey: "k" });
    expect(endpointFrom(env, "TEACHER")).toBeNull();
    expect(() => parseEnv({ TEACHER_URL: "http://localhost:8000/v1" })).toThrow(/TEACHER_MODEL: missing/);
  });
});
