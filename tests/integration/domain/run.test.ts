// Runs: planning, the one transaction that starts them, claims, ghosts, cancelling, and the way back from a dead trainer.
import { beforeAll, describe, expect, test } from "vitest";
import { createRunQueue, openBoss, RUN_QUEUE } from "../../../server/domain/queue.ts";
import {
  appendLog,
  claimRun,
  failRun,
  finishRun,
  heartbeat,
  recordStep,
  returnRun,
  setEvaluating,
  settleCancelled,
} from "../../../server/domain/run.ts";
import { createRun } from "../../../server/domain/run-plan.ts";
import { enqueueForgotten, reapRuns } from "../../../server/domain/run-reaper.ts";
import { adapterOnDisk, ratedPrompt, train } from "../../helpers/loop.ts";
import { type Caller, testWorld } from "../../helpers/world.ts";

const world = testWorld();
let admin: Caller;
beforeAll(async () => {
  let count = 0;
  world.engine.script = () => [`Draft number ${++count}.`];
  admin = world.as(world.admin);
});

const newRun = () => admin.run.create({ method: "DPO", config: { epochs: 2, batchSize: 4 }, seed: 7 });
const row = (id: string) => world.db.run.findUniqueOrThrow({ where: { id } });
const expire = (id: string) =>
  world.db.run.update({ where: { id }, data: { leaseExpiresAt: new Date(Date.now() - 1000) } });

test("without a pair there is nothing to train on", async () => {
  expect(await admin.run.preview({ method: "DPO" })).toMatchObject({
    ...{ found: 0, usable: 0, advice: [{ key: "NOTHING", level: "stop" }] },
  });
  await expect(newRun()).rejects.toMatchObject({ cause: { code: "NOTHING_TO_TRAIN_ON" } });
  expect(await world.db.run.count()).toBe(0);
});

