// What the form of a new run works out: fields from the schemas, rewards, where data may come from, what a method lacks.
import { describe, expect, test } from "vitest";
import { EXAMPLE_LINES } from "../../../app/admin/_lib/example-lines.ts";
import { lackOf, PURPOSES, rewardFault } from "../../../app/admin/_lib/methods.ts";
import {
  newReward,
  nextKind,
  parseRewards,
  REWARD_FIELDS,
  type RewardDraft,
  usualRewards,
} from "../../../app/admin/_lib/reward-form.ts";
import { differences, fieldsOf, parseForm, parseSeed } from "../../../app/admin/_lib/run-form.ts";
import {
  chosenSource,
  type DataOffer,
  feedbackKind,
  fittingDatasets,
  replayDatasets,
} from "../../../app/admin/_lib/run-source.ts";
import english from "../../../messages/en/training.json" with { type: "json" };
import { parseLine } from "../../../server/domain/dataset-lines.ts";
import { DATA_KINDS, METHODS, REWARD_KINDS, RUN_CONFIG_SCHEMAS } from "../../../server/domain/run-config.ts";

const EVERYTHING = { judge: true, teacher: true, rewardModel: true };
const NOTHING = { judge: false, teacher: false, rewardModel: false };

test("every method is offered once, under one purpose", () => {
  expect(PURPOSES.flatMap(({ methods }) => methods).sort()).toEqual([...METHODS].sort());
});

test("a method says what it lacks, and whether it can do without", () => {
  for (const method of METHODS) expect(lackOf(method, EVERYTHING)).toBeNull();
  const lacking = METHODS.flatMap((method) => {
    const lack = lackOf(method, NOTHING);
    return lack ? [[method, lack.lack, lack.blocks]] : [];
  });
  expect(lacking).toEqual([
    ["BEST_OF_K", "rewardModel", false],
    ["DISTIL", "teacher", true],
    ["PPO", "rewardModel", false],
    ["RLAIF", "judgeOrBase", false],
  ]);
});

