// The model everybody starts with: sensible answers, and a swap and rollback beside eight streams that loses no bit.
import { afterAll, beforeAll, expect, test } from "vitest";
import { readModelConfig } from "../../../server/gguf/model-config.ts";
import { openGguf } from "../../../server/gguf/reader.ts";
import { writeTinyAdapter } from "../../helpers/tiny-model.ts";
import { ask, type Reply, reply, startServer, type TestServer, temporaryFolder } from "./server.ts";

const MODEL = "models/starter.gguf";
const folder = temporaryFolder();
let server: TestServer;
beforeAll(async () => {
  server = await startServer(MODEL, { sequences: 8, queueLimit: 64 });
});
afterAll(async () => {
  await server.close();
  folder.remove();
});

const spoken = ({ tokenIds, logProbs }: Reply) => ({ tokenIds, logProbs });

test("it knows the capital of France in both languages, and ends by itself", async () => {
  const english = await reply(server.client, ask("What is the capital of France?", { maxTokens: 80 }));
  expect(english.text).toContain("Paris");
  expect(english.end.reason).toBe("stop");
  const chinese = await reply(server.client, ask("法国的首都是哪里？", { maxTokens: 80 }));
  expect(chinese.text).toContain("巴黎");
  expect(chinese.end.reason).toBe("stop");
});

test("eight streams beside a swap say what they say alone, and a rollback brings the old replies back", async () => {
  const file = openGguf(MODEL);
  const config = readModelConfig(file);
  file.close();
  const { sha256, path } = writeTinyAdapter(`${folder.path}/adapter.gguf`, config, { rank: 8, deviation: 0.03 });
  const questions = [
    "Hello!",
    "Tell me a story.",
    "你好",
    "What is 3 + 4?",
    "Opposite of hot?",
    "Name a colour.",
    "Who are you?",
    "再见",
  ];
  const requests = (adapter: { sha256: string; path: string } | null) =>
    questions.map((content, i) => ask(content, { adapter, temperature: (i % 4) / 3, seed: i, maxTokens: 60 }));
  const alone: Reply[] = [];
  for (const request of requests(null)) alone.push(await reply(server.client, request));

  let swap: Promise<void> | undefined;
  const beside = await Promise.all(
    requests(null).map((request) =>
      reply(server.client, request, {
        onEvent: ({ type }) => {
          if (type === "token") swap ??= server.client.ensureAdapter({ sha256, path });
        },
      }),
    ),
  );
  await swap;
  expect(beside.map(spoken)).toEqual(alone.map(spoken));

  const adapted = await Promise.all(requests({ sha256, path }).map((request) => reply(server.client, request)));
  expect(adapted.map(spoken)).not.toEqual(alone.map(spoken));
  // Rolled back while the adapter still speaks: both kinds of reply run side by side.
  const [back, still] = await Promise.all([
    Promise.all(requests(null).map((request) => reply(server.client, request))),
    Promise.all(requests({ sha256, path }).map((request) => reply(server.client, request))),
  ]);
  expect(back.map(spoken)).toEqual(alone.map(spoken));
  expect(still.map(spoken)).toEqual(adapted.map(spoken));
});