describe("with pairs", () => {
  beforeAll(async () => {
    for (const content of ["One?", "Two?", "Three?", "Four?", "Five?"]) {
      await ratedPrompt(admin, content);
    }
  });

  test("a run freezes its data, keeps every setting, is enqueued and audited", async () => {
    const preview = await admin.run.preview({ method: "DPO", config: { epochs: 2, batchSize: 4 } });
    expect(preview).toMatchObject({
      ...{ kind: "PAIRS", found: 5, usable: 5, train: 5, heldOut: 0, leftOut: [], balance: null, steps: 4 },
      ...{ minutes: { value: 1, from: "ESTIMATE" }, advice: [{ key: "FEW", numbers: { train: 5, wanted: 20 } }] },
      command: expect.stringMatching(/^npm run train -- dpo --base .* --data pairs\.jsonl .*--config epochs=2/),
    });
    const run = await newRun();
    expect(run).toMatchObject({
      status: "QUEUED",
      step: 0,
      totalSteps: 4,
      kind: "PAIRS",
      examples: 5,
      seed: 7,
      attempt: 0,
    });
    expect(run.createdBy?.id).toBe(world.admin.id);
    expect(world.enqueued.at(-1)).toBe(run.id);
    const details = await admin.run.get({ id: run.id });
    expect(details.config).toEqual(preview.config);
    expect(details.config).toMatchObject({ beta: 0.1, rank: 16, epochs: 2, version: 1 });
    expect(details.defaults).toMatchObject({ beta: 0.1, batchSize: 8, epochs: 20 });
    expect(details.lineage.dataset).toMatchObject({ train: 5, heldOut: 0 });
    const { items } = await admin.audit.list();
    expect(items[0]).toMatchObject({ action: "run.create", subject: `Run:${run.id}`, actor: { id: world.admin.id } });
    await expect(admin.run.create({ method: "DPO", config: { betta: 1 } })).rejects.toMatchObject({
      cause: { code: "INVALID_INPUT" },
    });
  });

  test("when the queue refuses, nothing of the run exists", async () => {
    const before = await Promise.all([world.db.run.count(), world.db.dataset.count(), world.db.auditEvent.count()]);
    const queue = {
      enqueue: async () => {
        throw new Error("no queue today");
      },
      close: async () => {},
    };
    await expect(
      createRun({ ...world.services, queue }, world.admin.id, { method: "SFT", config: { epochs: 3 } }),
    ).rejects.toThrow("no queue today");
    expect(await Promise.all([world.db.run.count(), world.db.dataset.count(), world.db.auditEvent.count()])).toEqual(
      before,
    );
  });

  test("the real queue carries the run, and rolls back with it", async () => {
    const queue = createRunQueue(world.url);
    const boss = await openBoss(world.url, { work: false });
    try {
      const run = await createRun({ ...world.services, queue }, world.admin.id, { method: "DPO" });
      const [job] = await boss.fetch<{ runId: string }>(RUN_QUEUE);
      expect(job?.data).toEqual({ runId: run.id });
      await expect(
        world.db.$transaction(async (tx) => {
          await queue.enqueue(tx, run.id);
          throw new Error("roll back");
        }),
      ).rejects.toThrow("roll back");
      expect(await boss.fetch(RUN_QUEUE)).toEqual([]);
    } finally {
      await boss.stop({ graceful: false });
      await queue.close();
    }
  });

  test("of many workers one gets the run, and it goes its way to an adapter", async () => {
    const { id } = await newRun();
    const claims = await Promise.all(
      [1, 2, 3, 4, 5].map((n) => claimRun(world.db, { runId: id, owner: `worker ${n}` })),
    );
    const [claimed, ...others] = claims.filter((claim) => claim !== null);
    expect(others).toEqual([]);
    const hold = { runId: id, attempt: claimed!.attempt };
    expect(claimed!.run).toMatchObject({ method: "DPO", seed: 7, step: 0, totalSteps: 4, fromAdapter: null });
    expect(await heartbeat(world.db, hold)).toBe("ok");
    const metrics = { loss: 0.69, "rewards/margins": 0, broken: Number.NaN };
    expect(await recordStep(world.db, { ...hold, step: 1, totalSteps: 4, metrics })).toBe("ok");
    expect(await recordStep(world.db, { ...hold, step: 2, totalSteps: 4, metrics: { loss: 0.5 } })).toBe("ok");
    expect(await appendLog(world.db, { ...hold, level: "INFO", text: "half-way" })).toBe(true);
    expect((await admin.run.get({ id })).etaSeconds).not.toBeNull();
    expect(await setEvaluating(world.db, hold)).toBe(true);
    const adapterId = await finishRun(world.db, { ...hold, adapter: adapterOnDisk(world.home) });
    const done = await admin.run.get({ id });
    expect(done).toMatchObject({ status: "SUCCEEDED", adapterId, step: 2, error: null });
    expect(done.lineage.adapter?.id).toBe(adapterId);
    expect(await admin.run.logs({ id })).toMatchObject([{ level: "INFO", text: "half-way" }]);
    const events: unknown[] = [];
    const stream = (await admin.run.metrics({ id })) as unknown as AsyncIterable<[string, { type: string }]>;
    for await (const [, event] of stream) events.push(event);
    expect(events).toMatchObject([
      { type: "step", step: 1, values: { loss: 0.69, "rewards/margins": 0 } },
      { type: "step", step: 2, values: { loss: 0.5 } },
      { type: "status", run: { status: "SUCCEEDED" } },
    ]);
    expect(events[0]).not.toHaveProperty("values.broken");
    expect(await admin.adapter.get({ id: adapterId! })).toMatchObject({
      status: "CANDIDATE",
      runId: id,
      live: false,
      files: [{ name: "adapter.gguf", bytes: 64 }],
      metrics: { "heldout/accuracy": 0.9 },
    });
  });

  test("a worker that slept through its lease is a ghost: none of its writes changes anything", async () => {
    const { id } = await newRun();
    const ghost = await claimRun(world.db, { runId: id, owner: "ghost" });
    const hold = { runId: id, attempt: ghost!.attempt };
    await recordStep(world.db, { ...hold, step: 1, totalSteps: 4, metrics: { loss: 1 } });
    expect(await reapRuns(world.db, world.services.queue)).toEqual([]);
    await expire(id);
    expect(await reapRuns(world.db, world.services.queue)).toEqual([id]);
    expect(world.enqueued.at(-1)).toBe(id);
    expect(await row(id)).toMatchObject({ status: "QUEUED", leaseOwner: null });
    const writes = async () => [
      await heartbeat(world.db, hold),
      await recordStep(world.db, { ...hold, step: 9, totalSteps: 9, metrics: { loss: 9 } }),
      await setEvaluating(world.db, hold),
      await finishRun(world.db, { ...hold, adapter: adapterOnDisk(world.home) }),
      await failRun(world.db, { ...hold, error: "ghostly" }),
      await settleCancelled(world.db, hold),
      await returnRun(world.db, world.services.queue.enqueue, hold),
    ];
    const nothing = ["lost", "lost", false, null, false, false, false];
    const state = () =>
      Promise.all([row(id), world.db.runMetric.findMany({ where: { runId: id } }), world.db.adapter.count()]);
    const queued = await state();
    expect(await writes()).toEqual(nothing);
    expect(await state()).toEqual(queued);
    const living = await claimRun(world.db, { runId: id, owner: "living" });
    expect(living).toMatchObject({ attempt: 2, run: { step: 1 } });
    const running = await state();
    expect(await writes()).toEqual(nothing);
    expect(await appendLog(world.db, { ...hold, level: "ERROR", text: "boo" })).toBe(false);
    expect(await state()).toEqual(running);
    // The living worker redoes the step; its figures replace the ghost's and are told again.
    await recordStep(world.db, { runId: id, attempt: 2, step: 1, totalSteps: 4, metrics: { loss: 0.9 } });
    const metrics = await world.db.runMetric.findMany({ where: { runId: id } });
    expect(metrics).toMatchObject([{ step: 1, attempt: 2, values: { loss: 0.9 } }]);
    expect(metrics[0]!.seq > running[1][0]!.seq).toBe(true);
  });

  test("a run that kills every trainer ends with a sentence", async () => {
    const { id } = await newRun();
    for (let attempt = 1; attempt <= 3; attempt++) {
      expect((await claimRun(world.db, { runId: id, owner: "doomed" }))?.attempt).toBe(attempt);
      await expire(id);
      await reapRuns(world.db, world.services.queue);
    }
    expect(await admin.run.get({ id })).toMatchObject({ status: "FAILED", errorCode: "TRAINER_LOST", attempt: 3 });
    expect((await admin.run.get({ id })).error).toMatch(/died 3 times/);
    expect(await claimRun(world.db, { runId: id, owner: "late" })).toBeNull();
  });

  test("a trainer that shuts down gives its run back without spending an attempt", async () => {
    const { id } = await newRun();
    for (let n = 1; n <= 5; n++) {
      const claim = await claimRun(world.db, { runId: id, owner: "restarting" });
      expect(claim?.attempt).toBe(n);
      expect(await returnRun(world.db, world.services.queue.enqueue, { runId: id, attempt: n })).toBe(true);
    }
    expect(await row(id)).toMatchObject({ status: "QUEUED", maxAttempts: 8 });
  });

  test("cancelling: at once while it waits, by its worker while it runs, never twice", async () => {
    const waiting = await newRun();
    expect(await admin.run.cancel({ id: waiting.id })).toMatchObject({ status: "CANCELLED", cancelling: false });
    expect(await claimRun(world.db, { runId: waiting.id, owner: "late" })).toBeNull();

    const running = await newRun();
    const { attempt } = (await claimRun(world.db, { runId: running.id, owner: "worker" }))!;
    const hold = { runId: running.id, attempt };
    expect(await settleCancelled(world.db, hold)).toBe(false);
    expect(await admin.run.cancel({ id: running.id })).toMatchObject({ status: "RUNNING", cancelling: true });
    await admin.run.cancel({ id: running.id });
    expect(await heartbeat(world.db, hold)).toBe("cancelled");
    expect(await settleCancelled(world.db, hold)).toBe(true);
    expect(await admin.run.get({ id: running.id })).toMatchObject({ status: "CANCELLED" });
    const lines = await world.db.auditEvent.findMany({ where: { subject: `Run:${running.id}`, action: "run.cancel" } });
    expect(lines).toHaveLength(1);

    const orphan = await newRun();
    await claimRun(world.db, { runId: orphan.id, owner: "worker" });
    await admin.run.cancel({ id: orphan.id });
    await expire(orphan.id);
    await reapRuns(world.db, world.services.queue);
    expect(await row(orphan.id)).toMatchObject({ status: "CANCELLED" });
  });

  test("a run that waits and of which no message tells is enqueued again, once", async () => {
    const queue = createRunQueue(world.url);
    const known = await createRun({ ...world.services, queue }, world.admin.id, { method: "DPO", seed: 21 });
    const lost = await createRun({ ...world.services, queue }, world.admin.id, { method: "DPO", seed: 22 });
    const messages = () =>
      world.db.$queryRaw<{ count: number }[]>`
        SELECT count(*)::int AS "count" FROM pgboss.job WHERE data->>'runId' = ${lost.id} AND state IN ('created', 'retry')`;
    await world.db.$executeRaw`UPDATE pgboss.job SET state = 'failed' WHERE data->>'runId' = ${lost.id}`;
    const both = { in: [known.id, lost.id] };
    // What earlier tests have left waiting grows old by itself on a slow machine.
    await world.db.run.updateMany({
      where: { status: "QUEUED", NOT: { id: both } },
      data: { status: "CANCELLED", finishedAt: new Date() },
    });
    // It was made a moment ago: its message may be on its way.
    expect(await enqueueForgotten(world.db, queue)).toEqual([]);
    const old = new Date(Date.now() - 61_000);
    await world.db.run.updateMany({ where: { id: both }, data: { createdAt: old } });
    expect(await enqueueForgotten(world.db, queue)).toEqual([lost.id]);
    expect(await enqueueForgotten(world.db, queue)).toEqual([]);
    expect(await messages()).toEqual([{ count: 1 }]);
    await queue.close();
  });

  test("equal runs make one adapter", async () => {
    const adapter = adapterOnDisk(world.home);
    const first = await newRun();
    const second = await newRun();
    expect(second.datasetId).toBe(first.datasetId);
    const ids = [await train(world, first.id, adapter), await train(world, second.id, adapter)];
    expect(ids[0]).toBe(ids[1]);
    expect((await admin.run.get({ id: second.id })).adapterId).toBe(ids[0]);
  });
});
