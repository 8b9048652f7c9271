/** An OpenAI-compatible server on a loopback port that answers what a test tells it to. */

import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import type { Endpoint, Patience } from "../../trainer/judge/endpoint.ts";

export interface Asked {
  headers: IncomingHttpHeaders;
  body: {
    model: string;
    messages: { role: string; content: string }[];
    temperature: number;
    max_tokens: number;
    seed?: number;
  };
}

/** A text to answer with, or a whole response; `silent` never answers. */
export type Answer =
  | string
  | { status: number; body?: string; headers?: Record<string, string> }
  | { text: string; finish: "stop" | "length" }
  | "silent!";

export interface OpenAiServer {
  endpoint: Endpoint;
  asked: Asked[];
  /** Requests under way at once, at most so far. */
  mostAtOnce(): number;
  close(): Promise<void>;
}

export async function startOpenAi(
  answer: (asked: Asked, number: number) => Answer | Promise<Answer>,
): Promise<OpenAiServer> {
  const asked: Asked[] = [];
  let [running, most] = [0, 0];
  const server = createServer(async (request, response) => {
    most = Math.max(most, ++running);
    response.on("close", () => running--);
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const call = { headers: request.headers, body: JSON.parse(Buffer.concat(parts).toString("utf8")) };
    asked.push(call);
    const given = await answer(call, asked.length);
    if (given === "silent!") return;
    if (typeof given === "object" && "status" in given) {
      response.writeHead(given.status, given.headers).end(given.body ?? "");
      return;
    }
    const { text, finish } = typeof given === "string" ? { text: given, finish: "stop" } : given;
    const choices = [{ index: 0, message: { role: "assistant", content: text }, finish_reason: finish }];
    response
      .writeHead(200, { "content-type": "application/json" })
      .end(JSON.stringify({ id: "x", object: "chat.completion", choices }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  return {
    endpoint: { url, model: "scripted", apiKey: "sk-very-secret" },
    asked,
    mostAtOnce: () => most,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** Waits for nothing, and notes for how long it should have. */
export function impatient(change: Partial<Patience> = {}): Patience & { pauses: number[] } {
  const pauses: number[] = [];
  return { timeoutMs: 30_000, attempts: 3, wait: async (ms) => void pauses.push(ms), ...change, pauses };
}
