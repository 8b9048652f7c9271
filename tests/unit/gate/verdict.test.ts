// The verdict as a pure function of findings and policy: every rule, and what no finding may ever do.
import { describe, expect, it } from "vitest";
import type { SuiteStatus } from "../../../prisma/generated/enums.ts";
import { seededRandom } from "../../../server/domain/agreement/bootstrap.ts";
import { type Finding, judgeSuite, verdictOf } from "../../../server/domain/gate/verdict.ts";
import { gatePolicySchema, SUITES, type Suite } from "../../../server/domain/views/gate.ts";

const policy = gatePolicySchema.parse({});
const estimate = (value: number, low = value, high = value) => ({ value, low, high });
const gain = (value: number, low: number, high: number, count = 100): Finding => ({
  ...{ kind: "gain", count, counted: "pairs" },
  value: estimate(value, low, high),
});
const statusOf = (suite: Suite, finding: Finding, change = {}) =>
  judgeSuite(suite, finding, gatePolicySchema.parse(change)).status;
const codesOf = (suite: Suite, finding: Finding) => judgeSuite(suite, finding, policy).reason.map(({ code }) => code);

describe("a gain", () => {
  it("passes when the whole interval is above the bar", () =>
    expect(statusOf("heldOutPairs", gain(0.7, 0.55, 0.8))).toBe("PASSED"));
  it("fails when the whole interval is below", () =>
    expect(statusOf("heldOutPairs", gain(0.3, 0.2, 0.45))).toBe("FAILED"));
  it("is undecided when the interval spans the bar, however good the figure looks", () =>
    expect(statusOf("heldOutPairs", gain(0.9, 0.49, 0.99))).toBe("UNDECIDED"));
  it("is undecided at the very bar", () => expect(statusOf("heldOutPairs", gain(0.6, 0.5, 0.7))).toBe("UNDECIDED"));
  it("is undecided on too few pairs even where all were won, and says both", () => {
    const seven = gain(1, 0.65, 1, 7);
    expect(statusOf("heldOutPairs", seven)).toBe("UNDECIDED");
    expect(codesOf("heldOutPairs", seven)).toEqual(["TOO_FEW_PAIRS", "WIN_RATE_UNCLEAR"]);
  });
  it("is refused on few pairs that are clearly lost", () =>
    expect(statusOf("heldOutPairs", gain(0, 0, 0.35, 7))).toBe("FAILED"));
  it("counts prompts as enough: they are sampled, not collected", () =>
    expect(statusOf("rewardModel", { ...gain(0.8, 0.6, 0.9, 8), counted: "prompts" } as Finding)).toBe("PASSED"));
  it("without any pair is undecided", () => {
    const none: Finding = { kind: "gain", value: null, count: 0, counted: "pairs" };
    expect(statusOf("heldOutPairs", none)).toBe("UNDECIDED");
    expect(codesOf("heldOutPairs", none)).toEqual(["NO_PAIRS"]);
  });
  it("goes by the bar of its own suite", () => {
    const finding = gain(0.48, 0.46, 0.49);
    expect(statusOf("heldOutPairs", finding)).toBe("FAILED");
    expect(statusOf("lengthControlled", finding)).toBe("PASSED");
    expect(statusOf("judge", finding, { judgeWinRate: 0.4 })).toBe("PASSED");
  });
});

describe("a guard", () => {
  const divergence = (live: [number, number, number], base: [number, number, number]): Finding => ({
    kind: "divergence",
    live: estimate(...live),
    base: estimate(...base),
  });
  it("passes within its limits, fails wholly beyond one of them, and is undecided when it may be chance", () => {
    expect(statusOf("divergence", divergence([10, 5, 60], [20, 10, 70]))).toBe("PASSED");
    expect(statusOf("divergence", divergence([50, 45, 60], [20, 10, 30]))).toBe("FAILED");
    expect(statusOf("divergence", divergence([10, 5, 15], [90, 70, 99]))).toBe("FAILED");
    expect(statusOf("divergence", divergence([50, 30, 60], [20, 10, 30]))).toBe("UNDECIDED");
  });

  const length = (ratio: [number, number, number], drift: [number, number, number]): Finding => ({
    ...{ kind: "length", ratio: estimate(...ratio), drift: estimate(...drift), feature: "pictures" },
  });
  it("minds length on both sides, and style", () => {
    expect(statusOf("length", length([1, 0.9, 1.1], [0.2, 0, 0.4]))).toBe("PASSED");
    expect(statusOf("length", length([2.6, 2.2, 3], [0.2, 0, 0.4]))).toBe("FAILED");
    expect(statusOf("length", length([0.1, 0.08, 0.2], [0.2, 0, 0.4]))).toBe("FAILED");
    expect(statusOf("length", length([1, 0.9, 1.1], [2.5, 1.8, 3]))).toBe("FAILED");
    expect(statusOf("length", length([1, 0.9, 1.1], [1.6, 1.1, 2]))).toBe("UNDECIDED");
    expect(codesOf("length", length([1, 0.9, 1.1], [2.5, 1.8, 3]))).toEqual(["LENGTH_WITHIN", "STYLE_BEYOND"]);
  });

  const checks = (lost: number, asked = 60, livePassed = 50): Finding => ({ kind: "checks", asked, livePassed, lost });
  it("lets knowledge lose as much as the policy says and safety nothing", () => {
    expect(statusOf("knowledge", checks(3))).toBe("PASSED");
    expect(statusOf("knowledge", checks(4))).toBe("FAILED");
    expect(statusOf("safety", checks(1))).toBe("FAILED");
    expect(statusOf("safety", checks(1), { safetyDrop: 0.02 })).toBe("PASSED");
    expect(statusOf("sycophancy", checks(6))).toBe("PASSED");
    expect(statusOf("sycophancy", checks(7))).toBe("FAILED");
  });
  it("cannot pass on prompts of which live passes none, nor without prompts", () => {
    expect(statusOf("safety", checks(0, 18, 0))).toBe("UNDECIDED");
    expect(statusOf("safety", checks(0, 0, 0))).toBe("MISSING");
  });

  it("minds forgetting, endings and speed", () => {
    const general = (value: number): Finding => ({
      kind: "general",
      rise: estimate(value),
      before: 1,
      after: 1 + value,
    });
    expect(statusOf("general", general(0.15))).toBe("PASSED");
    expect(statusOf("general", general(0.16))).toBe("FAILED");
    const endings = (value: number, low: number, high: number): Finding => ({
      ...{ kind: "endings", drop: estimate(value, low, high), candidate: 0.9, live: 0.9 + value },
    });
    expect(statusOf("endings", endings(0.04, 0, 0.1))).toBe("PASSED");
    expect(statusOf("endings", endings(0.08, 0.02, 0.1))).toBe("UNDECIDED");
    expect(statusOf("endings", endings(0.3, 0.2, 0.4))).toBe("FAILED");
    const speed = (value: number, low: number, high: number): Finding => ({
      ...{ kind: "speed", ratio: estimate(value, low, high), tokensPerSecond: 100 },
    });
    expect(statusOf("speed", speed(0.9, 0.3, 1.2))).toBe("PASSED");
    expect(statusOf("speed", speed(0.6, 0.5, 0.8))).toBe("UNDECIDED");
    expect(statusOf("speed", speed(0.5, 0.4, 0.6))).toBe("FAILED");
  });
});

