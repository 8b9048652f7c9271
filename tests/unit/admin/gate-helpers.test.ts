// What the pages of a gate work out: what comes next, which suites weigh, scales, tastes, checks and the policy's form.
import { describe, expect, it } from "vitest";
import { isOpen, nextAct, weighing } from "../../../app/admin/_lib/gate-states.ts";
import { checkOf, draftOf, emptyDraft, withEarlier } from "../../../app/admin/gates/_lib/check-form.ts";
import { changedPolicy, flatPolicy, GROUPS } from "../../../app/admin/gates/_lib/policy-fields.ts";
import { figuresOf } from "../../../app/admin/gates/_lib/sample-figures.ts";
import { marksOf, scaleOf } from "../../../app/admin/gates/_lib/suite-scale.ts";
import { signTest, tally, tasteKey } from "../../../app/admin/gates/_lib/taste.ts";
import {
  type CheckPromptView,
  type GateReport,
  gatePolicySchema,
  type ReplyCheck,
  replyCheckSchema,
} from "../../../server/domain/views/gate.ts";
import { gateReport, OTHER, suiteView, VIEWER } from "../../helpers/gate-report.ts";

const actOf = (change: Partial<GateReport>) => nextAct(gateReport(change), VIEWER.id);
const said = (by: typeof VIEWER, approved: boolean) => ({ by, approved, note: "", at: new Date() });
const obstacle = (code: string) => ({ area: "gate" as const, code, values: {} });

describe("what can be done next", () => {
  it("is to wait while it is measured, whatever else holds", () => {
    for (const status of ["QUEUED", "RUNNING"] as const)
      expect(actOf({ status, stale: true, approvals: 9 })).toBe("wait");
  });

  it("is to measure again where there is no verdict, or one against something else", () => {
    expect(actOf({ status: "FAILED" })).toBe("measureAgain");
    expect(actOf({ status: "CANCELLED" })).toBe("measureAgain");
    expect(actOf({ stale: true })).toBe("stale");
    expect(actOf({ obstacles: [obstacle("NOT_THE_NEWEST")] })).toBe("superseded");
  });

  it("is nothing for what was refused, even with approvals", () => {
    expect(actOf({ status: "REFUSED", approvals: 3 })).toBe("nothing");
  });

  it("lets the last approval be given by activating, but not the one before it, and not twice by the same admin", () => {
    expect(actOf({})).toBe("approveByActivating");
    expect(actOf({ approvalsNeeded: 2 })).toBe("decide");
    expect(actOf({ approvalsNeeded: 2, approvals: 1, decisions: [said(OTHER, true)] })).toBe("approveByActivating");
    expect(actOf({ approvalsNeeded: 2, approvals: 1, decisions: [said(VIEWER, true)] })).toBe("decide");
    expect(actOf({ approvals: 1, decisions: [said(VIEWER, true)] })).toBe("activate");
    expect(actOf({ approvalsNeeded: 0 })).toBe("activate");
  });

  it("is held up by another admin's refusal and by tastes that are missing, not by one's own refusal", () => {
    expect(actOf({ decisions: [said(OTHER, false)] })).toBe("refusedByAdmin");
    expect(actOf({ decisions: [said(VIEWER, false)] })).toBe("approveByActivating");
    expect(actOf({ obstacles: [obstacle("TASTE_FIRST")] })).toBe("taste");
  });

  it("is over once it has been live", () => {
    const deployment = { id: "d", number: 7, active: true };
    expect(actOf({ deployment })).toBe("live");
    expect(actOf({ deployment: { ...deployment, active: false }, stale: true })).toBe("wasLive");
    expect(isOpen("live")).toBe(false);
    expect(isOpen("taste")).toBe(true);
  });
});

describe("why", () => {
  const suites = [
    suiteView("heldOutPairs"),
    suiteView("judge", { status: "UNDECIDED" }),
    suiteView("knowledge", { status: "FAILED" }),
    suiteView("safety", { status: "MISSING" }),
  ];
  const why = (status: GateReport["status"]) => weighing({ status, suites }).map(({ suite }) => suite);

  it("is what failed or is missing, what is open, or what recommends it", () => {
    expect(why("REFUSED")).toEqual(["knowledge", "safety"]);
    expect(why("UNDECIDED")).toEqual(["judge"]);
    expect(why("PASSED")).toEqual(["heldOutPairs", "knowledge"]);
    expect(why("FAILED")).toEqual([]);
  });
});

