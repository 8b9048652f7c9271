// The database goes away and comes back: no process dies of it, side work goes on, and a reply that is spoken meanwhile is whole.
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { createDb, type Db, queryDirectly } from "../../../server/db.ts";
import { sendMessage } from "../../../server/domain/message.ts";
import { ReplyHub } from "../../../server/domain/reply-hub.ts";
import { startUpkeep } from "../../../server/upkeep.ts";
import { type Cuttable, cuttable } from "../../helpers/cuttable.ts";
import { gate } from "../../helpers/scripted-engine.ts";
import { newKey, testWorld } from "../../helpers/world.ts";

const world = testWorld();
let wire: Cuttable;
let db: Db;
const failures: unknown[] = [];
const fail = (error: unknown) => void failures.push(error);
beforeAll(async () => {
  process.env.LOG_LEVEL = "silent";
  wire = await cuttable(world.url);
  // Vitest fails the run for what nobody catches; this one says in which test.
  process.on("uncaughtException", fail);
});
beforeEach(() => {
  failures.length = 0;
  wire.mend();
  db = createDb(wire.url);
  return () => db.$disconnect();
});
afterAll(async () => {
  process.off("uncaughtException", fail);
  await wire.close();
});

/** Cuts the wire. @returns waits until somebody has tried in vain to connect */
function away(attempt: () => Promise<unknown> = async () => {}): () => Promise<void> {
  const before = wire.refused();
  wire.cut();
  const noticed = async () => {
    await attempt().catch(() => {});
    expect(wire.refused()).toBeGreaterThan(before);
  };
  return () => vi.waitFor(noticed, { timeout: 30_000 });
}

test("connections that nobody uses at that moment break without taking the process along", async () => {
  const one = () => queryDirectly<{ one: number }>(db, { name: "one", text: "SELECT 1 AS one" }, []);
  expect(await one()).toEqual([{ one: 1 }]);
  await away(one)();
  wire.mend();
  expect(await one()).toEqual([{ one: 1 }]);
  expect(failures).toEqual([]);
});

test("a reply that is spoken meanwhile is whole in the end", async () => {
  const hold = gate();
  world.engine.script = () => ["Before, ", hold.opened, "and after."];
  const services = { ...world.services, db, replies: new ReplyHub() };
  const { reply } = await sendMessage(services, world.admin.id, {
    parentId: null,
    content: "Well?",
    requestKey: newKey(),
  });
  const row = () => world.db.message.findUniqueOrThrow({ where: { id: reply.id } });
  await vi.waitFor(async () => expect((await row()).lastSeq).toBeGreaterThan(0), { timeout: 15_000 });
  const noticed = away();
  hold.open();
  await noticed();
  wire.mend();
  await vi.waitFor(async () => expect((await row()).status).toBe("COMPLETE"), { timeout: 30_000 });
  expect((await row()).content).toBe("Before, and after.");
  expect(failures).toEqual([]);
});

test("side work is tried again until the database is there", async () => {
  const stop = startUpkeep({ ...world.services, db, replies: new ReplyHub() });
  const beats = async () =>
    (await world.db.$queryRaw<{ at: Date }[]>`SELECT "beatAt" AS at FROM "ProcessBeat" WHERE "kind" = 'web'`)[0]?.at;
  await vi.waitFor(async () => expect(await beats()).toBeDefined(), { timeout: 15_000 });
  const noticed = away();
  await noticed();
  const before = (await beats())!;
  wire.mend();
  await vi.waitFor(async () => expect((await beats())!.getTime()).toBeGreaterThan(before.getTime()), {
    timeout: 30_000,
  });
  await stop();
  expect(failures).toEqual([]);
});
