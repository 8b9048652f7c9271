// What a server refuses, turns away and breaks off: sizes, bad requests, a full queue, aborts, callers that are gone.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { slowModel } from "../../helpers/slow-model.ts";
import { type TinyModel, writeTinyModel } from "../../helpers/tiny-model.ts";
import { ask, type Reply, reply, SECRET, startServer, type TestServer, temporaryFolder } from "./server.ts";

const folder = temporaryFolder();
let model: TinyModel;
let server: TestServer;
beforeAll(async () => {
  model = writeTinyModel(`${folder.path}/model.gguf`, { contextLength: 512 });
  server = await startServer(model.path);
});
afterAll(async () => {
  await server.close();
  folder.remove();
});

const spoken = ({ tokenIds, logProbs }: Reply) => ({ tokenIds, logProbs });

describe("limits", () => {
  test("a conversation that does not fit is refused before the model sees it; one that barely fits gets one token", async () => {
    const digits = (count: number) => "1".repeat(count); // one token each
    const used = async (content: string) =>
      (await server.client.tokenize({ messages: [{ role: "user", content }] })).tokenIds.length;
    let count = 512;
    while ((await used(digits(count))) > 511) count--;
    expect(await used(digits(count))).toBe(511);
    const barely = await reply(server.client, ask(digits(count), { maxTokens: 50 }));
    expect(barely.start.maxTokens).toBe(1);
    expect(barely.end).toMatchObject({ reason: "length", completionTokens: 1 });
    await expect(reply(server.client, ask(digits(count + 1)))).rejects.toMatchObject({
      code: "CONTEXT_OVERFLOW",
      status: 400,
    });
    await expect(reply(server.client, ask("x".repeat(1_000_000)))).rejects.toMatchObject({ code: "CONTEXT_OVERFLOW" });
  });

  test("a reply that fills the context to its last token is whole", async () => {
    const seeds = await Promise.all(
      [1, 2, 3, 4].map((seed) => reply(server.client, ask("Hi", { temperature: 2, seed, maxTokens: 9999 }))),
    );
    for (const { start, end } of seeds) {
      expect(start.maxTokens).toBe(512 - start.promptTokens);
      expect(end.completionTokens).toBeLessThanOrEqual(start.maxTokens);
      if (end.reason === "length") expect(end.completionTokens).toBe(start.maxTokens);
    }
  });

  const post = (path: string, body: string, authorization = `Bearer ${SECRET}`) =>
    fetch(server.url + path, { method: "POST", headers: { authorization }, body });

  test.each([
    ["maxTokens", { maxTokens: 0 }],
    ["temperature", { temperature: -1 }],
    ["topP", { topP: 0 }],
    ["seed", { seed: 1.5 }],
    ["messages", { messages: [] }],
    ["stop.0", { stop: [""] }],
    ["adapter.sha256", { adapter: { sha256: "../../etc/passwd", path: "/etc/passwd" } }],
    ["surprise", { surprise: 1 }],
  ])("a bad %s is named", async (field, change) => {
    const answer = await post("/generate", JSON.stringify({ ...ask("x"), ...change }));
    expect(answer.status).toBe(400);
    const { code, message } = (await answer.json()) as { code: string; message: string };
    expect(code).toBe("INVALID_INPUT");
    expect(message).toContain(field === "surprise" ? "surprise" : `"${field}"`);
  });

  test("token ids of another model, bodies that are no JSON or too large, unknown pages and wrong secrets are refused", async () => {
    const foreign = ask("x", {
      messages: [
        { role: "assistant", content: "", tokenIds: [512] },
        { role: "user", content: "x" },
      ],
    });
    await expect(reply(server.client, foreign)).rejects.toMatchObject({ code: "INVALID_INPUT" });
    expect((await post("/generate", "{")).status).toBe(400);
    expect((await post("/score", JSON.stringify({ adapter: null, tokens: [1, 2], targetsFrom: 2 }))).status).toBe(400);
    expect((await post("/score", JSON.stringify({ adapter: null, tokens: [1, 9999], targetsFrom: 1 }))).status).toBe(
      400,
    );
    expect((await post("/nothing", "{}")).status).toBe(404);
    expect((await post("/generate", JSON.stringify(ask("x")), "Bearer wrong")).status).toBe(401);
    expect((await post("/generate", JSON.stringify(ask("x")), "")).status).toBe(401);
    expect((await fetch(`${server.url}/health`)).status).toBe(401);
    const large = await post("/generate", JSON.stringify(ask("x".repeat(2 * 1024 * 1024)))).catch(() => null);
    if (large) expect(large.status).toBe(400);
    expect((await server.client.health()).running).toBe(0);
  });
});

