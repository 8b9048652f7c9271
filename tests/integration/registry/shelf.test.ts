// Adapters as things to keep: labelled, searched, retired, compared, and their files deleted when the policy says so.
import fs from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { sweepAdapterFiles } from "../../../server/domain/registry/retention-plan.ts";
import { ratedPrompt } from "../../helpers/loop.ts";
import { finishedRun } from "../../helpers/registry.ts";
import { type Caller, testWorld } from "../../helpers/world.ts";

const world = testWorld();
let admin: Caller;
let ids: string[];
beforeAll(async () => {
  admin = world.as(world.admin);
  let replies = 0;
  world.engine.script = () => [`Reply ${++replies}.`];
  await ratedPrompt(world.as(await world.person("Ann")), "What is good?");
  ids = [];
  for (let i = 0; i < 4; i++) ids.push(await finishedRun(world, i));
  await world.db.gate.updateMany({ data: { status: "CANCELLED" } });
});
const audited = async (id: string) =>
  (await world.db.auditEvent.findMany({ where: { subject: `Adapter:${id}` }, orderBy: { id: "asc" } })).map(
    ({ action }) => action,
  );

describe("labels", () => {
  test("are kept with what was before, found again, and nothing is written where nothing changed", async () => {
    const id = ids[0]!;
    const labels = { name: "Polite", notes: "**Good** with greetings.", tags: ["polite", "de", "polite"] };
    expect(await admin.adapter.update({ id, ...labels })).toMatchObject({ ...labels, tags: ["de", "polite"] });
    await admin.adapter.update({ id, ...labels });
    expect(await audited(id)).toEqual(["adapter.create", "adapter.update"]);
    await admin.adapter.update({ id: ids[1]!, tags: ["polite"] });
    expect(await admin.adapter.tags()).toEqual([
      { tag: "polite", count: 2 },
      { tag: "de", count: 1 },
    ]);
    const found = async (filter: Parameters<Caller["adapter"]["list"]>[0]) =>
      (await admin.adapter.list(filter)).map((adapter) => adapter.id).sort();
    const { sha256 } = await admin.adapter.get({ id });
    expect(await found({ tag: "polite" })).toEqual([id, ids[1]!].sort());
    for (const search of ["POLI", "greet", sha256.slice(0, 8), "polite de"])
      expect(await found({ search, tag: "de" })).toEqual([id]);
    expect(await found({ search: "polite nowhere" })).toEqual([]);
    expect(await found({ search: "%" })).toEqual([]);
    await admin.adapter.update({ id, name: "" });
    expect(await admin.adapter.get({ id })).toMatchObject({ name: null, tags: ["de", "polite"] });
  });
});

describe("retiring", () => {
  test("takes out of use and back, once, and not what speaks, is measured or is used", async () => {
    const id = ids[1]!;
    for (let time = 0; time < 2; time++) {
      const { status, retiredAt } = await admin.adapter.retire({ id });
      expect([status, retiredAt]).toEqual(["RETIRED", expect.any(Date)]);
    }
    await expect(admin.deployment.activate({ adapterId: id, override: "I want it all the same" })).rejects.toThrow(
      "is retired",
    );
    expect(await admin.adapter.unretire({ id })).toMatchObject({ status: "CANDIDATE", retiredAt: null });
    expect(await audited(id)).toEqual(["adapter.create", "adapter.update", "adapter.retire", "adapter.unretire"]);
    const gate = { adapterId: id, baseModelId: (await world.db.baseModel.findFirstOrThrow()).id, policy: {}, seed: 1 };
    const { id: gateId } = await world.db.gate.create({ data: gate });
    await expect(admin.adapter.retire({ id })).rejects.toThrow("is being measured");
    await world.db.gate.update({ where: { id: gateId }, data: { status: "REFUSED", finishedAt: new Date() } });
    await admin.adapter.retire({ id });
    // What its gate refused is refused still.
    expect(await admin.adapter.unretire({ id })).toMatchObject({ status: "REJECTED" });
    const live = await world.db.deployment.findFirstOrThrow({ where: { deactivatedAt: null } });
    await world.db.deployment.update({ where: { id: live.id }, data: { adapterId: id } });
    await expect(admin.adapter.retire({ id })).rejects.toThrow("speaks to people");
    await world.db.deployment.update({ where: { id: live.id }, data: { adapterId: null } });
  });
});

