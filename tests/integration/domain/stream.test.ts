// Following a reply: dropped connections, late readers, other processes, swept logs. Nobody misses or repeats a character.
import { beforeAll, expect, test, vi } from "vitest";
import { RECHECK_MS } from "../../../server/api/while-allowed.ts";
import { beginSession, endSession, readCaller } from "../../../server/auth-session.ts";
import { setDisabled } from "../../../server/domain/people.ts";
import { ReplyHub } from "../../../server/domain/reply-hub.ts";
import { sweepEvents } from "../../../server/domain/reply-log.ts";
import type { Viewer } from "../../../server/viewer.ts";
import { gate } from "../../helpers/scripted-engine.ts";
import { type Caller, finished, follow, newKey, testWorld } from "../../helpers/world.ts";

const world = testWorld();
let ann: Viewer;
let me: Caller;
beforeAll(async () => {
  ann = await world.person("Ann");
  me = world.as(ann);
});

type Opened = { session: string; user: string };
let bobs = 0;

const TEXT = "Das Wetter wird schön, 天气会很好, und morgen 🌧️ regnet es.";

/** Says the text piece by piece, each after the test lets it. */
function scripted(pieces: string[]) {
  const gates = pieces.map(gate);
  world.engine.script = () => pieces.flatMap((piece, i) => [gates[i]!.opened, piece]);
  return { next: (i: number) => gates[i]!.open(), all: () => void gates.map(({ open }) => open()) };
}

const send = () => me.message.send({ parentId: null, content: "How is the weather?", requestKey: newKey() });

test("a reader who is cut off after every event still gets the text exactly once", async () => {
  const pieces = TEXT.split(/(?<= )/);
  const speech = scripted(pieces);
  const { reply } = await send();
  let text = "";
  let lastEventId: string | undefined;
  let said = 0;
  const connections: string[] = [];
  for (let ended = false; !ended; ) {
    speech.next(Math.min(said++, pieces.length - 1));
    for await (const event of follow(me, reply.id, lastEventId)) {
      lastEventId = event.id;
      connections.push(event.id);
      if (event.type === "end") {
        ended = true;
        expect(event.message.content).toBe(TEXT);
      } else {
        text += event.text;
      }
      break; // the connection drops
    }
  }
  expect(text).toBe(TEXT);
  expect(connections).toEqual([...connections].sort((a, b) => Number(a) - Number(b)));
  expect(connections.length).toBeGreaterThan(3);
});

test("the log counts without a gap and adds up to the content and its tokens", async () => {
  const pieces = TEXT.split(/(?<= )/);
  scripted(pieces).all();
  const { reply } = await send();
  await finished(me, reply.id);
  const events = await world.db.messageEvent.findMany({ where: { messageId: reply.id }, orderBy: { seq: "asc" } });
  const row = await world.db.message.findUniqueOrThrow({ where: { id: reply.id } });
  expect(events.map((event) => event.seq)).toEqual(events.map((_, i) => i + 1));
  expect(events.map((event) => event.text).join("")).toBe(row.content);
  expect(events.flatMap((event) => event.tokenIds)).toEqual(row.tokenIds);
  expect(row.lastSeq).toBe(events.length);
});

test("readers in another process and late readers get the same text", async () => {
  const speech = scripted(["Here ", "and ", "there."]);
  const { reply } = await send();
  const elsewhere = finished(world.as(ann, { replies: new ReplyHub() }), reply.id);
  const here = finished(me, reply.id);
  speech.all();
  expect((await elsewhere).streamed).toBe("Here and there.");
  expect((await here).streamed).toBe("Here and there.");
  expect((await finished(me, reply.id)).streamed).toBe("Here and there.");
});

test.each([
  ["the session", "UNAUTHORIZED", ({ session }: Opened) => endSession(world.db, session)],
  [
    "the account",
    "UNAUTHORIZED",
    ({ user }: Opened) => setDisabled(world.db, world.admin.id, { userId: user, disabled: true }),
  ],
])("a stream that was opened before %s ended gives nothing more a few seconds later", async (_what, code, end) => {
  const bob = await world.person(`Bob${++bobs}`);
  const session = await beginSession(world.db, { userId: bob.id, device: { ip: "203.0.113.9", userAgent: null } });
  const viewerNow = async () => (await readCaller(world.db, session.id))?.viewer ?? null;
  const his = world.as(bob, { viewerNow });
  const speech = scripted(["Told. ", "Not told."]);
  const { reply } = await his.message.send({ parentId: null, content: "Well?", requestKey: newKey() });
  const events = follow(his, reply.id);
  speech.next(0);
  expect((await events.next()).value).toMatchObject({ text: "Told. " });
  await end({ session: session.id, user: bob.id });
  const clock = performance.now.bind(performance);
  const later = vi.spyOn(performance, "now").mockImplementation(() => clock() + RECHECK_MS);
  try {
    speech.next(1);
    await expect(events.next()).rejects.toMatchObject({ code });
  } finally {
    later.mockRestore();
  }
});

test("after the log is swept the whole message is still told", async () => {
  scripted(["Long ago."]).all();
  const { reply } = await send();
  await finished(me, reply.id);
  await sweepEvents(world.db);
  expect(await world.db.messageEvent.count({ where: { messageId: reply.id } })).toBeGreaterThan(0);
  await world.db.message.update({ where: { id: reply.id }, data: { finishedAt: new Date(Date.now() - 2 * 3600_000) } });
  await sweepEvents(world.db);
  expect(await world.db.messageEvent.count({ where: { messageId: reply.id } })).toBe(0);
  expect(await finished(me, reply.id)).toMatchObject({ content: "Long ago.", streamed: "" });
});

test("a reply goes on when its reader leaves", async () => {
  const speech = scripted(["First ", "second."]);
  const { reply } = await send();
  speech.next(0);
  for await (const event of follow(me, reply.id)) if (event.type === "delta") break;
  speech.next(1);
  expect(await finished(me, reply.id)).toMatchObject({ status: "COMPLETE", content: "First second." });
});