describe("the settings of a new run", () => {
  test.each(METHODS)("of %s are all there once, with a name and an explanation", (method) => {
    const { first, more } = fieldsOf(method);
    const keys = [...first, ...more].map(({ key }) => key);
    const own = new Set(["version", "tuning", "rewards"]);
    expect([...keys].sort()).toEqual(
      Object.keys(RUN_CONFIG_SCHEMAS[method].shape)
        .filter((key) => !own.has(key))
        .sort(),
    );
    expect(first.length).toBeGreaterThanOrEqual(2);
    for (const { key, kind, choices } of [...first, ...more]) {
      expect(english.field, key).toHaveProperty(key);
      expect(english.hint, key).toHaveProperty(key);
      if (kind !== "choice") continue;
      for (const choice of choices) expect(english.option, key).toHaveProperty(`${key}_${choice}`);
    }
  });

  test("know their kind, their choices and their default from the schema", () => {
    const { first, more } = fieldsOf("GRPO");
    const field = (key: string) => [...first, ...more].find((one) => one.key === key);
    expect(field("groupSize")).toEqual({ key: "groupSize", kind: "whole", choices: [], usual: 8 });
    expect(field("clip")).toMatchObject({ kind: "number", usual: 0.2 });
    expect(field("ratio")).toMatchObject({ kind: "choice", choices: ["token", "sequence"], usual: "token" });
    expect(field("maskTruncated")).toMatchObject({ kind: "switch", usual: false });
    expect(field("learningRate")).toMatchObject({ kind: "number", usual: undefined });
    expect(field("targets")?.choices).toContain("attn_q");
    expect(fieldsOf("RLAIF").more.find(({ key }) => key === "question")?.kind).toBe("text");
  });

  test("leave empty fields to the server", () => {
    expect(parseForm("DPO", { beta: "", rank: " " })).toEqual({ config: {}, faults: {} });
  });

  test("are read as they are typed, picked and ticked", () => {
    const typed = { beta: "0.2", learningRate: "2e-4", epochs: " 3 ", loss: "ipo", targets: ["attn_q"] };
    expect(parseForm("DPO", typed).config).toEqual({
      beta: 0.2,
      learningRate: 2e-4,
      epochs: 3,
      loss: "ipo",
      targets: ["attn_q"],
    });
    expect(parseForm("GRPO", { maskTruncated: "true" }).config).toEqual({ maskTruncated: true });
    expect(parseForm("GRPO", { maskTruncated: "false" }).config).toEqual({ maskTruncated: false });
  });

  test("name the fault of each, with the bound that was crossed", () => {
    const typed = {
      beta: "0",
      epochs: "1.5",
      rank: "1000",
      warmup: "-1",
      learningRate: "fast",
      labelSmoothing: "0.5",
      targets: [],
    };
    expect(parseForm("DPO", typed)).toEqual({
      config: {},
      faults: {
        beta: { kind: "notAbove", bound: 0 },
        epochs: { kind: "notWhole", bound: 0 },
        rank: { kind: "tooLarge", bound: 256 },
        warmup: { kind: "tooSmall", bound: 0 },
        learningRate: { kind: "notANumber", bound: 0 },
        labelSmoothing: { kind: "notBelow", bound: 0.5 },
        targets: { kind: "empty", bound: 1 },
      },
    });
    expect(parseForm("RLAIF", { question: "x".repeat(4001) }).faults).toEqual({
      question: { kind: "tooLong", bound: 4000 },
    });
  });

  test("forget what another method's field held", () => {
    expect(parseForm("SFT", { beta: "0.2" })).toEqual({ config: {}, faults: {} });
  });

  test("have a whole number for a seed, or none", () => {
    expect([" ", "7", "-1", "1.5", "x", "2147483648"].map(parseSeed)).toEqual([undefined, 7, null, null, null, null]);
  });

  test("differ from the defaults where they are others, the version aside", () => {
    const targets = ["attn_q", "attn_k"];
    expect(
      differences(
        { version: 2, beta: 0.3, rank: 16, targets, rewards: [{ kind: "exact", weight: 1 }] },
        { version: 1, beta: 0.1, rank: 16, targets: [...targets], rewards: [] },
      ),
    ).toEqual([
      { key: "beta", value: "0.3", usual: "0.1" },
      { key: "rewards", value: '{"kind":"exact","weight":1}', usual: "" },
    ]);
  });
});

