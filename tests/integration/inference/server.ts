/** An inference server over a tiny or given model, in the test's own process, with a client for it. */

import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createEngineClient,
  type GenerateEvent,
  type GenerateRequest,
  type ServingBackend,
} from "../../../server/engine-client.ts";
import { type ModelHost, openModelHost } from "../../../server/inference/model-host.ts";
import { createInferenceServer } from "../../../server/inference/server.ts";

export const SECRET = "a secret of the tests";

export interface TestServer {
  url: string;
  client: ServingBackend;
  host: ModelHost;
  close(): Promise<void>;
}

/** Starts a server; `settings` change the defaults of 4 sequences and a short queue. */
export async function startServer(
  model: string,
  settings: Partial<Parameters<typeof openModelHost>[0]> = {},
): Promise<TestServer> {
  const host = await openModelHost({
    model,
    threads: 1,
    contextLength: 512,
    sequences: 4,
    queueLimit: 8,
    adapterLimit: 3,
    gpu: false,
    ...settings,
  });
  const { server, drain } = createInferenceServer(host, SECRET);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    host,
    client: createEngineClient({ url, secret: SECRET }),
    async close() {
      await drain(0);
      await host.close();
    },
  };
}

export function temporaryFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "hone-inference-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

let requests = 0;
/** A greedy request for one user message, changed as told. */
export function ask(content: string, change: Partial<GenerateRequest> = {}): GenerateRequest {
  return {
    requestId: `request-${++requests}`,
    adapter: null,
    messages: [{ role: "user", content }],
    maxTokens: 24,
    temperature: 0,
    topP: 1,
    topK: 0,
    minP: 0,
    seed: 1,
    ...change,
  };
}

export interface Reply {
  start: Extract<GenerateEvent, { type: "start" }>;
  end: Extract<GenerateEvent, { type: "end" }>;
  text: string;
  tokenIds: number[];
  logProbs: number[];
}

/** Reads a whole reply. */
export async function reply(
  client: ServingBackend,
  request: GenerateRequest,
  options?: { signal?: AbortSignal; onEvent?: (event: GenerateEvent) => void },
): Promise<Reply> {
  const found: Partial<Reply> & { text: string; tokenIds: number[]; logProbs: number[] } = {
    text: "",
    tokenIds: [],
    logProbs: [],
  };
  for await (const event of client.generate(request, options)) {
    options?.onEvent?.(event);
    if (event.type === "start") found.start = event;
    if (event.type === "end") found.end = event;
    if (event.type !== "token") continue;
    found.text += event.text;
    found.tokenIds.push(...event.tokenIds);
    found.logProbs.push(...event.logProbs);
  }
  return found as Reply;
}
