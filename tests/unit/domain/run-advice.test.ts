// What is said about a run before it starts: every rule at both sides of its line.
import { expect, test } from "vitest";
import { adviseRun, REFUSALS, type RunFacts } from "../../../server/domain/run-advice.ts";
import { resolveRunConfig, type TrainingMethod } from "../../../server/domain/run-config.ts";

const facts = (method: TrainingMethod, more: Partial<RunFacts> = {}, config: object = {}): RunFacts => ({
  method,
  config: resolveRunConfig(method, config, { parameters: 5e6, examples: more.train ?? 100 }),
  ...{ fromFeedback: true, train: 100, heldOut: 10, balance: null, withoutAnswer: 0 },
  feedback: { pairs: 100, thumbs: 0 },
  ...{ rewardModel: true, replay: true, endpoints: { judge: true, teacher: true } },
  ...{ memoryBytes: 1e9, machineBytes: 16e9 },
  ...more,
});
const keys = (...args: Parameters<typeof facts>) => adviseRun(facts(...args)).map(({ key }) => key);

test("enough data is said to be enough, little to be little, none to be none", () => {
  expect(adviseRun(facts("DPO"))).toEqual([{ key: "ENOUGH", level: "good", numbers: { train: 100 } }]);
  expect(adviseRun(facts("DPO", { train: 19, heldOut: 0 }))).toEqual([
    { key: "FEW", level: "hint", numbers: { train: 19, wanted: 20 } },
  ]);
  expect(adviseRun(facts("DPO", { train: 0, heldOut: 0 }))).toEqual([{ key: "NOTHING", level: "stop", numbers: {} }]);
  expect(keys("DPO", { heldOut: 0 })).toEqual(["NO_HELD_OUT", "ENOUGH"]);
});

test("few pairs and many thumbs: KTO; most thumbs in pairs: DPO; never about an uploaded Dataset", () => {
  const few = { pairs: 19, thumbs: 40 };
  expect(adviseRun(facts("DPO", { feedback: few }))).toContainEqual({
    ...{ key: "PREFER_KTO", level: "hint", numbers: few },
  });
  for (const method of ["SIMPO", "ORPO"] as const) expect(keys(method, { feedback: few })).toContain("PREFER_KTO");
  expect(keys("DPO", { feedback: { pairs: 20, thumbs: 40 } })).not.toContain("PREFER_KTO");
  expect(keys("DPO", { feedback: { pairs: 19, thumbs: 39 } })).not.toContain("PREFER_KTO");
  expect(keys("DPO", { feedback: few, fromFeedback: false })).not.toContain("PREFER_KTO");
  expect(keys("SFT", { feedback: few })).not.toContain("PREFER_KTO");
  expect(keys("KTO", { feedback: { pairs: 20, thumbs: 40 } })).toContain("PREFER_DPO");
  expect(keys("KTO", { feedback: { pairs: 20, thumbs: 41 } })).not.toContain("PREFER_DPO");
  expect(keys("KTO", { feedback: { pairs: 19, thumbs: 19 } })).not.toContain("PREFER_DPO");
});

test("thumbs of one kind, or nearly", () => {
  const said = (liked: number, disliked: number) =>
    keys("KTO", { balance: { liked, disliked }, feedback: { pairs: 0, thumbs: 100 } });
  expect(said(100, 0)).toEqual(["ONE_CLASS", "ENOUGH"]);
  expect(said(0, 100)).toEqual(["ONE_CLASS", "ENOUGH"]);
  expect(said(99, 9)).toEqual(["UNBALANCED", "ENOUGH"]);
  expect(said(90, 9)).toEqual(["ENOUGH"]);
});

test.each<[string, TrainingMethod, object, Partial<RunFacts>]>([
  ["NO_REWARD_MODEL", "PPO", {}, { rewardModel: false }],
  ["NO_JUDGE", "GRPO", { rewards: [{ kind: "judge" }] }, { endpoints: { judge: false, teacher: true } }],
  ["NO_JUDGE", "RLAIF", {}, { endpoints: { judge: false, teacher: true } }],
  ["NO_TEACHER", "DISTIL", {}, { endpoints: { judge: true, teacher: false } }],
  ["NO_ANSWERS", "GRPO", {}, { withoutAnswer: 1 }],
])("%s stops a %s run, with a code and a sentence", (key, method, config, lacking) => {
  expect(adviseRun(facts(method, lacking, config))[0]).toMatchObject({ key, level: "stop" });
  expect(adviseRun(facts(method, {}, config)).some(({ level }) => level === "stop")).toBe(false);
  const [code, sentence] = REFUSALS[key as keyof typeof REFUSALS];
  expect(code).toMatch(/_MISSING$/);
  expect(sentence).toMatch(/[a-z]; .*\.$|\. .*\.$/);
});

test("what is not asked for is not missed", () => {
  const nothing = { rewardModel: false, replay: false, endpoints: { judge: false, teacher: false } };
  expect(keys("GRPO", nothing, { rewards: [{ kind: "length", max: 9 }] })).toEqual(["ENOUGH"]);
  expect(keys("RLAIF", nothing, { judge: "base" })).toEqual(["ENOUGH"]);
  expect(keys("SFT", nothing, { replay: 0 })).toEqual(["ENOUGH"]);
  expect(keys("SFT", nothing)).toEqual(["NO_REPLAY", "ENOUGH"]);
});

test("what will not be served, and what may not fit, is said before", () => {
  expect(keys("REWARD")).toContain("NOT_SERVABLE");
  expect(keys("DPO", {}, { tuning: "prefix" })).toContain("NOT_SERVABLE");
  expect(keys("SFT", {}, { tuning: "full" })).toEqual(["WHOLE_MODEL", "ENOUGH"]);
  expect(keys("DPO", { memoryBytes: 13e9 })).toContain("MUCH_MEMORY");
  expect(keys("DPO", { memoryBytes: 12e9 })).not.toContain("MUCH_MEMORY");
  expect(keys("DPO", { memoryBytes: null })).not.toContain("MUCH_MEMORY");
});