describe("rewards", () => {
  const draft = (kind: RewardDraft["kind"], fields: RewardDraft["fields"] = {}, weight = ""): RewardDraft => ({
    ...newReward(kind, 0),
    weight,
    ...(Object.keys(fields).length > 0 && { fields }),
  });
  const faults = (one: RewardDraft, offer = EVERYTHING) => parseRewards("GRPO", [one], offer).faults[0];

  test("of every kind have a name, an explanation, and fields with words", () => {
    for (const kind of REWARD_KINDS) {
      expect(english.reward.kind).toHaveProperty(kind);
      expect(english.reward.text).toHaveProperty(kind);
      for (const { key } of REWARD_FIELDS[kind]) {
        expect(english.reward.field).toHaveProperty(key);
        expect(english.reward.hint).toHaveProperty(key);
      }
    }
  });

  test("begin as the method's own", () => {
    expect(usualRewards("PPO").map(({ kind }) => kind)).toEqual(["rewardModel"]);
    expect(usualRewards("GRPO").map(({ kind }) => kind)).toEqual(["exact"]);
    expect(nextKind(usualRewards("GRPO"))).toBe("number");
  });

  test("become what a run stores", () => {
    const drafts = [
      { ...draft("number", { tolerance: "0.01" }, "2"), id: 0 },
      { ...draft("length", { min: "2", max: "20" }), id: 1 },
      { ...draft("jsonSchema", { schema: '{"type": "object"}' }), id: 2 },
      { ...draft("language"), id: 3 },
    ];
    expect(parseRewards("GRPO", drafts, NOTHING)).toEqual({
      specs: [
        { kind: "number", weight: 2, tolerance: 0.01 },
        { kind: "length", weight: 1, min: 2, max: 20 },
        { kind: "jsonSchema", weight: 1, schema: { type: "object" } },
        { kind: "language", weight: 1, language: "en" },
      ],
      faults: {},
    });
  });

  test("name what is wrong with a row, by field", () => {
    expect(faults(draft("regex"))).toEqual({ pattern: { own: "missing" } });
    expect(faults(draft("regex", { pattern: "(" }))).toEqual({ pattern: { own: "badPattern" } });
    expect(faults(draft("jsonSchema", { schema: "[1]" }))).toEqual({ schema: { own: "notJson" } });
    expect(faults(draft("length", { min: "9", max: "3" }))).toEqual({ max: { own: "order" } });
    expect(faults(draft("length", { max: "1.5" }))).toEqual({ max: { shared: { kind: "notWhole", bound: 0 } } });
    expect(faults(draft("exact", {}, "a lot"))).toEqual({ weight: { shared: { kind: "notANumber", bound: 0 } } });
    expect(faults(draft("exact", {}, "5000"))).toEqual({ weight: { shared: { kind: "tooLarge", bound: 1000 } } });
  });

  test("cannot be what is not there", () => {
    expect(faults(draft("rewardModel"), NOTHING)).toEqual({ kind: { own: "noRewardModel" } });
    expect(faults(draft("judge"), NOTHING)).toEqual({ kind: { own: "noJudge" } });
    for (const kind of REWARD_KINDS) expect(rewardFault({ kind }, EVERYTHING)).toBeNull();
  });
});

describe("where examples come from", () => {
  const dataset = (id: string, kind: (typeof DATA_KINDS)[number], origin: "FEEDBACK" | "UPLOAD" | "AI") => ({
    id,
    kind,
    origin,
    name: null,
    train: 9,
    heldOut: 1,
  });
  const offer: DataOffer = {
    feedback: { PAIRS: 12 },
    datasets: [
      dataset("a", "PROMPTS", "UPLOAD"),
      dataset("b", "PAIRS", "FEEDBACK"),
      dataset("c", "PAIRS", "AI"),
      dataset("d", "DIALOGUES", "UPLOAD"),
    ],
  };

  test("feedback where it has some, else the newest Dataset that fits, else a file", () => {
    expect(chosenSource("DPO", null, offer)).toBe("feedback");
    expect(chosenSource("GRPO", null, offer)).toBe("a");
    expect(chosenSource("PRETRAIN", null, offer)).toBe("upload");
    expect(chosenSource("KTO", null, offer)).toBe("feedback");
  });

  test("what was chosen stays while it fits the method", () => {
    expect(chosenSource("DPO", "c", offer)).toBe("c");
    expect(chosenSource("GRPO", "c", offer)).toBe("a");
    expect(chosenSource("DPO", "upload", offer)).toBe("upload");
    expect(chosenSource("PRETRAIN", "feedback", offer)).toBe("upload");
  });

  test("frozen feedback is no choice beside feedback itself, and only uploads are replayed", () => {
    expect(fittingDatasets("DPO", offer).map(({ id }) => id)).toEqual(["c"]);
    expect(replayDatasets(offer).map(({ id }) => id)).toEqual(["d"]);
  });

  test("nobody's feedback is a ranking or a plain text", () => {
    expect(METHODS.filter((method) => feedbackKind(method) === null)).toEqual(["PRETRAIN"]);
    expect(feedbackKind("REWARD")).toBe("PAIRS");
  });
});

test.each(DATA_KINDS)("the line shown for %s is one that the upload takes", (kind) => {
  expect(() => parseLine[kind](JSON.parse(EXAMPLE_LINES[kind]))).not.toThrow();
});
