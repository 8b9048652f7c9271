// A real HTTP receiver on loopback: it keeps what it gets and answers as it is told.
import http from "node:http";
import type { AddressInfo } from "node:net";

export interface Received {
  path: string;
  headers: http.IncomingHttpHeaders;
  body: string;
}

export interface Receiver {
  url: string;
  port: number;
  received: Received[];
  /** Resolves when this many have come. */
  come(count: number): Promise<void>;
  /** What the next ones are answered: a status, or what to do with the response. */
  answer: number | ((response: http.ServerResponse, got: Received) => void);
  close(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const waiting: { count: number; resolve: () => void }[] = [];
  const server = http.createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += chunk;
    const got = { path: request.url ?? "", headers: request.headers, body };
    receiver.received.push(got);
    for (const { count, resolve } of waiting) if (receiver.received.length >= count) resolve();
    if (typeof receiver.answer === "function") receiver.answer(response, got);
    else response.writeHead(receiver.answer).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const receiver: Receiver = {
    ...{ url: `http://127.0.0.1:${port}`, port, received: [], answer: 200 },
    come: (count) =>
      new Promise((resolve) => {
        if (receiver.received.length >= count) resolve();
        else waiting.push({ count, resolve });
      }),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return receiver;
}
