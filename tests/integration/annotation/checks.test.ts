// Known and repeated tasks: hidden among the others, never pairs, and what follows for a rater who fails them.
import { beforeEach, describe, expect, test } from "vitest";
import { nextTask } from "../../../server/domain/assignment.ts";
import { reviseComparisons } from "../../../server/domain/comparison-state.ts";
import { raterChecks } from "../../../server/domain/gold-store.ts";
import { fold } from "../../../server/domain/judgement.ts";
import { readEvents } from "../../../server/domain/judgement-store.ts";
import { pairsFrom } from "../../../server/domain/preference-pair.ts";
import { undoRanking } from "../../../server/domain/ranking.ts";
import type { TaskView } from "../../../server/domain/views.ts";
import type { Viewer } from "../../../server/viewer.ts";
import { openTask, rankNext, taken, testQueue } from "../../helpers/annotation.ts";
import { testWorld } from "../../helpers/world.ts";

const world = testWorld();
let clock: ReturnType<typeof testQueue>["clock"];
let services: ReturnType<typeof testQueue>["services"];
let asker: Viewer;
let annotator: Viewer;
let people = 0;

beforeEach(async () => {
  await world.db.comparison.deleteMany();
  await world.db.setting.deleteMany();
  ({ clock, services } = testQueue(world));
  asker = await world.person(`Asker${++people}`);
  annotator = await world.person(`Annotator${people}`, "ANNOTATOR");
});

const configure = (values: Record<string, number>) =>
  world.db.setting.createMany({ data: Object.entries(values).map(([key, value]) => ({ key, value })) });

/** "good" replies before "bad" ones: what a careful rater says, and what a careless one does not. */
const byContent = (wanted: string) => (task: TaskView) =>
  task.replies.filter(({ content }) => content === wanted).map(({ messageId }) => messageId);
const careful = byContent("good");
const careless = byContent("bad");
const TWO = { replies: ["good", "bad"] };
const GOLD = { ...TWO, gold: [0, 1] };

/** Does as many tasks as told, a second apart. @returns the Comparison and round of each, in order */
async function work(raterId: string, tasks: number, best: (task: TaskView) => string[] = careful) {
  const done: { comparisonId: string; round: number }[] = [];
  for (let i = 0; i < tasks; i++) {
    clock.advance(1000);
    const { task } = await rankNext(services(), raterId, best);
    done.push(
      await world.db.assignment.findUniqueOrThrow({
        where: { id: task.assignmentId },
        select: { comparisonId: true, round: true },
      }),
    );
  }
  return done;
}

const open = async (count: number, task: Parameters<typeof openTask>[2]) => {
  const made = [];
  for (let i = 0; i < count; i++) made.push(await openTask(world, asker.id, task));
  return made;
};

test("one task of every ten is a known one, at no fixed place, and looks like any other", async () => {
  await configure({ repeatShare: 0 });
  const gold = new Set((await open(3, GOLD)).map(({ id }) => id));
  await open(20, TWO);
  const done = await work(annotator.id, 20);
  const places = done.flatMap(({ comparisonId }, i) => (gold.has(comparisonId) ? [i] : []));
  expect(places.map((place) => Math.floor(place / 10))).toEqual([0, 1]);
  const views = await Promise.all(
    (await world.db.assignment.findMany({ where: { raterId: annotator.id } })).map(({ shown }) => shown.length),
  );
  expect(new Set(views)).toEqual(new Set([2]));
});

test("known tasks and repeats make no pairs, and do not use up the places of others", async () => {
  await configure({ goldShare: 1, repeatShare: 0 });
  const [gold] = await open(1, { ...GOLD, wanted: 1 });
  const others = await Promise.all([1, 2, 3].map((i) => world.person(`More${people}n${i}`, "ANNOTATOR")));
  for (const { id } of [annotator, ...others]) await work(id, 1);
  expect(await world.db.ranking.count({ where: { comparisonId: gold!.id } })).toBe(4);
  expect(await world.db.comparison.findUniqueOrThrow({ where: { id: gold!.id } })).toMatchObject({ status: "OPEN" });
  expect(await world.db.preferencePair.count({ where: { promptId: gold!.promptId } })).toBe(0);
  const log = await readEvents(world.db, [gold!.promptId]);
  expect(log).toHaveLength(4);
  expect(fold(log)).toEqual([]);
  expect(await nextTask(services(), annotator.id)).toMatchObject({ task: null });
});

