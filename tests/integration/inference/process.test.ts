// The inference process as the supervisor runs it: starts, answers, survives bad files, goes when told or killed.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { createEngineClient, type ServingBackend } from "../../../server/engine-client.ts";
import { freePort } from "../../../server/free-port.ts";
import { slowModel } from "../../helpers/slow-model.ts";
import { type TinyModel, writeTinyAdapter, writeTinyModel } from "../../helpers/tiny-model.ts";
import { ask, reply, SECRET, temporaryFolder } from "./server.ts";

const folder = temporaryFolder();
let model: TinyModel;
beforeAll(() => {
  model = writeTinyModel(`${folder.path}/model.gguf`, { contextLength: 256 });
});
afterAll(() => folder.remove());

const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill("SIGKILL");
    await once(child, "exit");
  }
});

/** Starts server/inference/main.ts; `ready` resolves when it answers, or rejects with its output when it ends before. */
async function start(env: Record<string, string> = {}) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, ["--import", "tsx", "server/inference/main.ts"], {
    env: {
      ...process.env,
      INFERENCE_URL: url,
      INFERENCE_SECRET: SECRET,
      HONE_MODEL: model.path,
      INFERENCE_THREADS: "1",
      LOG_LEVEL: "info",
      ...env,
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  children.push(child);
  let output = "";
  const client = createEngineClient({ url, secret: SECRET });
  const ready = new Promise<void>((resolve, reject) => {
    child.stderr!.on("data", (bytes) => {
      output += bytes;
      if (output.includes('"msg":"serving')) resolve();
    });
    child.on("exit", (code, signal) => reject(new Error(`ended with ${code ?? signal}: ${output}`)));
  });
  ready.catch(() => {});
  return { child, client, url, ready, output: () => output };
}

const conversation = async (client: ServingBackend, adapter: { sha256: string; path: string }) => {
  const requests = [null, adapter].flatMap((reference) =>
    [0, 1, 2].map((seed) =>
      ask("Hello, how are you?", { adapter: reference, temperature: seed / 2, seed, maxTokens: 50 }),
    ),
  );
  const replies = await Promise.all(requests.map((request) => reply(client, request)));
  return replies.map(({ tokenIds, logProbs }) => ({ tokenIds, logProbs }));
};

test("another process replays every reply bit for bit, and ends when it is told to", async () => {
  const { sha256, path } = writeTinyAdapter(`${folder.path}/adapter.gguf`, model.config);
  const said: Awaited<ReturnType<typeof conversation>>[] = [];
  for (let run = 0; run < 2; run++) {
    const { child, client, ready } = await start();
    await ready;
    said.push(await conversation(client, { sha256, path }));
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([0, null]);
  }
  expect(said[1]).toEqual(said[0]);
});

test("killed in the middle of a reply, it leaves an error and no half reply that looks whole; started again it answers", async () => {
  // A reply that is far from over, however late the kill comes.
  const { child, client, ready } = await start({ HONE_MODEL: slowModel(), INFERENCE_CONTEXT: "16384" });
  await ready;
  const events: string[] = [];
  const broken = reply(client, ask("Hello", { temperature: 2, maxTokens: 4_000 }), {
    onEvent: ({ type }) => {
      events.push(type);
      if (type === "token") child.kill("SIGKILL");
    },
  });
  await expect(broken).rejects.toMatchObject({ code: "INFERENCE_LOST" });
  expect(events).not.toContain("end");
  await expect(client.health()).rejects.toMatchObject({ code: "INFERENCE_UNAVAILABLE" });
  const again = await start();
  await again.ready;
  expect((await reply(again.client, ask("Hello"))).end.reason).toMatch(/stop|length/);
});

test("a model that is none ends the start with a sentence", async () => {
  const path = `${folder.path}/none.gguf`;
  writeFileSync(path, "words, and more words, but no model");
  const { ready } = await start({ HONE_MODEL: path });
  await expect(ready).rejects.toThrow(/ended with 1: .*not a GGUF file/s);
});

test("a taken port ends the start with a sentence", async () => {
  const first = await start();
  await first.ready;
  const second = await start({ INFERENCE_URL: first.url });
  await expect(second.ready).rejects.toThrow(/ended with 1: .*EADDRINUSE/s);
});