describe("scales", () => {
  const scale = (change: Parameters<typeof suiteView>[1]) => scaleOf(suiteView("heldOutPairs", change));

  it("of win rates have a half in the middle", () => {
    expect(scale({})).toEqual([0, 1]);
  });

  it("of other figures hold the whole interval and every threshold", () => {
    const [low, high] = scale({
      ...{ unit: "nats", threshold: { most: 40 } },
      value: { value: 3, low: 2, high: 4 },
    })!;
    expect(low).toBe(0);
    expect(high).toBeGreaterThan(40);
    const [below] = scale({ unit: "nats", threshold: { most: 0.15 }, value: { value: -0.2, low: -0.3, high: -0.1 } })!;
    expect(below).toBeLessThan(-0.3);
  });

  it("of shares lost never go beyond all", () => {
    expect(scale({ threshold: { most: 0 }, value: { value: 0.95, low: 0.95, high: 0.95 } })![1]).toBe(1);
    expect(scale({ threshold: { most: 0 }, value: { value: 0, low: 0, high: 0 } })![1]).toBeGreaterThan(0);
  });

  it("are missing where nothing was measured", () => {
    expect(scale({ value: null })).toBeNull();
    expect(marksOf({ threshold: { least: 0.25, most: 2 } })).toEqual([0.25, 2]);
    expect(marksOf({ threshold: null })).toEqual([]);
  });
});

describe("tastes", () => {
  it("are given by letters, digits or arrows, and never with a modifier", () => {
    const key = (press: string, more = {}) =>
      tasteKey({ key: press, metaKey: false, ctrlKey: false, altKey: false, ...more });
    expect(["a", "A", "1", "ArrowLeft"].map((press) => key(press))).toEqual(["A", "A", "A", "A"]);
    expect(["b", "2", "ArrowRight"].map((press) => key(press))).toEqual(["B", "B", "B"]);
    expect(["0", "n", "ArrowDown"].map((press) => key(press))).toEqual(["NEITHER", "NEITHER", "NEITHER"]);
    expect(["u", "Backspace"].map((press) => key(press))).toEqual(["BACK", "BACK"]);
    expect(key("a", { ctrlKey: true })).toBeNull();
    expect(key("x")).toBeNull();
  });

  it("go by the sign test, whose values are known", () => {
    // Binomial tails at ½: 2·(1)/2^5, 2·(1+10)/2^10, and never above 1.
    expect(signTest(5, 0)).toBeCloseTo(0.0625, 12);
    expect(signTest(9, 1)).toBeCloseTo(22 / 1024, 12);
    expect(signTest(1, 9)).toBeCloseTo(22 / 1024, 12);
    expect(signTest(3, 3)).toBe(1);
    expect(signTest(0, 0)).toBe(1);
  });

  it("lean only where chance would be rare", () => {
    expect(tally([1, 1, 1, 1, 1])).toEqual({ candidate: 5, live: 0, neither: 0, leaning: "chance" });
    expect(tally([1, 1, 1, 1, 1, 1]).leaning).toBe("candidate");
    expect(tally([-1, -1, -1, -1, -1, -1, 0, 0])).toEqual({ candidate: 0, live: 6, neither: 2, leaning: "live" });
    expect(tally([]).leaning).toBe("chance");
  });
});

it("figures of a sample are told apart by whose reply they are about", () => {
  expect(figuresOf({ tokens: 12, "tokens/live": 30, margin: -0.4 })).toEqual({
    candidate: { tokens: 12, passed: undefined },
    live: { tokens: 30, passed: undefined },
    margin: -0.4,
  });
  expect(figuresOf({ passed: 0, "passed/live": 1 }).candidate.passed).toBe(0);
});

