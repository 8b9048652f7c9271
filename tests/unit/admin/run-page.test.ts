// What a run's page works out: charts and words for every method, summaries, samples, calibration, advice.
import { describe, expect, test } from "vitest";
import { calibrationPoints, leastRight, overconfidence } from "../../../app/admin/_lib/calibration.ts";
import { CHARTS, chartsFor, otherMetrics } from "../../../app/admin/_lib/chart-plans.ts";
import { gathered, summary } from "../../../app/admin/_lib/metrics.ts";
import { adviceFor } from "../../../app/admin/_lib/run-advice.ts";
import { rounds } from "../../../app/admin/_lib/samples.ts";
import { servedAs } from "../../../app/admin/_lib/served.ts";
import adminEnglish from "../../../messages/en/admin.json" with { type: "json" };
import english from "../../../messages/en/training.json" with { type: "json" };
import chinese from "../../../messages/zh/training.json" with { type: "json" };
import { METHODS } from "../../../server/domain/run-config.ts";
import { ADVICE_KEYS, LEFT_OUT_REASONS } from "../../../server/domain/views.ts";
import { ERROR_STATUS } from "../../../server/errors.ts";

const rowsOf = (...rows: Record<string, number>[]) => rows.map((values, i) => ({ step: i + 1, values }));

/** What every method of the plan reports, step by step. */
const REPORTED: Record<(typeof METHODS)[number], string[]> = {
  SFT: ["loss", "entropy", "mean_token_accuracy", "replay_loss"],
  PRETRAIN: ["loss", "entropy", "mean_token_accuracy", "replay_loss"],
  BEST_OF_K: ["loss", "entropy", "mean_token_accuracy", "replay_loss"],
  DISTIL: ["loss", "entropy", "mean_token_accuracy", "replay_loss"],
  REWARD: ["loss", "accuracy", "margin", "min_reward", "mean_reward", "max_reward", "centring_loss"],
  DPO: [
    "loss",
    "rewards/chosen",
    "rewards/rejected",
    "rewards/margins",
    "rewards/accuracies",
    "logps/chosen",
    "nll_loss",
  ],
  SIMPO: ["loss", "rewards/chosen", "rewards/rejected", "rewards/margins", "rewards/accuracies", "logps/rejected"],
  ORPO: ["loss", "rewards/margins", "log_odds_ratio", "log_odds_chosen", "nll_loss"],
  KTO: ["loss", "rewards/chosen", "rewards/rejected", "rewards/margins", "logps/chosen", "logps/rejected", "kl"],
  PPO: [
    ..."kl entropy scores rlhf_reward non_score_reward".split(" ").map((name) => `objective/${name}`),
    ..."loss/policy loss/value policy/approxkl policy/clipfrac policy/ratio val/clipfrac".split(" "),
    ..."val/explained_variance eos_rate length kl_coefficient kl_per_token".split(" "),
  ],
  GRPO: [
    ..."reward reward_std rewards/exact rewards/length frac_reward_zero_std kl entropy loss".split(" "),
    ..."clip_ratio/low clip_ratio/high completions/length completions/clipped_ratio".split(" "),
  ],
  RLAIF: ["loss", "rewards/chosen", "rewards/rejected", "rewards/margins", "rewards/accuracies"],
};

describe.each(METHODS)("charts of %s", (method) => {
  const row = Object.fromEntries(
    [...REPORTED[method], "grad_norm", "lr", "tokens", "epoch"].map((name) => [name, 0.5]),
  );

  test("draw every figure the method reports", () => {
    expect(otherMetrics(method, rowsOf(row))).toEqual([]);
  });

  test("have a title, an explanation and named lines in both languages", () => {
    for (const plan of chartsFor(method, rowsOf(row))) {
      for (const { metrics } of [english, chinese]) {
        expect(metrics.title[plan.title], plan.key).toBeTruthy();
        expect(metrics.help[plan.help].length, plan.key).toBeGreaterThan(10);
        for (const { label } of plan.lines) if (typeof label === "string") expect(metrics.line[label]).toBeTruthy();
      }
    }
  });

  test("are told apart by their keys and have at most six lines each", () => {
    const keys = CHARTS[method].map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
    for (const { lines } of chartsFor(method, rowsOf(row))) expect(lines.length).toBeLessThanOrEqual(6);
  });
});

describe("charts", () => {
  test("that only some runs have appear with their first figure", () => {
    const keys = (values: Record<string, number>) => chartsFor("DPO", rowsOf(values)).map(({ key }) => key);
    expect(keys({ loss: 1 })).not.toContain("nll");
    expect(keys({ loss: 1, nll_loss: 2 })).toContain("nll");
  });

  test("of single rewards have a line for each, named as the reward", () => {
    const chart = chartsFor("GRPO", rowsOf({ "rewards/number": 1, "rewards/length": 0 })).find(
      ({ key }) => key === "rewardParts",
    );
    expect(chart?.lines.map(({ metric, label }) => [metric, label])).toEqual([
      ["rewards/length", { reward: "length" }],
      ["rewards/number", { reward: "number" }],
    ]);
  });

  test("leave no figure out that nobody planned for", () => {
    expect(otherMetrics("DPO", rowsOf({ loss: 1, "new/thing": 2, tokens: 9, "judge/asked": 3 }))).toEqual([
      "new/thing",
    ]);
  });
});

