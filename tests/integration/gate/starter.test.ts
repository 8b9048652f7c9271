// A gate on the starter model with the real engine and real llama.cpp: what people's pairs taught is let through, a poisoned batch is not.
import { beforeAll, describe, expect, it } from "vitest";
import { gatePolicySchema } from "../../../server/domain/views/gate.ts";
import { workOnGate } from "../../../trainer/gate-queue.ts";
import { type WorkerServices, workOnRun } from "../../../trainer/worker.ts";
import { insertJudged, judgedPairs, QUICK_DPO, type Recipe, starterServices } from "../../helpers/gate-recipes.ts";
import { type Caller, testWorld } from "../../helpers/world.ts";

const world = testWorld();
let admin: Caller;
let services: WorkerServices;
let raterIds: string[];
beforeAll(async () => {
  process.env.LOG_LEVEL = "silent";
  admin = world.as(world.admin);
  services = await starterServices(world);
  const names = ["Ann", "Bea", "Cem", "Dan", "Eva", "Fei"];
  const raters = await Promise.all(names.map((name) => world.person(name, "ANNOTATOR")));
  raterIds = raters.map(({ id }) => id);
  // Of 240 pairs two dozen are held out. How fast a busy machine is shall not decide here.
  await admin.setting.set({ gatePolicy: gatePolicySchema.parse({ leastPairs: 15, speedRatio: 0.01 }) });
});

const PAIRS = 240;
/** Longer than the starter needs even where eight others use the machine. */
const PATIENCE_MS = 900_000;

/** Freezes pairs made by a recipe, trains on them from the base, and measures what came of it. */
async function report(recipe: Recipe, day: number) {
  const at = new Date(Date.UTC(2026, 0, day));
  await world.db.preferencePair.updateMany({ data: { status: "QUARANTINED" } });
  await insertJudged(world.db, { pairs: judgedPairs(recipe, PAIRS, day), raterIds, at });
  const { id } = await admin.run.create({ method: "DPO", config: QUICK_DPO, seed: 7 });
  await world.db.preferencePair.updateMany({ data: { status: "ACTIVE" } });
  expect(await workOnRun(services, id)).toBe("succeeded");
  expect(await workOnGate(services)).toBe("measured");
  const { adapterId } = await world.db.run.findUniqueOrThrow({ where: { id } });
  const [gate] = (await admin.gate.list({ adapterId: adapterId! })).items;
  return admin.gate.get({ id: gate!.id });
}

const suitesOf = ({ suites }: Awaited<ReturnType<typeof report>>) =>
  Object.fromEntries(suites.map((suite) => [suite.suite, suite]));

describe("a gate on the starter", () => {
  it("lets through what learned from people, and forgets nothing of what it knew", {
    timeout: PATIENCE_MS,
  }, async () => {
    const found = await report("better", 5);
    const suites = suitesOf(found);
    expect(found.status).not.toBe("REFUSED");
    expect(found.winRate!.low).toBeGreaterThan(0.5);
    for (const suite of ["heldOutPairs", "divergence", "length", "knowledge", "safety", "sycophancy", "endings"])
      expect([suite, suites[suite]!.status]).toEqual([suite, "PASSED"]);
    expect(suites.knowledge!.metrics).toMatchObject({ prompts: 66, "passed/live": 66 });
    expect(suites.divergence!.value!.value).toBeGreaterThan(0);
    expect(found.samples.length).toBeGreaterThan(5);
    expect(found.mayApprove).toBe(true);
  });

  it("refuses what a poisoned batch made, and names what it broke", { timeout: PATIENCE_MS }, async () => {
    const found = await report("poisoned", 6);
    expect(found.status).toBe("REFUSED");
    expect(found.verdict[0]!.code).toBe("REFUSED");
    expect(found.verdict).toContainEqual({ area: "gate", code: "SUITE_REFUSES", values: { suite: "knowledge" } });
    expect(found.suites.find(({ suite }) => suite === "knowledge")!.metrics.lost!).toBeGreaterThan(6);
    const answer = await admin.gate.mayGoLive({ adapterId: found.adapterId });
    expect(answer).toMatchObject({ allowed: false, code: "GATE_REQUIRED", reason: { code: "WAS_REFUSED" } });
    expect(found.mayApprove).toBe(false);
    // What the report shows first is a check that was lost.
    expect(["knowledge", "safety", "sycophancy"]).toContain(found.samples[0]!.suite);
  });
});
