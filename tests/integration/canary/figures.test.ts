// Live figures of an arm against what was written by hand, and that they rest on its newest replies alone.
import { beforeAll, expect, test } from "vitest";
import { armFigures } from "../../../server/domain/canary/figures.ts";
import { choose, talk } from "../../helpers/traffic.ts";
import { finished, newKey, testWorld } from "../../helpers/world.ts";

const world = testWorld();
let controlId: string;
let armId: string;

beforeAll(async () => {
  const live = await world.db.deployment.findFirstOrThrow({ where: { deactivatedAt: null } });
  controlId = live.id;
  const row = { number: live.number + 1, slot: "arm:2", share: 100, baseModelId: live.baseModelId };
  armId = (await world.db.deployment.create({ data: row })).id;
});

const say = (what: Omit<Parameters<typeof talk>[1], "userId" | "deploymentId">) =>
  talk(world.db, { userId: world.admin.id, deploymentId: armId, ...what });

test("an arm that has said nothing has no figures", async () => {
  expect(await armFigures(world.db, armId)).toEqual({
    ...{ replies: 0, conversations: 0, up: 0, down: 0, thumbsUp: null, judged: null, regenerated: null },
    ...{ sideBySide: null, failed: null, tokens: null, firstTokenMs: null, replyMs: null },
  });
});

test("thumbs, failures, other tries and times are counted as they are", async () => {
  await say({ count: 8, up: 3, down: 1, failed: 2, pace: 20 });
  await say({ count: 4, again: 1, pace: 60 });
  const figures = await armFigures(world.db, armId);
  // Eight, four, one asked for again, and three that followed a second prompt.
  expect(figures).toMatchObject({ replies: 16, conversations: 12, up: 3, down: 1, judged: 4 / 16 });
  expect(figures.thumbsUp!.value).toBe(0.75);
  expect(figures.failed!.value).toBe(2 / 16);
  expect(figures.regenerated!.value).toBe(1 / 16);
  expect(figures.tokens).toEqual({ value: 10, low: 10, high: 10 });
  // Six whole replies took 200 ms, eight 600.
  expect(figures.replyMs!.p50).toBeCloseTo(600, 0);
  expect(figures.replyMs!.p95).toBeCloseTo(600, 0);
  expect(figures.firstTokenMs).toBeNull();
  expect((await armFigures(world.db, controlId)).replies).toBe(0);
});

test("side by side counts choices between both arms, ties half", async () => {
  await choose(world.db, { userId: world.admin.id, arm: armId, control: controlId }, { arm: 3, control: 1, tie: 2 });
  const { sideBySide } = await armFigures(world.db, armId);
  expect(sideBySide).toMatchObject({ comparisons: 6, value: 4 / 6 });
});

test("the first words of a reply are timed where it is spoken", async () => {
  world.engine.script = () => ["First ", "and last."];
  const admin = world.as(world.admin);
  const { reply } = await admin.message.send({ parentId: null, content: "So?", requestKey: newKey() });
  await finished(admin, reply.id);
  const row = await world.db.message.findUniqueOrThrow({ where: { id: reply.id } });
  expect(row.firstTokenAt!.getTime()).toBeGreaterThanOrEqual(row.createdAt.getTime());
  expect(row.firstTokenAt!.getTime()).toBeLessThanOrEqual(row.finishedAt!.getTime());
  const { firstTokenMs } = await armFigures(world.db, row.deploymentId!);
  expect(firstTokenMs!.p50).toBeCloseTo(row.firstTokenAt!.getTime() - row.createdAt.getTime(), 6);
});

test("figures are of the newest two thousand", async () => {
  await say({ count: 2_000, up: 500 });
  expect(await armFigures(world.db, armId)).toMatchObject({ replies: 2_000, up: 500, down: 0 });
});
