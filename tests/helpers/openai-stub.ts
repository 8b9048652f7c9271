/** An OpenAI-compatible endpoint on this machine that answers as a test tells it to. */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface ChatStub {
  /** Up to where /chat/completions follows. */
  url: string;
  /** What was asked, the last turn of each. */
  asked: string[];
  close(): Promise<void>;
}

/** @param answer gets the last turn's text */
export async function chatStub(answer: (asked: string) => string): Promise<ChatStub> {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const last: string = JSON.parse(body).messages.at(-1).content;
    asked.push(last);
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ choices: [{ message: { content: answer(last) }, finish_reason: "stop" }] }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
