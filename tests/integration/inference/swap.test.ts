// A hundred swaps under thirty-two streams on the model everybody starts with: nobody fails, and everybody hears to the end what they began with.
import { afterAll, beforeAll, expect, test } from "vitest";
import { question, type SpokenReply, type SwapRun, streamsUnderSwaps } from "../../../scripts/bench/swap-streams.ts";
import { readModelConfig } from "../../../server/gguf/model-config.ts";
import { openGguf } from "../../../server/gguf/reader.ts";
import { writeTinyAdapter } from "../../helpers/tiny-model.ts";
import { reply, startServer, type TestServer, temporaryFolder } from "./server.ts";

const MODEL = "models/starter.gguf";
const STREAMS = 32;
const SWAPS = 100;
const TOKENS = 12;

const folder = temporaryFolder();
let server: TestServer;
let run: SwapRun;
beforeAll(async () => {
  server = await startServer(MODEL, { sequences: 8, queueLimit: 256, contextLength: 128, adapterLimit: 4 });
  const file = openGguf(MODEL);
  const config = readModelConfig(file);
  file.close();
  const adapters = [1, 2, 3, 4, 5, 6].map((seed) => {
    const path = `${folder.path}/adapter-${seed}.gguf`;
    return { sha256: writeTinyAdapter(path, config, { rank: 4, deviation: 0.03, seed }).sha256, path };
  });
  run = await streamsUnderSwaps(server.client, {
    ...{ adapters, streams: STREAMS, swaps: SWAPS, tokens: STREAMS, maxTokens: TOKENS },
  });
});
afterAll(async () => {
  await server.close();
  folder.remove();
});

const spoken = ({ tokenIds, logProbs }: Pick<SpokenReply, "tokenIds" | "logProbs">) => ({ tokenIds, logProbs });

test("none of them fails, and each is spoken by the adapter it began with", () => {
  expect(run.failures).toEqual([]);
  expect(run.swapsMs).toHaveLength(SWAPS);
  expect(run.replies.length).toBeGreaterThan(STREAMS);
  for (const { adapter, startedWith } of run.replies) expect(startedWith).toBe(adapter.sha256);
});

test("each says, bit for bit, what its adapter says when nothing else happens", async () => {
  const said = new Map<string, SpokenReply[]>();
  for (const one of run.replies) {
    const key = `${one.adapter.sha256} ${one.question}`;
    said.set(key, [...(said.get(key) ?? []), one]);
  }
  // Every question was asked of every adapter: what is compared is no handful.
  expect(said.size).toBeGreaterThan(2 * STREAMS);
  for (const [key, replies] of said) {
    const { adapter, question: index } = replies[0]!;
    const alone = await reply(server.client, question(index, adapter, TOKENS, `alone-${key}`));
    for (const one of replies) expect(spoken(one), key).toEqual(spoken(alone));
  }
});

test("no adapter is left behind: only the last one, and what may be kept beside it", async () => {
  await server.host.adapters.settled();
  expect((await server.client.health()).loaded.length).toBeLessThanOrEqual(4);
});
