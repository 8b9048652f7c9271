// What an event says of the row it is about: runs, gates, releases, canaries and schedules, as they are when it is told.
import { beforeAll, expect, test } from "vitest";
import { factsOf } from "../../../server/domain/events/facts.ts";
import { claimRun, failRun } from "../../../server/domain/run.ts";
import { ratedPrompt, train } from "../../helpers/loop.ts";
import { testWorld } from "../../helpers/world.ts";

const world = testWorld();
let adapterId: string;
let gateId: string;
beforeAll(async () => {
  let replies = 0;
  world.engine.script = () => [`Reply ${++replies}.`];
  await ratedPrompt(world.as(await world.person("Ann")), "A question?");
  const run = await world.as(world.admin).run.create({ method: "DPO" });
  adapterId = await train(world, run.id);
  gateId = (await world.db.gate.findFirstOrThrow({ where: { adapterId } })).id;
});

const events = () => world.db.event.findMany({ orderBy: { id: "asc" } });
const facts = (subject: string, data = {}) => factsOf(world.db, { subject, data });

test("a run that ends well or badly is told of once, with its method and what went wrong", async () => {
  const finished = (await events()).filter(({ kind }) => kind === "run.finished");
  expect(finished).toMatchObject([{ data: { method: "DPO", adapterId } }]);
  const { id: runId } = await world.as(world.admin).run.create({ method: "DPO" });
  const run = await claimRun(world.db, { runId, owner: "test" });
  const hold = {
    runId,
    attempt: run!.attempt,
    error: "The loss is not a number.",
    errorCode: "TRAINING_DIVERGED" as const,
  };
  expect(await failRun(world.db, hold)).toBe(true);
  expect(await failRun(world.db, hold)).toBe(false);
  const failed = (await events()).filter(({ kind }) => kind === "run.failed");
  expect(failed).toMatchObject([{ subject: `Run:${runId}`, data: { method: "DPO", errorCode: "TRAINING_DIVERGED" } }]);
  expect(await facts(`Run:${runId}`)).toEqual({ values: { method: "DPO", error: "The loss is not a number." } });
});

test("a gate names the adapter and the suites that it did not pass", async () => {
  const row = { metrics: {}, reason: { area: "gate", code: "NONE", values: {} }, seconds: 1, gateId };
  await world.db.evaluation.deleteMany({ where: { gateId } });
  await world.db.evaluation.createMany({
    data: [
      { ...row, suite: "speed", status: "PASSED" },
      { ...row, suite: "safety", status: "FAILED" },
      { ...row, suite: "general", status: "MISSING" },
    ],
  });
  const { sha256 } = await world.db.adapter.findUniqueOrThrow({ where: { id: adapterId } });
  expect(await facts(`Gate:${gateId}`)).toEqual({
    values: { adapter: sha256.slice(0, 6) },
    suites: ["general", "safety"],
  });
});

test("a release is named, and why what was before it ended", async () => {
  const admin = world.as(world.admin);
  await admin.deployment.activate({ adapterId });
  await admin.deployment.rollback();
  const [activated, back] = (await events()).filter(({ kind }) => kind.startsWith("deployment."));
  expect(activated!.kind).toBe("deployment.activated");
  expect(await factsOf(world.db, activated!)).toMatchObject({ values: { release: "r2" } });
  expect(back!.kind).toBe("deployment.rolledBack");
  expect(await factsOf(world.db, back!)).toMatchObject({
    values: { release: "r3" },
    reason: { area: "traffic", code: expect.any(String) },
  });
});

test("what is gone by now leaves what was recorded", async () => {
  expect(await facts("Run:00000000-0000-7000-8000-000000000000", { method: "KTO" })).toEqual({
    values: { method: "KTO" },
  });
  expect(await facts("Webhook:1", {})).toEqual({ values: {} });
});
