// Work that waits until people pause, with a clock of the test's own.
import { beforeEach, expect, test } from "vitest";
import { whenCalm } from "../../../server/domain/calm.ts";
import { ratedPrompt } from "../../helpers/loop.ts";
import { testWorld } from "../../helpers/world.ts";

const world = testWorld();
const MINUTE = 60_000;
let now = 0;
let times = 0;
const make = () =>
  whenCalm(world.db, async () => void times++, { everyMs: 10 * MINUTE, atMostMs: 60 * MINUTE, now: () => now });

beforeEach(() => {
  times = 0;
  now = Date.now() + 365 * 24 * 60 * MINUTE;
});

test("is done a minute after the start where nobody judges, and again only when it is due", async () => {
  const step = make();
  now += MINUTE - 1;
  expect(await step()).toBe(false);
  now += 1;
  expect(await step()).toBe(true);
  now += 9 * MINUTE;
  expect(await step()).toBe(false);
  now += MINUTE;
  expect(await step()).toBe(true);
  expect(times).toBe(2);
});

test("waits while people judge, until they pause", async () => {
  await ratedPrompt(world.as(await world.person("Ann")), "Busy?");
  const { at } = await world.db.judgementEvent.findFirstOrThrow({ orderBy: { id: "desc" } });
  now = at.getTime() - 10 * MINUTE;
  const step = make();
  now = at.getTime() + 20_000;
  expect(await step()).toBe(false);
  now = at.getTime() + 31_000;
  expect(await step()).toBe(true);
});

test("is not put off for longer than it may be, however busy people are", async () => {
  await ratedPrompt(world.as(await world.person("Bea")), "Busy?");
  const { at } = await world.db.judgementEvent.findFirstOrThrow({ orderBy: { id: "desc" } });
  now = at.getTime() - 62 * MINUTE;
  const step = make();
  now = at.getTime() - 2 * MINUTE;
  expect(await step()).toBe(false);
  now = at.getTime();
  expect(await step()).toBe(true);
  expect(times).toBe(1);
});
