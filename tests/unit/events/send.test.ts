// One delivery against a real receiver: where it may not go, what it does not follow, how long it waits.
import net, { type AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { parseDestinations } from "../../../server/destinations.ts";
import { type SendOptions, send } from "../../../server/domain/events/send.ts";
import { type Receiver, startReceiver } from "../../helpers/receiver.ts";

let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver();
});
afterEach(() => {
  receiver.received = [];
  receiver.answer = 200;
});
afterAll(() => receiver.close());

const outgoing = (url: string) => ({ url, headers: { "webhook-id": "1" }, body: '{"type":"test"}' });
const allowing = (list: string, options: Omit<SendOptions, "destinations"> = {}): SendOptions => ({
  destinations: parseDestinations(list),
  ...options,
});
/** Somebody's name server that answers with these addresses, one after another. */
function names(...answers: string[][]) {
  const asked: string[] = [];
  const resolve = async (name: string) => {
    asked.push(name);
    const answer = answers[Math.min(asked.length, answers.length) - 1]!;
    return answer.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
  };
  return { asked, resolve };
}

test("what is sent arrives as it is", async () => {
  const sent = await send(outgoing(`${receiver.url}/in?key=1`), allowing("http://127.0.0.1:*"));
  expect(sent).toEqual({ status: 200, error: null });
  expect(receiver.received).toEqual([
    {
      path: "/in?key=1",
      headers: expect.objectContaining({ "webhook-id": "1", "content-type": "application/json", connection: "close" }),
      body: '{"type":"test"}',
    },
  ]);
});

test("an address that the list does not name is not connected to", async () => {
  expect(await send(outgoing(receiver.url), allowing(""))).toEqual({ status: null, error: "NOT_ALLOWED" });
  expect(await send(outgoing(receiver.url), allowing("http://127.0.0.1:1"))).toMatchObject({ error: "NOT_ALLOWED" });
  expect(receiver.received).toEqual([]);
});

test("a name on the list may not lead inside, unless the list says so as well", async () => {
  const url = `http://hooks.test:${receiver.port}/`;
  const inside = names(["127.0.0.1"]);
  expect(await send(outgoing(url), allowing("http://hooks.test:*", inside))).toMatchObject({ error: "NOT_ALLOWED" });
  // Nor when the inner address hides behind a public one.
  const both = names(["93.184.216.34", "127.0.0.1"]);
  expect(await send(outgoing(url), allowing("http://hooks.test:*", both))).toMatchObject({ error: "NOT_ALLOWED" });
  expect(receiver.received).toEqual([]);

  const named = allowing("http://hooks.test:* 127.0.0.1", inside);
  expect(await send(outgoing(url), named)).toMatchObject({ status: 200 });
  expect(receiver.received[0]!.headers.host).toBe(`hooks.test:${receiver.port}`);
});

test("a name that changes its mind is asked once, and the answer is where the connection goes", async () => {
  // 127.0.0.2 is loopback as well, and nobody listens there: had the name been asked again, this would have arrived.
  const other = await new Promise<net.Server>((resolve) => {
    const server = net.createServer().listen(receiver.port, "127.0.0.2", () => resolve(server));
  });
  const connected = new Promise<void>((resolve) => other.on("connection", (socket) => resolve(void socket.destroy())));
  const rebinding = names(["127.0.0.2"], ["127.0.0.1"]);
  const sent = await send(
    outgoing(`http://hooks.test:${receiver.port}/`),
    allowing("http://hooks.test:* 127.0.0.0/8", rebinding),
  );
  await connected;
  expect(sent).toEqual({ status: null, error: "CONNECTION" });
  expect(rebinding.asked).toEqual(["hooks.test"]);
  expect(receiver.received).toEqual([]);
  other.close();
});

test("a redirect is an error, wherever it leads", async () => {
  receiver.answer = (response) => response.writeHead(307, { location: `${receiver.url}/elsewhere` }).end();
  expect(await send(outgoing(receiver.url), allowing("http://127.0.0.1:*"))).toEqual({
    status: 307,
    error: "REDIRECTED",
  });
  expect(receiver.received.map(({ path }) => path)).toEqual(["/"]);
});

test.each([
  [200, null],
  [204, null],
  [400, "STATUS"],
  [410, "STATUS"],
  [503, "STATUS"],
])("%s means %s", async (status, error) => {
  receiver.answer = status;
  expect(await send(outgoing(receiver.url), allowing("http://127.0.0.1:*"))).toEqual({ status, error });
});

test("an answer without end is not read", async () => {
  let written = 0;
  const ended = new Promise<void>((resolve) => {
    receiver.answer = (response) => {
      response.writeHead(200, { "content-type": "text/plain" });
      response.on("close", resolve);
      const chunk = "x".repeat(65_536);
      const more = () => {
        while (!response.destroyed && response.write(chunk)) written += chunk.length;
        if (!response.destroyed) response.once("drain", more);
      };
      more();
    };
  });
  expect(await send(outgoing(receiver.url), allowing("http://127.0.0.1:*"))).toEqual({ status: 200, error: null });
  await ended;
  expect(written).toBeLessThan(64 * 1024 * 1024);
});

test("who does not answer in time is left alone, and so is a name server", async () => {
  receiver.answer = () => {};
  // Long enough for a busy machine to have asked.
  const soon = { timeoutMs: 2_000 };
  expect(await send(outgoing(receiver.url), allowing("http://127.0.0.1:*", soon))).toEqual({
    status: null,
    error: "TIMED_OUT",
  });
  expect(receiver.received).toHaveLength(1);
  const silent = { ...soon, resolve: () => new Promise<never>(() => {}) };
  expect(await send(outgoing("https://hooks.test/"), allowing("hooks.test", silent))).toMatchObject({
    error: "TIMED_OUT",
  });
});

test("failures are told apart", async () => {
  const closed = await new Promise<number>((resolve) => {
    const server = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
  const nobody = await send(outgoing(`http://127.0.0.1:${closed}/`), allowing("http://127.0.0.1:*"));
  expect(nobody).toMatchObject({ error: "CONNECTION" });
  const resolve = () => Promise.reject(Object.assign(new Error("no such name"), { code: "ENOTFOUND" }));
  const unknown = await send(outgoing("https://hooks.test/"), allowing("hooks.test", { resolve }));
  expect(unknown).toMatchObject({ error: "NAME_UNKNOWN" });
  const plain = await send(outgoing(`https://127.0.0.1:${receiver.port}/`), allowing("https://127.0.0.1:*"));
  expect(plain).toMatchObject({ error: "TLS" });
});
