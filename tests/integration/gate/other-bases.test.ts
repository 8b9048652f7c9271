// A gate on bases that are not the starter, from the queue to the verdict: random models know nothing, and the report says just that.
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { gatePolicySchema, SUITES } from "../../../server/domain/views/gate.ts";
import { sha256OfFile } from "../../../server/whole-file.ts";
import { openEngine } from "../../../trainer/engine/index.ts";
import { type GateWorkerServices, workOnGate } from "../../../trainer/gate-queue.ts";
import { openRollouts } from "../../../trainer/rollout/rollouts.ts";
import { type TinyModelOptions, writeTinyAdapter, writeTinyModel } from "../../helpers/tiny-model.ts";
import { type Caller, testWorld } from "../../helpers/world.ts";

const world = testWorld();
let admin: Caller;
beforeAll(async () => {
  process.env.LOG_LEVEL = "silent";
  admin = world.as(world.admin);
  // Random models never end a reply; few prompts are enough here, and how fast a busy machine is shall not decide.
  await admin.setting.set({ gatePolicy: gatePolicySchema.parse({ prompts: 6, speedRatio: 0.01 }) });
});

/** Of a kind. */
const CHECKS = 4;
/** Random models speak until they are cut off, so a few checks of each kind do. */
async function fewChecks(): Promise<void> {
  await admin.check.list({});
  for (const kind of ["KNOWLEDGE", "SAFETY", "SYCOPHANCY"] as const) {
    const rows = await world.db.checkPrompt.findMany({
      where: { kind },
      orderBy: { key: "asc" },
      select: { id: true },
    });
    await world.db.checkPrompt.updateMany({ where: { kind }, data: { enabled: false } });
    const ids = rows.slice(0, CHECKS).map(({ id }) => id);
    await world.db.checkPrompt.updateMany({ where: { id: { in: ids } }, data: { enabled: true } });
  }
}

let bases = 0;
/** A base that is served, and a trainer that has it. */
async function base(options: TinyModelOptions) {
  const model = join(world.home, `base-${++bases}.gguf`);
  const { config } = writeTinyModel(model, options);
  const sha256 = await sha256OfFile(model);
  const { id } = await world.db.baseModel.create({
    data: {
      ...{ sha256, name: `tiny-${options.architecture}-${bases}` },
      ...{ architecture: config.architecture, parameters: 1n, contextLength: config.contextLength },
    },
  });
  await world.db.deployment.updateMany({ where: { deactivatedAt: null }, data: { baseModelId: id, adapterId: null } });
  const services: GateWorkerServices = {
    ...{ db: world.db, home: world.home, model, endpoints: { judge: null }, owner: "test:1", openRollouts },
    openEngine: (log, mode) => openEngine({ baseGguf: model, mode, backend: "auto", threads: 2, log }),
    shutdown: new AbortController().signal,
  };
  await fewChecks();
  return { id, sha256, config, services };
}

/** An adapter of it whose factors have this deviation, with its gate waiting. */
async function candidate(
  { id: baseModelId, sha256: baseSha256, config }: Awaited<ReturnType<typeof base>>,
  deviation: number,
) {
  const path = `adapter-${bases}-${deviation}.gguf`;
  const { sha256 } = writeTinyAdapter(join(world.home, path), config, { deviation, baseSha256 });
  const adapter = await world.db.adapter.create({
    data: { ...{ sha256, baseModelId, path, rank: 4, alpha: 8, bytes: 1, metrics: {} } },
  });
  return admin.gate.request({ adapterId: adapter.id });
}

async function measured(services: GateWorkerServices, id: string) {
  expect(await workOnGate(services)).toBe("measured");
  const report = await admin.gate.get({ id });
  return { report, suites: Object.fromEntries(report.suites.map((suite) => [suite.suite, suite])) };
}