describe("stopping", () => {
  /** A reply that goes on for long, and a promise of its first token. */
  function long(change: Partial<ReturnType<typeof ask>> = {}, signal?: AbortSignal, { client } = server) {
    let spoke = () => {};
    const started = new Promise<void>((resolve) => {
      spoke = resolve;
    });
    const request = ask("Hello", { temperature: 2, seed: longSeed, maxTokens: 480, ...change });
    const done = reply(client, request, { signal, onEvent: ({ type }) => type === "token" && spoke() });
    done.then(spoke, spoke);
    return { request, started, done };
  }
  let longSeed = 0;
  beforeAll(async () => {
    for (longSeed = 0; longSeed < 50; longSeed++) if ((await long().done).end.completionTokens > 300) return;
  });

  /** Resolves when nothing is generated any more. */
  async function quiet() {
    for (;;) {
      const { running, queued } = await server.client.health();
      if (running === 0 && queued === 0) return;
      await new Promise(setImmediate);
    }
  }

  test("an abort from another process ends the reply, which says so and keeps what was said", async () => {
    const whole = await long().done;
    const { request, started, done } = long();
    await started;
    expect(await server.client.abort(request.requestId)).toBe(true);
    const { end, tokenIds } = await done;
    expect(end.reason).toBe("aborted");
    expect(end.tokenIds).toEqual(tokenIds);
    expect(tokenIds.length).toBeLessThan(whole.tokenIds.length);
    expect(tokenIds).toEqual(whole.tokenIds.slice(0, tokenIds.length));
    expect(await server.client.abort(request.requestId)).toBe(false);
  });

  test("a caller that is gone stops its reply, and the slot is as good as new", async () => {
    const whole = await long().done;
    const gone = new AbortController();
    const { started, done } = long({}, gone.signal);
    await started;
    gone.abort(new Error("closed the page"));
    await expect(done).rejects.toThrow("closed the page");
    await quiet();
    expect(spoken(await long().done)).toEqual(spoken(whole));
  });

  test("one request too many is turned away at once; a waiting one can be stopped; the others get their turn", async () => {
    const slow = await startServer(slowModel()); // its replies never end by themselves, so the queue stays as it is
    const { client } = slow;
    try {
      const running = Array.from({ length: 4 }, () => long({}, undefined, slow));
      await Promise.all(running.map(({ started }) => started));
      const waiting = Array.from({ length: 8 }, () => long({}, undefined, slow));
      while ((await client.health()).queued < 8) await new Promise(setImmediate);
      await expect(reply(client, ask("one more"))).rejects.toMatchObject({ code: "QUEUE_FULL", status: 429 });
      expect(await client.health()).toMatchObject({ running: 4, queued: 8 });
      await client.abort(waiting[3]!.request.requestId);
      expect((await waiting[3]!.done).end).toMatchObject({ reason: "aborted", completionTokens: 0 });
      for (const { request } of running) await client.abort(request.requestId);
      // Each turn that is over lets the next one in: no more than four speak at a time.
      for (const { request, started } of waiting) {
        await started;
        await client.abort(request.requestId);
      }
      await Promise.all([...running, ...waiting].map(({ done }) => done));
    } finally {
      await slow.close();
    }
  });

  test("two running requests cannot share an id", async () => {
    const { request, started, done } = long();
    await started;
    await expect(reply(server.client, { ...request })).rejects.toMatchObject({ code: "CONFLICT" });
    await server.client.abort(request.requestId);
    await done;
  });

  test("a server that stops lets a short reply end and breaks a long one off with a code", async () => {
    const stopping = await startServer(model.path);
    const events: string[] = [];
    const broken = reply(stopping.client, ask("Hello", { temperature: 2, seed: longSeed, maxTokens: 480 }), {
      onEvent: ({ type }) => events.push(type),
    });
    while (!events.includes("token")) await new Promise(setImmediate);
    const refused = expect(broken).rejects.toMatchObject({ code: "INFERENCE_LOST" });
    await stopping.close();
    await refused;
    await expect(stopping.client.health()).rejects.toMatchObject({ code: "INFERENCE_UNAVAILABLE" });
  });
});