test("a task comes back once, after ten others, and makes no second pair", async () => {
  await configure({ goldShare: 0, repeatShare: 0.5 });
  const made = await open(14, TWO);
  const done = await work(annotator.id, 16);
  const again = done.flatMap(({ round }, i) => (round === 1 ? [i] : []));
  expect(again.length).toBeGreaterThan(0);
  for (const i of again) {
    const before = done.findIndex(({ comparisonId, round }) => comparisonId === done[i]!.comparisonId && round === 0);
    expect(i - before).toBeGreaterThan(10);
  }
  const pairs = await world.db.preferencePair.count({ where: { promptId: { in: made.map((one) => one.promptId) } } });
  expect(pairs).toBe(done.filter(({ round }) => round === 0).length);
  const log = await readEvents(
    world.db,
    made.map((one) => one.promptId),
  );
  expect(pairsFrom(fold(log))).toHaveLength(pairs);
  expect(fold(log)).toHaveLength(pairs); // a repeat is on record and teaches nothing
  expect(await raterChecks(world.db, [annotator.id])).toEqual(
    new Map([[annotator.id, { gold: { seen: 0, right: 0 }, repeats: { seen: again.length, same: again.length } }]]),
  );
});

test("what was known and answered is counted, what was taken back is not", async () => {
  await configure({ goldShare: 1, repeatShare: 0 });
  await open(3, GOLD);
  await work(annotator.id, 2);
  await work(annotator.id, 1, careless);
  const checks = async () => (await raterChecks(world.db, [annotator.id])).get(annotator.id)?.gold;
  expect(await checks()).toEqual({ seen: 3, right: 2 });
  await undoRanking(services(), annotator.id);
  expect(await checks()).toEqual({ seen: 2, right: 2 });
});

describe("a rater below the bar", () => {
  const trust = () => world.db.raterTrust.findUnique({ where: { raterId: annotator.id } });

  /** An ordinary ranking, then ten known tasks of which so many are wrong. */
  async function checked(wrong: number) {
    await configure({ goldShare: 0, repeatShare: 0 });
    const [ordinary] = await open(1, { ...TWO, wanted: 1 });
    await work(annotator.id, 1);
    await world.db.setting.update({ where: { key: "goldShare" }, data: { value: 1 } });
    await open(10, GOLD);
    await work(annotator.id, 9 - (wrong - 1));
    await work(annotator.id, wrong - 1, careless);
    const before = await trust();
    await work(annotator.id, 1, careless);
    return { ordinary: ordinary!, before };
  }
  const pairOf = (promptId: string) => world.db.preferencePair.findFirstOrThrow({ where: { promptId } });

  test("is quarantined by the tenth check and not before; their pairs are kept and put aside, and the place is free again", async () => {
    const { ordinary, before } = await checked(5);
    expect(before?.quarantinedAt ?? null).toBeNull();
    expect(await trust()).toMatchObject({ quarantinedAt: clock.now(), quarantineReason: "BELOW_BAR" });
    expect(await pairOf(ordinary.promptId)).toMatchObject({ status: "QUARANTINED" });
    expect(await nextTask(services(), annotator.id)).toEqual({ task: null, why: "PAUSED" });
    await reviseComparisons(world.db, clock.now());
    const other = await world.person(`Other${people}`, "ANNOTATOR");
    await world.db.setting.update({ where: { key: "goldShare" }, data: { value: 0 } });
    expect((await taken(services(), other.id)).replies.map((r) => r.messageId).sort()).toEqual(
      [...ordinary.replyIds].sort(),
    );
    const [audited, ...more] = await world.db.auditEvent.findMany({ where: { subject: `User:${annotator.id}` } });
    expect(more).toEqual([]);
    expect(audited).toMatchObject({ actorId: null, action: "rater.setQuarantine" });
  });

  test("but a rater just at the bar is not", async () => {
    const { ordinary } = await checked(4);
    expect((await trust())?.quarantinedAt ?? null).toBeNull();
    expect(await pairOf(ordinary.promptId)).toMatchObject({ status: "ACTIVE" });
  });

  test("whom an admin released is judged by what came after", async () => {
    const { ordinary } = await checked(5);
    await world
      .as(world.admin)
      .trust.setQuarantine({ raterId: annotator.id, quarantined: false, reason: "Talked to them." });
    await world.db.raterTrust.update({ where: { raterId: annotator.id }, data: { releasedAt: clock.now() } });
    expect(await pairOf(ordinary.promptId)).toMatchObject({ status: "ACTIVE" });
    await open(10, GOLD);
    await work(annotator.id, 9, careless);
    expect((await trust())?.quarantinedAt).toBeNull();
    await work(annotator.id, 1, careless);
    expect((await trust())?.quarantinedAt).toEqual(clock.now());
  });
});