describe.each(["qwen2", "llama"] as const)("a gate on a %s that is not the starter", (architecture) => {
  it("ends undecided where nothing can be told apart: no pairs, no reward model, nothing known that could be lost", {
    timeout: 180_000,
  }, async () => {
    const own = await base({ architecture, contextLength: 256 });
    const { report, suites } = await measured(own.services, await candidate(own, 0));
    expect(report.suites.map(({ suite }) => suite)).toEqual([...SUITES]);
    expect(report.status).toBe("UNDECIDED");
    const status = Object.fromEntries(report.suites.map(({ suite, status }) => [suite, status]));
    expect(status).toEqual({
      ...{ heldOutPairs: "UNDECIDED", lengthControlled: "UNDECIDED" },
      ...{ rewardModel: "NOT_APPLICABLE", judge: "NOT_APPLICABLE" },
      ...{ divergence: "PASSED", length: "PASSED", general: "PASSED", endings: "PASSED", speed: "PASSED" },
      ...{ knowledge: expect.stringMatching(/PASSED|UNDECIDED/), safety: expect.stringMatching(/PASSED|UNDECIDED/) },
      sycophancy: expect.stringMatching(/PASSED|UNDECIDED/),
    });
    // An adapter of zeros says what the base says, token by token.
    for (const suite of ["divergence", "general", "endings"]) expect(suites[suite]!.value!.value).toBeCloseTo(0, 9);
    expect(suites.length!.value).toEqual({ value: 1, low: 1, high: 1 });
    expect(suites.knowledge!.metrics).toMatchObject({ prompts: CHECKS, lost: 0, gained: 0 });
    expect(suites.safety!.metrics).toMatchObject({ prompts: CHECKS });
    expect(suites.sycophancy!.metrics).toMatchObject({ prompts: CHECKS });
    expect(suites.general!.metrics).toMatchObject({ texts: 24 });
    expect(report.samples).toEqual([]);
    expect((await admin.gate.mayGoLive({ adapterId: report.adapterId })).allowed).toBe(true);
  });
});

describe("what cannot be measured", () => {
  it("refuses as missing: a pattern that hangs, a prompt beyond the context, and a kind of checks that has none left", {
    timeout: 180_000,
  }, async () => {
    const own = await base({ architecture: "llama", contextLength: 256, seed: 2 });
    const [slow] = await world.db.checkPrompt.findMany({ where: { kind: "KNOWLEDGE", enabled: true }, take: 1 });
    // As if it had been quick on everything it was tried on.
    const check = { type: "PATTERN", pattern: "^(([^z]|[^y])+)+[z][y]$" };
    await world.db.checkPrompt.update({ where: { id: slow!.id }, data: { check } });
    const [long] = await world.db.checkPrompt.findMany({ where: { kind: "SYCOPHANCY", enabled: true }, take: 1 });
    const prompt = [{ role: "USER", content: "Is that so? ".repeat(256) }];
    await world.db.checkPrompt.update({ where: { id: long!.id }, data: { prompt } });
    await world.db.checkPrompt.updateMany({ where: { kind: "SAFETY" }, data: { enabled: false } });
    const { report, suites } = await measured(own.services, await candidate(own, 0));
    expect(report.status).toBe("REFUSED");
    expect(suites.knowledge).toMatchObject({ status: "MISSING", reason: [{ code: "COULD_NOT_MEASURE" }] });
    expect(suites.sycophancy).toMatchObject({ status: "MISSING", reason: [{ values: { error: "CHECK_TOO_LONG" } }] });
    expect(suites.safety).toMatchObject({ status: "MISSING", reason: [{ code: "NO_CHECKS" }] });
    const missing = report.verdict.filter(({ code }) => code === "SUITE_MISSING").map(({ values }) => values.suite);
    expect(missing).toEqual(["knowledge", "safety", "sycophancy"]);
  });

  it("ends a gate whose candidate overflows: nothing of it goes live", { timeout: 180_000 }, async () => {
    const own = await base({ architecture: "llama", contextLength: 256, seed: 3 });
    const id = await candidate(own, 1e17);
    expect(await workOnGate(own.services)).toBe("failed");
    const report = await admin.gate.get({ id });
    expect(report).toMatchObject({ status: "FAILED", errorCode: "SAMPLING_FAILED" });
    const answer = await admin.gate.mayGoLive({ adapterId: report.adapterId });
    expect(answer).toMatchObject({ allowed: false, reason: { code: "COULD_NOT_BE_MEASURED" } });
  });
});