describe("retention", () => {
  const later = (days: number) => new Date(Date.now() + days * 24 * 3600_000);
  const folderOf = async (id: string) => {
    const row = await world.db.adapter.findUniqueOrThrow({ where: { id } });
    return path.dirname(path.join(world.home, row.path));
  };
  const sweep = (now: Date) => sweepAdapterFiles(world.services, now);

  test("does nothing until an admin turns it on, and then what its plan said", async () => {
    const [gone, kept] = [ids[2]!, ids[3]!];
    await admin.adapter.retire({ id: gone });
    expect(await sweep(later(4000))).toEqual([]);
    await admin.setting.set({ retention: { enabled: true, days: 30, keep: 0, liveDays: 0 } });
    const plan = await admin.adapter.retention();
    const entry = (id: string) => plan.entries.find(({ adapterId }) => adapterId === id)!;
    expect(entry(gone)).toMatchObject({ due: expect.any(Date), reason: { area: "registry", code: "RETENTION_OUT" } });
    expect(entry(kept)).toMatchObject({ due: null, reason: { code: "RETENTION_IN_USE" } });
    expect(await sweep(later(29))).toEqual([]);
    const folder = await folderOf(gone);
    // Two processes at once: one of them does it.
    const swept = await Promise.all([sweep(later(31)), sweep(later(31))]);
    expect(swept.flat().filter((id) => id === gone)).toEqual([gone]);
    expect([fs.existsSync(folder), fs.existsSync(await folderOf(kept))]).toEqual([false, true]);
    expect(await admin.adapter.get({ id: gone })).toMatchObject({ filesDeletedAt: expect.any(Date), files: [] });
    expect((await audited(gone)).at(-1)).toBe("adapter.deleteFiles");
    await expect(admin.adapter.unretire({ id: gone })).rejects.toThrow("were deleted");
    // Even where a file lies there that nobody vouches for any more.
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, "adapter.gguf"), "left over");
    await world.db.adapter.update({ where: { id: gone }, data: { status: "APPROVED", retiredAt: null } });
    await expect(admin.deployment.activate({ adapterId: gone, override: "All the same" })).rejects.toThrow(
      "were deleted",
    );
    expect((await admin.adapter.retention()).entries.some(({ adapterId }) => adapterId === gone)).toBe(false);
  });

  test("leaves what a schedule starts from, and finishes what a process that died began", async () => {
    const id = ids[3]!;
    const schedule = { name: "Weekly", pipeline: { start: id, stages: [{ method: "DPO" }] } };
    const { id: scheduleId } = await world.db.schedule.create({ data: schedule });
    await admin.adapter.retire({ id });
    expect((await admin.adapter.retention()).entries.find((one) => one.adapterId === id)).toMatchObject({
      reason: { code: "RETENTION_NEEDED" },
    });
    expect(await sweep(later(4000))).not.toContain(id);
    await world.db.schedule.update({ where: { id: scheduleId }, data: { deletedAt: new Date() } });
    // Marked, and then the process was gone.
    const now = later(50);
    await world.db.adapter.update({ where: { id }, data: { filesDeletedAt: now } });
    const folder = await folderOf(id);
    expect(fs.existsSync(folder)).toBe(true);
    await sweep(now);
    expect(fs.existsSync(folder)).toBe(false);
  });
});

describe("two adapters beside each other", () => {
  test("show where settings, figures, curves and samples differ, either way round", async () => {
    const [a, b] = [ids[0]!, ids[1]!];
    const one = await admin.adapter.compare({ a, b });
    const other = await admin.adapter.compare({ a: b, b: a });
    expect(one.config.find(({ key }) => key === "seed")).toEqual({ key: "seed", a: 0, b: 1 });
    expect(one.metrics.find(({ name }) => name === "heldout/accuracy")).toMatchObject({
      a: expect.any(Number),
      b: expect.any(Number),
    });
    expect(one.curves.find(({ name }) => name === "loss")?.a.length).toBeGreaterThan(0);
    expect(one.samples).toEqual([{ prompt: "Hello?", a: "reply of 0", b: "reply of 1" }]);
    expect(other.samples).toEqual([{ prompt: "Hello?", a: "reply of 1", b: "reply of 0" }]);
    expect(one.winRate).toBeNull();
    await expect(admin.adapter.compare({ a, b: crypto.randomUUID() })).rejects.toMatchObject({
      message: /No such adapter/,
    });
  });

  test("have a win rate by people's choices, mirrored the other way round", async () => {
    const [a, b] = [ids[0]!, ids[1]!];
    const hash = async (id: string) => (await world.db.adapter.findUniqueOrThrow({ where: { id } })).sha256;
    const hashes = [await hash(a), await hash(b)] as const;
    const { conversationId, promptId } = await ratedPrompt(admin, "Which one?");
    const { baseSha256 } = await world.db.message.findFirstOrThrow({ where: { parentId: promptId } });
    const [chosen, rejected] = await world.db.message.createManyAndReturn({
      data: hashes.map((adapterSha256, i) => ({
        ...{ conversationId, parentId: promptId, role: "ASSISTANT" as const, status: "COMPLETE" as const },
        ...{ content: `Reply of ${i}`, requestKey: `by-${i}`, adapterSha256, baseSha256 },
      })),
    });
    await world.db.preferencePair.create({
      data: { promptId, chosenId: chosen!.id, rejectedId: rejected!.id, source: "FEEDBACK" },
    });
    expect((await admin.adapter.compare({ a, b })).winRate).toEqual({
      value: 1,
      low: 1,
      high: 1,
      count: 1,
      from: "PEOPLE",
    });
    expect((await admin.adapter.compare({ a: b, b: a })).winRate).toMatchObject({ value: 0, count: 1 });
    expect((await admin.adapter.compare({ a, b: ids[2]! })).winRate).toBeNull();
  });
});
