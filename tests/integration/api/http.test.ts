// The procedures over HTTP: status codes, error bodies that give nothing away, and streams that the real client resumes.
import { createTRPCClient, httpLink, httpSubscriptionLink, splitLink, TRPCClientError } from "@trpc/client";
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import superjson from "superjson";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { type AppRouter, appRouter } from "../../../server/api/root.ts";
import type { MessageStreamEvent } from "../../../server/domain/message-stream.ts";
import type { Viewer } from "../../../server/viewer.ts";
import { EventSourceOverFetch } from "../../helpers/event-source.ts";
import { gate } from "../../helpers/scripted-engine.ts";
import { finished, newKey, testWorld } from "../../helpers/world.ts";

const world = testWorld();
let ann: Viewer;
beforeAll(async () => {
  ann = await world.person("Ann");
});
afterEach(() => vi.restoreAllMocks());

/** The server as the route handler makes it, without Next around it. */
const serve = (viewer: Viewer | null) => (request: Request) =>
  fetchRequestHandler({
    endpoint: "/api/trpc",
    req: request,
    router: appRouter,
    createContext: () => ({
      ...{ viewer, session: null, viewerNow: async () => viewer },
      ...{ services: world.services, ip: "203.0.113.1", sameOrigin: true },
    }),
  });

const URL_OF_API = "http://hone.test/api/trpc";

function client(viewer: Viewer | null, onConnect?: (lastEventId: string | null) => void) {
  const handle = serve(viewer);
  return createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: ({ type }) => type === "subscription",
        true: httpSubscriptionLink({
          url: URL_OF_API,
          transformer: superjson,
          EventSource: EventSourceOverFetch.with(handle, onConnect),
        }),
        false: httpLink({
          url: URL_OF_API,
          transformer: superjson,
          fetch: (address, init) => handle(new Request(String(address), init as RequestInit)),
        }),
      }),
    ],
  });
}

describe("errors", () => {
  const failure = async (promise: Promise<unknown>) => {
    const error = await promise.catch((caught) => caught);
    expect(error).toBeInstanceOf(TRPCClientError);
    return (error as TRPCClientError<AppRouter>).data;
  };

  test("carry a code of our list and its HTTP status", async () => {
    const me = client(ann);
    const id = crypto.randomUUID();
    expect(await failure(client(null).conversation.list.query({}))).toMatchObject({
      code: "UNAUTHORIZED",
      httpStatus: 401,
    });
    expect(await failure(me.run.list.query())).toMatchObject({ code: "FORBIDDEN", httpStatus: 403 });
    expect(await failure(me.conversation.get.query({ id }))).toMatchObject({ code: "NOT_FOUND", httpStatus: 404 });
    expect(await failure(me.conversation.get.query({ id: "17" }))).toMatchObject({
      code: "INVALID_INPUT",
      httpStatus: 400,
    });
    expect(await failure(me.message.send.mutate({ parentId: null, content: " ", requestKey: newKey() }))).toMatchObject(
      {
        code: "INVALID_INPUT",
        httpStatus: 400,
      },
    );
  });

  test("that nobody expected say nothing of the inside, stack included", async () => {
    vi.spyOn(world.services.db.conversation, "findMany").mockRejectedValue(
      new Error("password=hunter2 at table Secret"),
    );
    const response = await serve(ann)(
      new Request(`${URL_OF_API}/conversation.list?input=${encodeURIComponent('{"json":{}}')}`),
    );
    expect(response.status).toBe(500);
    const text = await response.text();
    expect(text).not.toMatch(/hunter2|Secret|stack|\.ts/);
    expect(JSON.parse(text).error.json.data).toEqual({ code: "INTERNAL", httpStatus: 500, path: "conversation.list" });
  });
});

test("characters that PostgreSQL cannot hold are replaced on their way in and out", async () => {
  const me = client(ann);
  world.engine.script = () => ["NUL: \0."];
  const requestKey = newKey();
  const request = { parentId: null, content: "Half of \ud83c, and \0.", requestKey };
  const { reply, prompt, conversationId } = await me.message.send.mutate(request);
  expect(prompt.content).toBe("Half of \uFFFD, and \uFFFD.");
  expect((await finished(world.as(ann), reply.id)).content).toBe("NUL: \uFFFD.");
  expect((await me.message.send.mutate(request)).reply.id).toBe(reply.id);
  await me.conversation.rename.mutate({ id: conversationId, title: "a\0b" });
  expect((await me.conversation.list.query({ search: "a\0b" })).items).toHaveLength(1);
  await me.feedback.set.mutate({ messageId: reply.id, value: 1, comment: "\0" });
});

describe("the real client's stream", () => {
  test("survives a dropped connection: it names its last event and gets exactly what it missed", async () => {
    const [first, second] = [gate(), gate()];
    world.engine.script = () => ["Before. ", first.opened, "During. ", second.opened, "After."];
    const connections: (string | null)[] = [];
    const me = client(ann, (lastEventId) => connections.push(lastEventId));
    const { reply } = await me.message.send.mutate({ parentId: null, content: "Talk.", requestKey: newKey() });
    const heard: MessageStreamEvent[] = [];
    await new Promise<void>((resolve, reject) => {
      me.message.stream.subscribe(
        { messageId: reply.id },
        {
          onData: ({ data }) => {
            heard.push(data);
            if (heard.length === 1) {
              EventSourceOverFetch.dropAll();
              first.open();
            }
            if (heard.length === 2) second.open();
          },
          onError: reject,
          onComplete: resolve,
        },
      );
    });
    const text = heard.map((event) => (event.type === "delta" ? event.text : "")).join("");
    expect(text).toBe("Before. During. After.");
    expect(heard.at(-1)).toMatchObject({ type: "end", message: { content: text, status: "COMPLETE" } });
    expect(connections).toEqual([null, "1"]);
  });

  test("is refused for good where there is nothing to hear", async () => {
    const connections: unknown[] = [];
    const error = await new Promise((resolve) => {
      client(ann, (id) => connections.push(id)).message.stream.subscribe(
        { messageId: crypto.randomUUID() },
        { onError: resolve, onComplete: () => resolve("complete") },
      );
    });
    expect((error as TRPCClientError<AppRouter>).data).toMatchObject({ code: "NOT_FOUND" });
    expect(connections).toHaveLength(1);
  });
});
