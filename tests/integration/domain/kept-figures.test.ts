// Figures that are kept: never old while there is little, at once and refreshed behind the answer where there is much.
import { beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { type FigureSource, keptFigures, refreshFigures } from "../../../server/domain/kept-figures.ts";
import { testWorld } from "../../helpers/world.ts";

const world = testWorld();
let state = 0;
let asked = 0;
let works = 0;
let gate: Promise<unknown> = Promise.resolve();
const source = (size: number): FigureSource<{ state: number }> => ({
  ...{ key: `of ${size}`, schema: z.object({ state: z.int() }) },
  version: async () => {
    asked++;
    return String(state);
  },
  work: async () => {
    works++;
    const seen = state;
    await gate;
    return { value: { state: seen }, size };
  },
});
const later = (minutes: number) => new Date(Date.now() + minutes * 60_000);
const stored = async (size: number) =>
  (await world.db.figures.findUniqueOrThrow({ where: { key: `of ${size}` } })).version;

beforeEach(async () => {
  await world.db.figures.deleteMany();
  [state, asked, works, gate] = [0, 0, 0, Promise.resolve()];
});

/** Holds all work until it is opened. */
function closeGate(): () => void {
  let open = () => {};
  gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  return open;
}

test("are worked out once while nothing changes, by whoever asks at the same time", async () => {
  const open = closeGate();
  const asking = [keptFigures(world.db, source(10)), keptFigures(world.db, source(10))];
  await expect.poll(() => asked, { timeout: 15_000 }).toBe(2);
  open();
  const both = await Promise.all(asking);
  expect(both[0]).toEqual(both[1]);
  expect(await keptFigures(world.db, source(10), later(600))).toEqual(both[0]);
  expect(works).toBe(1);
});

test("about few rows are those of this moment", async () => {
  await keptFigures(world.db, source(2000));
  state = 1;
  expect((await keptFigures(world.db, source(2000))).value).toEqual({ state: 1 });
  expect(works).toBe(2);
});

test("about many rows are answered as they were, and worked out behind the answer", async () => {
  await keptFigures(world.db, source(2001));
  state = 1;
  const open = closeGate();
  // Within a minute nothing is even asked.
  expect((await keptFigures(world.db, source(2001))).value).toEqual({ state: 0 });
  expect(works).toBe(1);
  expect((await keptFigures(world.db, source(2001), later(2))).value).toEqual({ state: 0 });
  expect(works).toBe(2);
  const refreshed = refreshFigures(world.db, source(2001));
  open();
  await refreshed;
  expect(works).toBe(2);
  expect(await stored(2001)).toBe("1");
  expect((await keptFigures(world.db, source(2001), later(2))).value).toEqual({ state: 1 });
});

test("that took long rest for ten times as long before they are worked out again", async () => {
  await keptFigures(world.db, source(2001));
  await world.db.figures.updateMany({ data: { tookMs: 30_000 } });
  state = 1;
  await keptFigures(world.db, source(2001), later(4.9));
  expect(works).toBe(1);
});

test("are refreshed on the side where something changed, and only there", async () => {
  await refreshFigures(world.db, source(2001));
  await refreshFigures(world.db, source(2001));
  expect(works).toBe(1);
  state = 1;
  await refreshFigures(world.db, source(2001));
  expect([works, await stored(2001)]).toEqual([2, "1"]);
});

test("of another shape than today's are worked out anew", async () => {
  await keptFigures(world.db, source(2001));
  await world.db.figures.updateMany({ data: { value: { state: "old" } } });
  expect((await keptFigures(world.db, source(2001))).value).toEqual({ state: 0 });
  expect(works).toBe(2);
});

test("that cannot be worked out are an error the first time and are tried again", async () => {
  const failing = { ...source(10), work: () => Promise.reject(new Error("no disk")) };
  await expect(keptFigures(world.db, failing)).rejects.toThrow("no disk");
  expect((await keptFigures(world.db, source(10))).value).toEqual({ state: 0 });
});
