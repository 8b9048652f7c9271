// What months and Runs cost, on a real database.
import { beforeAll, expect, test } from "vitest";
import { costOf, readCosts } from "../../../server/domain/schedule/cost.ts";
import { pricesSchema } from "../../../server/domain/setting-registry.ts";
import type { Rollout } from "../../../trainer/rollout/contract.ts";
import { counted } from "../../../trainer/run-job-cost.ts";
import { adapterOnDisk, ratedPrompt, train } from "../../helpers/loop.ts";
import { testWorld } from "../../helpers/world.ts";

const world = testWorld();
const NOW = new Date("2026-03-20T12:00:00Z");
let runs: string[];
beforeAll(async () => {
  let count = 0;
  world.engine.script = () => [`Draft ${++count}.`];
  const admin = world.as(world.admin);
  for (let i = 0; i < 4; i++) await ratedPrompt(admin, `Question number ${i}?`);
  runs = [];
  for (let i = 0; i < 3; i++) {
    const { id } = await admin.run.create({ method: "DPO", seed: i });
    await train(world, id, adapterOnDisk(world.home));
    runs.push(id);
  }
  const spent = (i: number, data: object) => world.db.run.update({ where: { id: runs[i]! }, data });
  await spent(0, { createdAt: new Date("2026-01-31T23:59:59Z"), deviceSeconds: 600, tokens: 1000, sampledTokens: 70 });
  await spent(1, { createdAt: new Date("2026-03-01T00:00:00Z"), deviceSeconds: 1800, judgeTokens: 2_000_000 });
  await spent(2, { createdAt: new Date("2026-03-10T00:00:00Z"), deviceSeconds: 3600, onGpu: true });
  // Chat happened today, by the clock of the database; it is put into March.
  await world.db.message.updateMany({
    where: { role: "ASSISTANT" },
    data: { createdAt: NOW, promptTokens: 10, completionTokens: 5 },
  });
  await world.db.gate.deleteMany();
  const { adapterId, baseModelId } = await world.db.run.findUniqueOrThrow({ where: { id: runs[2]! } });
  await world.db.gate.create({
    data: { adapterId: adapterId!, baseModelId, policy: {}, seed: 1, deviceSeconds: 360, createdAt: NOW },
  });
});

test("months have their own minutes and tokens, empty ones between are there, and nothing has a price before one is set", async () => {
  const { months, runs: listed } = await readCosts(world.db, NOW);
  expect(months.map(({ month }) => month)).toEqual(["2026-03", "2026-02", "2026-01"]);
  expect(months[0]).toMatchObject({
    ...{ cpuMinutes: 30, gpuMinutes: 60, gateMinutes: 6, annotatorMinutes: 0 },
    ...{ chatTokens: 8 * 15, judgeTokens: 2_000_000, runs: 2, cost: null },
  });
  expect(months[1]).toMatchObject({ cpuMinutes: 0, runs: 0 });
  expect(months[2]).toMatchObject({ cpuMinutes: 10, trainTokens: 1000, sampledTokens: 70, runs: 1 });
  expect(listed.at(-1)).toMatchObject({ tokens: 1000, sampledTokens: 70 });
  expect(listed.map(({ id, minutes, onGpu }) => [id, minutes, onGpu])).toEqual([
    [runs[2], 60, true],
    [runs[1], 30, false],
    [runs[0], 10, false],
  ]);
});

test("prices turn them into money, gates at the price of the device they ran on", async () => {
  const prices = { currency: "EUR", cpuHour: 0.1, gpuHour: 2, annotatorHour: 30, millionJudgeTokens: 0.5 };
  await world.as(world.admin).setting.set({ prices });
  const costs = await readCosts(world.db, NOW);
  expect(costs.currency).toBe("EUR");
  expect(costs.months[0]!.cost).toBeCloseTo(0.05 + 2 * 1.1 + 2 * 0.5, 10);
  expect(costs.runs.map(({ cost }) => cost)).toEqual([2, 0.05 + 1, expect.closeTo(0.1 / 6, 10)]);
  expect(costOf({ cpuMinutes: 0, gpuMinutes: 0, annotatorMinutes: 20, judgeTokens: 0 }, prices)).toBeCloseTo(10, 10);
  expect(
    costOf({ cpuMinutes: 60, gpuMinutes: 0, annotatorMinutes: 0, judgeTokens: 0 }, pricesSchema.parse({})),
  ).toBeNull();
});

test("every reply that is sampled for a Run counts as its own, and only while it is its worker's", async () => {
  const { attempt, sampledTokens } = await world.db.run.findUniqueOrThrow({ where: { id: runs[1]! } });
  const reply = (tokens: number): Rollout => ({
    ...{ prompt: Int32Array.of(1, 2), completion: new Int32Array(tokens), text: "", ended: true },
  });
  const sampler = {
    use: async () => {},
    close: async () => {},
    sample: async () => [[reply(3), reply(4)], [reply(5)]],
  };
  const options = { count: 2, maxTokens: 8, temperature: 1, seed: 1 };
  const replies = await counted(world.db, { runId: runs[1]!, attempt }, sampler).sample([], options);
  expect(replies).toHaveLength(2);
  await counted(world.db, { runId: runs[1]!, attempt: attempt + 1 }, sampler).sample([], options);
  const after = await world.db.run.findUniqueOrThrow({ where: { id: runs[1]! } });
  expect(after.sampledTokens - sampledTokens).toBe(12n);
});
