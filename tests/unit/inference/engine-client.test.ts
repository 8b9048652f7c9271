// The client of the inference process against a scripted server: every way an answer can go wrong has its code.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { createEngineClient, type GenerateEvent, type GenerateRequest } from "../../../server/engine-client.ts";

const SHA = "a".repeat(64);
let server: Server | undefined;
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(null)));
  server = undefined;
});

/** A client of a server that answers like this. */
async function clientOf(answer: (request: IncomingMessage, response: ServerResponse, body: string) => void) {
  const made = createServer(async (request, response) => {
    let body = "";
    for await (const part of request) body += part;
    answer(request, response, body);
  });
  server = made;
  await new Promise<void>((resolve) => made.listen(0, "127.0.0.1", resolve));
  return createEngineClient({ url: `http://127.0.0.1:${(made.address() as AddressInfo).port}`, secret: "s3cret" });
}

const request: GenerateRequest = {
  requestId: "r",
  adapter: null,
  messages: [{ role: "user", content: "hi" }],
  maxTokens: 5,
  temperature: 0,
  topP: 1,
  topK: 0,
  minP: 0,
  seed: 1,
};
const start: GenerateEvent = {
  type: "start",
  adapter: null,
  base: SHA,
  promptTokens: 3,
  reusedTokens: 0,
  maxTokens: 5,
  seed: 1,
};
const token: GenerateEvent = { type: "token", tokenIds: [5], text: "é🙂", logProbs: [-0.5] };
const end: GenerateEvent = { type: "end", reason: "stop", completionTokens: 1, tokenIds: [5] };
const line = (event: GenerateEvent) => `${JSON.stringify(event)}\n`;

async function collect(events: AsyncIterable<GenerateEvent>): Promise<GenerateEvent[]> {
  const all: GenerateEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

test("events arrive however the bytes are cut, and the secret goes along", async () => {
  const client = await clientOf(async (asked, response, body) => {
    expect(asked.headers.authorization).toBe("Bearer s3cret");
    expect(JSON.parse(body)).toEqual(request);
    for (const byte of Buffer.from(line(start) + line(token) + line(end))) {
      response.write(Buffer.of(byte));
      if (byte === 10 || byte > 127) await new Promise(setImmediate);
    }
    response.end();
  });
  expect(await collect(client.generate(request))).toEqual([start, token, end]);
});

test.each([
  [429, { code: "QUEUE_FULL", message: "Too many." }, "QUEUE_FULL"],
  [400, { code: "CONTEXT_OVERFLOW", message: "Too long." }, "CONTEXT_OVERFLOW"],
  [409, { code: "ADAPTER_REFUSED", message: "No." }, "ADAPTER_REFUSED"],
  [500, { code: "SOMETHING_NEW", message: "?" }, "INFERENCE_FAILED"],
  [502, "<html>", "INFERENCE_FAILED"],
])("a %s answer %o throws its code", async (status, body, code) => {
  const client = await clientOf(
    (_, response) => void response.writeHead(status).end(typeof body === "string" ? body : JSON.stringify(body)),
  );
  await expect(collect(client.generate(request))).rejects.toMatchObject({ name: "AppError", code });
  await expect(client.ensureAdapter({ sha256: SHA, path: "/x" })).rejects.toMatchObject({ code });
  await expect(client.score({ adapter: null, tokens: [1, 2], targetsFrom: 1 })).rejects.toMatchObject({ code });
});

test("nobody listening is INFERENCE_UNAVAILABLE", async () => {
  await clientOf(() => {});
  const { port } = server!.address() as AddressInfo;
  await new Promise((resolve) => server!.close(resolve));
  server = undefined;
  const client = createEngineClient({ url: `http://127.0.0.1:${port}`, secret: "s" });
  await expect(client.health()).rejects.toMatchObject({ code: "INFERENCE_UNAVAILABLE", status: 503 });
  await expect(collect(client.generate(request))).rejects.toMatchObject({ code: "INFERENCE_UNAVAILABLE" });
});

test.each<[string, (response: ServerResponse) => void]>([
  ["ends without an end event", (response) => response.end(line(start) + line(token))],
  ["ends in the middle of a line", (response) => response.end(line(start) + line(end).slice(0, 9))],
  ["breaks off", (response) => void response.write(line(start), () => response.destroy())],
  ["is no JSON", (response) => response.end(`${line(start)}{nonsense\n`)],
  ["is another protocol", (response) => response.end('{"type":"surprise"}\n')],
])("a stream that %s is INFERENCE_LOST", async (_, answer) => {
  const client = await clientOf((__, response) => answer(response));
  await expect(collect(client.generate(request))).rejects.toMatchObject({ code: "INFERENCE_LOST" });
});

test("an error event throws its code after what came before", async () => {
  const client = await clientOf((_, response) =>
    response.end(
      line(start) + line({ type: "error", code: "INFERENCE_FAILED", message: "The model could not go on." }),
    ),
  );
  const seen: string[] = [];
  const reading = (async () => {
    for await (const event of client.generate(request)) seen.push(event.type);
  })();
  await expect(reading).rejects.toMatchObject({ code: "INFERENCE_FAILED", message: "The model could not go on." });
  expect(seen).toEqual(["start"]);
});

test.each(["leaving the loop", "aborting the signal"])("%s closes the connection", async (way) => {
  let close = () => {};
  const closed = new Promise<void>((resolve) => {
    close = resolve;
  });
  const client = await clientOf((_, response) => {
    response.on("close", close);
    response.write(line(start));
  });
  const stop = new AbortController();
  const reading = (async () => {
    for await (const _event of client.generate(request, { signal: stop.signal })) {
      if (way === "leaving the loop") break;
      stop.abort(new Error("enough"));
    }
  })();
  if (way === "leaving the loop") await reading;
  else await expect(reading).rejects.toThrow("enough");
  await closed;
});

test("the other calls send what they are given and read what they get", async () => {
  const calls: [string, unknown][] = [];
  const answers: Record<string, object> = {
    "/health": {
      ready: true,
      base: { sha256: SHA, name: "n", architecture: "llama", contextLength: 9, vocabulary: 5 },
      loaded: [SHA],
      running: 1,
      queued: 0,
    },
    "/adapters/ensure": { sha256: SHA },
    "/adapters/release": {},
    "/abort": { aborted: true },
    "/tokenize": { tokenIds: [1], contextLength: 9 },
    "/score": { logProbs: [-1] },
  };
  const client = await clientOf((asked, response, body) => {
    calls.push([`${asked.method} ${asked.url}`, body && JSON.parse(body)]);
    response.end(JSON.stringify(answers[asked.url!]));
  });
  expect((await client.health()).loaded).toEqual([SHA]);
  await client.ensureAdapter({ sha256: SHA, path: "/a" });
  await client.releaseAdapter(SHA);
  expect(await client.abort("r")).toBe(true);
  expect((await client.tokenize({ text: "x" })).tokenIds).toEqual([1]);
  expect(await client.score({ adapter: null, tokens: [1, 2], targetsFrom: 1 })).toEqual([-1]);
  expect(calls).toEqual([
    ["GET /health", ""],
    ["POST /adapters/ensure", { sha256: SHA, path: "/a" }],
    ["POST /adapters/release", { sha256: SHA }],
    ["POST /abort", { requestId: "r" }],
    ["POST /tokenize", { text: "x" }],
    ["POST /score", { adapter: null, tokens: [1, 2], targetsFrom: 1 }],
  ]);
});