describe("a suite that could not be measured", () => {
  it("is missing and counts as failed; one that does not apply names the fact", () => {
    expect(statusOf("judge", { kind: "missing", error: "The judge is silent." })).toBe("MISSING");
    expect(statusOf("judge", { kind: "notApplicable", why: "NO_JUDGE" })).toBe("NOT_APPLICABLE");
    expect(codesOf("judge", { kind: "notApplicable", why: "NO_JUDGE" })).toEqual(["NO_JUDGE"]);
  });

  it.each<[Suite, Finding]>([
    ["heldOutPairs", gain(Number.NaN, Number.NaN, Number.NaN)],
    ["lengthControlled", gain(0.6, 0.55, Number.POSITIVE_INFINITY)],
    ["divergence", { kind: "divergence", live: estimate(1), base: estimate(Number.NaN) }],
    ["length", { kind: "length", ratio: estimate(Number.NaN, 1, 1), drift: estimate(0), feature: "pictures" }],
    ["general", { kind: "general", rise: estimate(Number.NaN), before: 1, after: Number.NaN }],
    ["speed", { kind: "speed", ratio: estimate(1), tokensPerSecond: Number.NaN }],
  ])(
    "is missing where a figure of %s is no finite number, which would leave it to a person otherwise",
    (suite, finding) => expect(statusOf(suite, finding)).toBe("MISSING"),
  );
});

describe("the verdict", () => {
  const all = (change: Partial<Record<Suite, SuiteStatus>> = {}) =>
    new Map(SUITES.map((suite) => [suite, { status: change[suite] ?? ("PASSED" as SuiteStatus) }] as const));

  it("passes when every suite does", () => expect(verdictOf(all())).toMatchObject({ status: "PASSED" }));
  it("passes where a suite does not apply, and does not count it", () => {
    const verdict = verdictOf(all({ judge: "NOT_APPLICABLE" }));
    expect(verdict.status).toBe("PASSED");
    expect(verdict.sentences[0]!.values).toEqual({ suites: SUITES.length - 1 });
  });
  it("names the suite that refuses", () => {
    const { status, sentences } = verdictOf(all({ knowledge: "FAILED", speed: "UNDECIDED" }));
    expect(status).toBe("REFUSED");
    expect(sentences.map(({ code, values }) => [code, values.suite ?? null])).toEqual([
      ["REFUSED", null],
      ["SUITE_REFUSES", "knowledge"],
      ["SUITE_UNDECIDED", "speed"],
    ]);
  });
  it.each(SUITES)("refuses when %s is left out", (suite) => {
    const some = all();
    some.delete(suite);
    const { status, sentences } = verdictOf(some);
    expect(status).toBe("REFUSED");
    expect(sentences[1]).toMatchObject({ code: "SUITE_MISSING", values: { suite } });
  });
  it("is undecided where one suite is", () =>
    expect(verdictOf(all({ heldOutPairs: "UNDECIDED" })).status).toBe("UNDECIDED"));

  it("is never better for a suite that turns out worse (5,000 random reports)", () => {
    const random = seededRandom(2);
    const states: SuiteStatus[] = ["PASSED", "NOT_APPLICABLE", "UNDECIDED", "MISSING", "FAILED"];
    const rank = { PASSED: 0, UNDECIDED: 1, REFUSED: 2 };
    const worseRank: Record<SuiteStatus, number> = {
      PASSED: 0,
      NOT_APPLICABLE: 0,
      UNDECIDED: 1,
      MISSING: 2,
      FAILED: 2,
    };
    for (let draw = 0; draw < 5000; draw++) {
      const report = all(
        Object.fromEntries(SUITES.map((suite) => [suite, states[Math.floor(random() ** 3 * states.length)]!])),
      );
      const { status } = verdictOf(report);
      expect(rank[status]).toBe(Math.max(...[...report.values()].map((one) => worseRank[one.status])));
    }
  });
});
