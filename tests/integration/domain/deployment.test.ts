// Activation and rollback: what is live is one row, moved whole or not at all, and running replies do not notice.
import fs from "node:fs";
import path from "node:path";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { activateAdapter } from "../../../server/domain/deployment.ts";
import { AppError } from "../../../server/errors.ts";
import { failEachCall, faultyDb } from "../../helpers/faults.ts";
import { adapterOnDisk, ratedPrompt, train } from "../../helpers/loop.ts";
import { gate } from "../../helpers/scripted-engine.ts";
import { type Caller, finished, newKey, testWorld } from "../../helpers/world.ts";

const world = testWorld();
let admin: Caller;
beforeAll(async () => {
  let count = 0;
  world.engine.script = () => [`Draft number ${++count}.`];
  admin = world.as(world.admin);
  await ratedPrompt(admin, "What shall it be?");
});

async function newAdapter() {
  const run = await admin.run.create({ method: "DPO" });
  const file = adapterOnDisk(world.home);
  return { id: await train(world, run.id, file), ...file };
}

const active = () => world.db.deployment.findMany({ where: { deactivatedAt: null } });
const say = async () => {
  const { reply } = await admin.message.send({ parentId: null, content: "Who speaks?", requestKey: newKey() });
  return finished(admin, reply.id);
};

beforeEach(async () => {
  world.engine.onEnsure = () => {};
  await admin.deployment.activate({ adapterId: null });
});

test("a new release speaks the next reply, running ones go on as they began, and rollback goes back", async () => {
  const adapter = await newAdapter();
  const hold = gate();
  world.engine.script = () => ["Old ", hold.opened, "voice."];
  const old = await admin.message.send({ parentId: null, content: "Before.", requestKey: newKey() });
  const [before] = await active();
  const release = await admin.deployment.activate({ adapterId: adapter.id });
  expect(release).toMatchObject({ active: true, adapterSha256: adapter.sha256, number: before!.number + 1 });
  expect(release.activatedBy?.id).toBe(world.admin.id);
  expect(world.engine.ensured).toContain(adapter.sha256);
  expect(await active()).toHaveLength(1);

  world.engine.script = () => ["New voice."];
  expect((await say()).release).toMatchObject({ number: release.number, adapterSha256: adapter.sha256 });
  expect(world.engine.requests.at(-1)?.adapter).toEqual({
    sha256: adapter.sha256,
    path: path.join(world.home, adapter.path),
  });
  hold.open();
  const went = await finished(admin, old.reply.id);
  expect(went).toMatchObject({ content: "Old voice.", status: "COMPLETE", release: { adapterSha256: null } });

  expect((await admin.adapter.get({ id: adapter.id })).status).toBe("APPROVED");
  const marked = (await admin.deployment.list()).filter(({ rollbackTo }) => rollbackTo);
  expect(marked).toMatchObject([{ number: before!.number, adapterId: null }]);
  const back = await admin.deployment.rollback();
  expect(back).toMatchObject({ adapterId: null, number: release.number + 1, active: true });
  expect(world.engine.kept).toEqual([null]);
  expect((await say()).release?.adapterSha256).toBeNull();
  const numbers = (await admin.deployment.list()).map(({ number }) => number);
  expect(numbers).toEqual(numbers.map((_, i) => numbers[0]! - i));
  const { items } = await admin.audit.list();
  expect(items.slice(0, 2).map(({ action }) => action)).toEqual(["deployment.rollback", "deployment.activate"]);
});

test("activating what is live changes nothing", async () => {
  const adapter = await newAdapter();
  const first = await admin.deployment.activate({ adapterId: adapter.id });
  const second = await admin.deployment.activate({ adapterId: adapter.id });
  expect(second).toEqual(first);
});

test("many activations at once leave one active row and numbers without gaps", async () => {
  const adapters = await Promise.all([newAdapter(), newAdapter(), newAdapter()]);
  // Each was measured against what was live before any of them.
  const override = "All of them at once";
  await Promise.all([...adapters, ...adapters].map(({ id }) => admin.deployment.activate({ adapterId: id, override })));
  expect(await active()).toHaveLength(1);
  const rows = await world.db.deployment.findMany({ orderBy: { number: "asc" } });
  expect(rows.map(({ number }) => number)).toEqual(rows.map((_, i) => i + 1));
});

test("an adapter that is missing, refused or made for another base never becomes live", async () => {
  const before = await active();
  const gone = await newAdapter();
  fs.rmSync(path.join(world.home, gone.path));
  await expect(admin.deployment.activate({ adapterId: gone.id })).rejects.toMatchObject({
    cause: { code: "ADAPTER_MISSING" },
  });
  expect((await admin.adapter.get({ id: gone.id })).files).toEqual([]);

  const refused = await newAdapter();
  world.engine.onEnsure = () => {
    throw new AppError("ADAPTER_REFUSED", "blk.0.attn_q.weight.lora_a holds a value that is not finite.");
  };
  await expect(admin.deployment.activate({ adapterId: refused.id })).rejects.toMatchObject({
    cause: { code: "ADAPTER_REFUSED" },
  });

  const foreign = await newAdapter();
  const facts = { name: "other", architecture: "llama", parameters: 1n, contextLength: 1 };
  const other = await world.db.baseModel.create({ data: { ...facts, sha256: "d".repeat(64) } });
  await world.db.adapter.update({ where: { id: foreign.id }, data: { baseModelId: other.id } });
  await expect(admin.deployment.activate({ adapterId: foreign.id })).rejects.toMatchObject({
    cause: { code: "BASE_MISMATCH" },
  });
  await expect(admin.deployment.activate({ adapterId: other.id })).rejects.toMatchObject({
    cause: { code: "NOT_FOUND" },
  });
  expect(await active()).toEqual(before);
});

test("whatever breaks during an activation, one whole release is live and the audit says the same", async () => {
  const adapter = await newAdapter();
  const subjects = async () => {
    const rows = await world.db.deployment.findMany({ where: { adapterId: adapter.id } });
    const lines = await world.db.auditEvent.count({
      where: { subject: { in: rows.map(({ id }) => `Deployment:${id}`) } },
    });
    return { rows: rows.length, lines };
  };
  const places = await failEachCall(
    async (fault) => {
      const db = faultyDb(world.db, fault);
      const engine = {
        ensureAdapter: async () => fault(),
        keepAdapters: async () => fault(),
      };
      await activateAdapter(
        { db, engine, env: world.services.env, actorId: world.admin.id, now: new Date() },
        { adapterId: adapter.id },
      );
    },
    async () => {
      const [live, ...others] = await active();
      expect(others).toEqual([]);
      const { rows, lines } = await subjects();
      expect(lines).toBe(rows);
      if (live!.adapterId !== adapter.id) expect(rows).toBe(0);
      else expect(rows).toBe(1);
    },
  );
  expect(places).toBeGreaterThan(6);
  expect((await active())[0]?.adapterId).toBe(adapter.id);
});

test("the database itself refuses a second active release", async () => {
  const [live] = await active();
  await expect(
    world.db.deployment.create({ data: { number: live!.number + 1, baseModelId: live!.baseModelId } }),
  ).rejects.toMatchObject({ code: "P2002" });
});
