// The happy path with the real llama.cpp: what is stored of a reply is what the model said, and is what it is shown again.
import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTokenizer } from "../../../server/gguf/tokenizer.ts";
import { train } from "../../helpers/loop.ts";
import { type TinyModel, writeTinyAdapter, writeTinyModel } from "../../helpers/tiny-model.ts";
import { type Caller, finished, newKey, testWorld } from "../../helpers/world.ts";
import { startServer, type TestServer, temporaryFolder } from "../inference/server.ts";

const world = testWorld({ MAX_REPLY_TOKENS: "24" });
const folder = temporaryFolder();
let model: TinyModel;
let server: TestServer;
let admin: Caller;

beforeAll(async () => {
  model = writeTinyModel(`${folder.path}/model.gguf`, {
    contextLength: 512,
    architecture: "qwen3",
    tiedEmbeddings: true,
  });
  server = await startServer(model.path);
  await world.db.baseModel.updateMany({ data: { sha256: model.sha256 } });
  admin = world.as(world.admin, { engine: server.client });
});
afterAll(async () => {
  await server?.close();
  folder.remove();
});

const rowOf = (id: string) => world.db.message.findUniqueOrThrow({ where: { id } });

test("a conversation of two turns: tokens, text, probabilities, and the prefix that is shown again", async () => {
  const first = await admin.message.send({ parentId: null, content: "Hello there!", requestKey: newKey() });
  const said = await finished(admin, first.reply.id);
  expect(said).toMatchObject({ status: "COMPLETE", error: null });
  expect(said.streamed).toBe(said.content);
  const row = await rowOf(said.id);
  expect(row.completionTokens).toBe(row.tokenIds.length);
  expect(row.logProbs).toHaveLength(row.tokenIds.length);
  expect(row.logProbs.every((logProb) => logProb <= 0 && Number.isFinite(logProb))).toBe(true);

  const second = await admin.message.send({
    conversationId: first.conversationId,
    parentId: said.id,
    content: "And then?",
    requestKey: newKey(),
  });
  const answered = await rowOf((await finished(admin, second.reply.id)).id);
  // The prompt of the second turn is, to the token, what the tokeniser makes of the first reply's own tokens.
  const tokenizer = await openTokenizer(model.path);
  const { tokens } = tokenizer.renderChat(
    [
      { role: "user", content: "Hello there!" },
      { role: "assistant", content: said.content, tokenIds: row.tokenIds },
      { role: "user", content: "And then?" },
    ],
    { addGenerationPrompt: true },
  );
  expect(answered.promptTokens).toBe(tokens.length);
});

test("a trained adapter speaks the next reply; rollback brings the old voice back token for token", async () => {
  const ask = async () => {
    // A random model may end at once: then it is asked again.
    for (;;) {
      const { reply } = await admin.message.send({ parentId: null, content: "Same question?", requestKey: newKey() });
      await finished(admin, reply.id);
      const row = await rowOf(reply.id);
      if (row.content.trim() !== "" || row.status !== "COMPLETE") return row;
    }
  };
  const base = await ask();
  let other = base;
  while (other.content.trim() === "" || other.content === base.content) {
    const { id } = await admin.message.regenerate({ messageId: base.id, requestKey: newKey() });
    await finished(admin, id);
    other = await rowOf(id);
  }
  await admin.feedback.set({ messageId: base.id, value: 1 });
  await admin.feedback.set({ messageId: other.id, value: -1 });

  const made = writeTinyAdapter(`${folder.path}/adapter.gguf`, model.config, { seed: 5, deviation: 0.2 });
  const relative = `adapters/${made.sha256}/adapter.gguf`;
  fs.mkdirSync(path.join(world.home, path.dirname(relative)), { recursive: true });
  fs.copyFileSync(made.path, path.join(world.home, relative));
  const bytes = fs.statSync(made.path).size;
  const kind = { kind: "POLICY", tuning: "LORA", servable: true, rank: 4, alpha: 8 } as const;
  const report = { ...kind, sha256: made.sha256, path: relative, bytes, metrics: {} };
  const adapterId = await train(world, (await admin.run.create({ method: "DPO" })).id, report);
  await admin.deployment.activate({ adapterId });
  const adapted = await ask();
  expect(adapted).toMatchObject({ status: "COMPLETE", adapterSha256: made.sha256 });

  await admin.deployment.rollback();
  const again = await ask();
  expect(again).toMatchObject({ status: "COMPLETE", adapterSha256: null });
  const same = {
    messages: [{ role: "user" as const, content: "Same question?" }],
    maxTokens: 24,
    temperature: 0.8,
    topP: 0.95,
    topK: 0,
    minP: 0,
  };
  const tokens: number[] = [];
  const request = { ...same, requestId: "again", adapter: null, seed: base.seed! };
  for await (const event of server.client.generate(request)) if (event.type === "token") tokens.push(...event.tokenIds);
  expect(tokens).toEqual(base.tokenIds);
});

test("a file that is no adapter is refused by the inference process and never live", async () => {
  const run = await admin.run.create({ method: "DPO" });
  const adapterId = await train(world, run.id);
  await expect(admin.deployment.activate({ adapterId })).rejects.toMatchObject({ cause: { code: "ADAPTER_REFUSED" } });
  expect((await admin.deployment.list())[0]?.adapterId).toBeNull();
});

test("when the inference process goes away a waiting reply waits a moment and then fails with a reason", async () => {
  await server.close();
  const { reply } = await admin.message.send({ parentId: null, content: "Anybody?", requestKey: newKey() });
  expect(await finished(admin, reply.id)).toMatchObject({ status: "FAILED", error: "INFERENCE_UNAVAILABLE" });
});