describe("the summary", () => {
  const twice = (values: Record<string, number>) => rowsOf(values, values);

  test("speaks in the terms of the method", () => {
    expect(summary("SFT", twice({ loss: 1, mean_token_accuracy: 0.7 }))).toEqual({
      key: "imitate",
      from: 1,
      to: 1,
      share: 0.7,
    });
    expect(summary("DPO", twice({ loss: 1, "rewards/margins": 2, "rewards/accuracies": 0.9 })).key).toBe("prefer");
    expect(summary("KTO", twice({ loss: 1, "rewards/margins": 2 }))).toEqual({ key: "kto", from: 1, to: 1, margin: 2 });
    expect(summary("REWARD", twice({ loss: 1, accuracy: 0.9, margin: 3 })).key).toBe("judge");
    expect(summary("PPO", twice({ "objective/scores": 2, kl_per_token: 0.1 }))).toEqual({
      key: "explore",
      from: 2,
      to: 2,
      kl: 0.1,
    });
    expect(summary("GRPO", twice({ reward: 0.5, loss: 0 })).key).toBe("exploreFree");
  });

  test("is the plainest where figures are missing", () => {
    expect(summary("DPO", rowsOf({ loss: 1 }))).toEqual({ key: "one" });
    expect(summary("SFT", twice({ loss: 1 })).key).toBe("loss");
  });
});

test("what was gathered before training is read from wherever it stands", () => {
  expect(gathered(rowsOf({ loss: 1 }))).toBeNull();
  expect(
    gathered([{ step: 0, values: { "judge/asked": 40, "judge/consistent": 0.8 } }, ...rowsOf({ loss: 1 })]),
  ).toEqual({
    drafts: null,
    judge: { asked: 40, consistent: 0.8, kappa: null },
  });
  expect(gathered(rowsOf({ "drafts/mean_score": 1, "drafts/best_score": 2 }))?.drafts).toEqual({ mean: 1, best: 2 });
});

test("samples are rounds by step with the prompts in their order, however they come", () => {
  const sample = (step: number, ordinal: number) => ({ step, ordinal });
  expect(rounds([sample(20, 1), sample(10, 1), sample(20, 0), sample(10, 0)])).toEqual([
    { step: 10, samples: [sample(10, 0), sample(10, 1)] },
    { step: 20, samples: [sample(20, 0), sample(20, 1)] },
  ]);
});

describe("calibration", () => {
  const bin = (bin: number, predicted: number, observed: number, count: number) => ({
    bin,
    predicted,
    observed,
    count,
  });

  test("is over- or underconfident by the mean over pairs, not over bins", () => {
    expect(overconfidence([bin(0, 0.55, 0.5, 30), bin(9, 0.95, 0.55, 10)])).toBeCloseTo(
      (0.05 * 30 + 0.4 * 10) / 40,
      12,
    );
    expect(overconfidence([bin(0, 0.5, 0.5, 0)])).toBeNull();
  });

  test("is drawn from a half up, or from 0 where it was right less often than that", () => {
    expect(leastRight([bin(0, 0.6, 0.7, 5), bin(1, 0.7, 0, 0)])).toBe(0.5);
    expect(leastRight([bin(0, 0.6, 0.3, 5)])).toBe(0);
    const [point] = calibrationPoints([bin(0, 0.75, 0.75, 4), bin(1, 0.8, 0, 0)], 200);
    expect(point).toMatchObject({ x: 100, y: 100, radius: 10 });
    // On the line of perfect calibration a disc stands as far from the left as from the bottom of what the axes share.
    expect(calibrationPoints([bin(0, 0.75, 0.25, 4)], 200)[0]).toMatchObject({ x: 100, y: 150 });
  });

  test("has discs whose area grows with the pairs", () => {
    const [few, many] = calibrationPoints([bin(0, 0.6, 0.6, 25), bin(1, 0.7, 0.7, 100)], 200);
    expect(many!.radius / few!.radius).toBeCloseTo(2, 12);
  });
});

describe("words", () => {
  test("are there for all advice, every reason to leave out, every method's name and use", () => {
    for (const { advice, leftOut, method, when } of [english, chinese]) {
      expect(Object.keys(advice).sort()).toEqual([...ADVICE_KEYS].sort());
      expect(Object.keys(leftOut).sort()).toEqual([...LEFT_OUT_REASONS].sort());
      expect(Object.keys(method).sort()).toEqual([...METHODS].sort());
      expect(Object.keys(when).sort()).toEqual([...METHODS].sort());
    }
  });

  test("of advice after a failure exist for every code, and fit the method", () => {
    for (const code of Object.keys(ERROR_STATUS)) {
      for (const method of METHODS) expect(adminEnglish.run.advice).toHaveProperty(adviceFor(code, method));
    }
    expect(adviceFor("TRAINING_DIVERGED", "DPO")).toBe("diverged");
    expect(adviceFor("TRAINING_DIVERGED", "PPO")).toBe("drifted");
    expect(adviceFor("SOMETHING_NEW", "DPO")).toBe("other");
    expect(adviceFor(null, "DPO")).toBe("other");
  });
});

test("what a run made is served, scores, is a whole model, or is for other tools", () => {
  expect(servedAs({ kind: "POLICY", tuning: "LORA", servable: true })).toBe("lora");
  expect(servedAs({ kind: "REWARD", tuning: "LORA", servable: false })).toBe("reward");
  expect(servedAs({ kind: "POLICY", tuning: "FULL", servable: false })).toBe("full");
  expect(servedAs({ kind: "POLICY", tuning: "PREFIX", servable: false })).toBe("other");
});