describe("a check's form", () => {
  const CHECKS: ReplyCheck[] = [
    { type: "CONTAINS", any: ["Paris", "巴黎"] },
    { type: "LACKS", all: ["sorry"] },
    { type: "EQUALS", any: ["yes"] },
    { type: "NUMBER", value: -1.5, tolerance: 0.25 },
    { type: "NUMBER", value: 42, tolerance: 0 },
    { type: "PATTERN", pattern: " a{2,} " },
    { type: "REFUSES", any: [] },
    { type: "REFUSES", any: ["I cannot"] },
  ];
  const view = (check: ReplyCheck): CheckPromptView => ({
    ...{ id: "c", kind: "KNOWLEDGE", check, enabled: true, builtIn: false, createdAt: new Date() },
    prompt: [{ role: "USER", content: "What?" }],
  });

  it("gives back every check it was filled with", () => {
    for (const check of CHECKS) {
      const read = checkOf(draftOf(view(check)));
      expect(read).toEqual({ check });
      expect(replyCheckSchema.parse("check" in read && read.check)).toEqual(check);
    }
  });

  it("names what is missing", () => {
    const draft = { ...emptyDraft("KNOWLEDGE"), turns: [{ role: "USER" as const, content: "What?" }] };
    expect(checkOf(emptyDraft("SAFETY"))).toEqual({ fault: "noPrompt" });
    expect(checkOf(draft)).toEqual({ fault: "noPhrase" });
    expect(checkOf({ ...draft, phrases: " \n " })).toEqual({ fault: "noPhrase" });
    expect(checkOf({ ...draft, type: "NUMBER", number: "" })).toEqual({ fault: "notANumber" });
    expect(checkOf({ ...draft, type: "NUMBER", number: "3", tolerance: "-1" })).toEqual({ fault: "notANumber" });
    expect(checkOf({ ...draft, type: "PATTERN", pattern: " " })).toEqual({ fault: "noPattern" });
    expect(checkOf(withEarlier({ ...draft, phrases: "x" }))).toEqual({ fault: "noPrompt" });
  });

  it("reads each phrase once, without the space around it", () => {
    const draft = { ...emptyDraft("KNOWLEDGE"), turns: [{ role: "USER" as const, content: "What?" }] };
    expect(checkOf({ ...draft, phrases: " Paris \nParis\n\n巴黎" })).toEqual({
      check: { type: "CONTAINS", any: ["Paris", "巴黎"] },
    });
  });
});

describe("the policy's form", () => {
  const policy = gatePolicySchema.parse({});

  it("has every number of the policy in exactly one field", () => {
    const fields = GROUPS.flatMap(({ fields }) => fields.map(({ key }) => key));
    expect([...fields].sort()).toEqual(Object.keys(flatPolicy(policy)).sort());
  });

  it("has the server's bounds: both ends are taken, and nothing beyond them", () => {
    // The least length must not be above the most, which is not what is tried here.
    const wide = { ...policy, lengthRatio: { least: 0.0001, most: 10_000 } };
    for (const { key, kind, least, most } of GROUPS.flatMap(({ fields }) => [...fields])) {
      const fits = (value: number) => gatePolicySchema.safeParse(changedPolicy(wide, { [key]: value })).success;
      expect([key, fits(least), fits(most)]).toEqual([key, true, true]);
      if (kind !== "factor") expect([key, fits(least - 1), fits(most + 1)]).toEqual([key, false, false]);
    }
  });

  it("lets no length be the least that is above the most", () => {
    const fits = (lengthLeast: number) => gatePolicySchema.safeParse(changedPolicy(policy, { lengthLeast })).success;
    expect([policy.lengthRatio.most, policy.lengthRatio.most + 0.1].map(fits)).toEqual([true, false]);
  });

  it("changes what was changed and nothing else", () => {
    expect(changedPolicy(policy, { lengthMost: 3, winRate: 0.55 })).toEqual({
      ...policy,
      winRate: 0.55,
      lengthRatio: { ...policy.lengthRatio, most: 3 },
    });
    expect(changedPolicy(policy, {})).toEqual(policy);
  });
});
