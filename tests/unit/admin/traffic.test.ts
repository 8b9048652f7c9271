// What the page of deployments works out: shares of the bar, how strong evidence is, and the plan that a form makes.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addStage, planFields, planOf, removeStage } from "../../../app/admin/_lib/canary-plan.ts";
import { BAR_REACH, decades, reach, strength } from "../../../app/admin/_lib/evidence.ts";
import {
  barOrder,
  mostShare,
  perCent,
  perMille,
  shareAfterKey,
  shareAt,
  withShare,
} from "../../../app/admin/_lib/shares.ts";
import { canaryPlanSchema } from "../../../server/domain/views/deployment.ts";

const arm = (deploymentId: string, number: number, share: number, isDefault = false) => ({
  ...{ deploymentId, number, share, isDefault },
});
const arms = [arm("live", 7, 850, true), arm("b", 9, 50), arm("a", 8, 100)];
const sharesOf = (all: readonly { deploymentId: string; share: number }[]) =>
  Object.fromEntries(all.map(({ deploymentId, share }) => [deploymentId, share]));

describe("shares of traffic", () => {
  test("what one arm gets, the default one gives", () => {
    expect(sharesOf(withShare(arms, "a", 300))).toEqual({ live: 650, a: 300, b: 50 });
    expect(sharesOf(withShare(arms, "a", 0))).toEqual({ live: 950, a: 0, b: 50 });
  });

  test("no arm takes what another one on trial has", () => {
    expect(mostShare(arms, "a")).toBe(950);
    expect(sharesOf(withShare(arms, "a", 5000))).toEqual({ live: 0, a: 950, b: 50 });
    expect(sharesOf(withShare(arms, "a", -20))).toEqual({ live: 950, a: 0, b: 50 });
  });

  test("always make a whole of whole per mille, whatever is asked", () => {
    const share = fc.oneof(fc.integer({ min: -2000, max: 3000 }), fc.double({ min: -1, max: 1001, noNaN: true }));
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom("a", "b"), share)), (changes) => {
        const all = changes.reduce((now, [id, wanted]) => withShare(now, id, wanted), arms);
        expect(all.reduce((sum, one) => sum + one.share, 0)).toBe(1000);
        for (const one of all) expect(Number.isInteger(one.share) && one.share >= 0).toBe(true);
      }),
    );
  });

  test("stand from the left in the order they were made, and the default one last", () => {
    expect(barOrder(arms).map(({ deploymentId }) => deploymentId)).toEqual(["a", "b", "live"]);
  });

  test("an edge dragged to a place gives its arm what lies left of it, less the arms before", () => {
    const ordered = barOrder(arms);
    expect(shareAt(ordered, "a", 0.25)).toBe(250);
    expect(shareAt(ordered, "b", 0.25)).toBe(150);
    expect(shareAt(ordered, "a", 0.2549)).toBe(250);
    // Beyond the ends of the bar: the limits are withShare's.
    expect(sharesOf(withShare(arms, "b", shareAt(ordered, "b", -0.4)))).toMatchObject({ b: 0 });
  });

  test("dragging an arm to where its edge already is changes nothing", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 50 }), (a, b) => {
        const ordered = barOrder(withShare(withShare(arms, "a", a * 10), "b", b * 10));
        const of = (id: string) => ordered.find(({ deploymentId }) => deploymentId === id)!.share;
        expect(shareAt(ordered, "a", of("a") / 1000)).toBe(of("a"));
        expect(shareAt(ordered, "b", (of("a") + of("b")) / 1000)).toBe(of("b"));
      }),
    );
  });

  test("keys move by one and by ten per cent, to the ends, and no further", () => {
    expect(["ArrowRight", "ArrowUp", "PageUp", "End"].map((key) => shareAfterKey(key, 100, 950))).toEqual([
      110, 110, 200, 950,
    ]);
    expect(["ArrowLeft", "ArrowDown", "PageDown", "Home"].map((key) => shareAfterKey(key, 105, 950))).toEqual([
      95, 95, 5, 0,
    ]);
    expect(shareAfterKey("ArrowRight", 945, 950)).toBe(950);
    expect(shareAfterKey("ArrowLeft", 5, 950)).toBe(0);
    expect(shareAfterKey("Tab", 100, 950)).toBeNull();
  });

  test("typed per cents are read with a point or a comma, and refused when they are none or too many", () => {
    expect(["12.5", "12,5", " 12.5 % ", "0", "100"].map((typed) => perMille(typed))).toEqual([125, 125, 125, 0, 1000]);
    expect(["", "abc", "-1", "1e2", "12.5.1", "100.1"].map((typed) => perMille(typed))).toEqual(Array(6).fill(null));
    expect(perMille("95.1", 950)).toBeNull();
    fc.assert(fc.property(fc.integer({ min: 0, max: 1000 }), (share) => perMille(perCent(share)) === share));
  });
});

describe("evidence", () => {
  test("grows in words with the E-value, and at the bar is enough", () => {
    expect([0.2, 1, 1.5, 3.2, 9.9, 10, 99, 100, 1e9].map((evidence) => strength(evidence, 100))).toEqual([
      ...["none", "none", "hardly", "some", "some", "strong", "strong", "over", "over"],
    ]);
    // A bar below ten comes before "strong".
    expect(strength(6, 5)).toBe("over");
  });

  test("stands on a logarithmic scale: 1 at its begin, as far from 10 to 100 as from 1 to 10, never off its end", () => {
    expect(reach(0.01, 100)).toBe(0);
    expect(reach(1, 100)).toBe(0);
    expect(reach(100, 100)).toBeCloseTo(BAR_REACH);
    expect(reach(100, 100) - reach(10, 100)).toBeCloseTo(reach(10, 100));
    expect(reach(1e12, 100)).toBe(1);
    expect(decades(100)).toEqual([10]);
    expect(decades(1000)).toEqual([10, 100]);
    expect(decades(5)).toEqual([]);
  });
});

describe("the plan of a canary", () => {
  const plan = canaryPlanSchema.parse({});

  test("is the same after it was shown", () => {
    expect(planOf(planFields(plan))).toEqual(plan);
  });

  test("gets a stage half-way to the end, and loses the one that is taken away", () => {
    const added = addStage(planFields(plan));
    expect(planOf(added)?.stages.map(({ share }) => share)).toEqual([10, 100, 500, 750, 1000]);
    expect(planOf(added)?.stages[3]).toMatchObject({ leastReplies: 300, leastMinutes: 240 });
    expect(new Set(added.stages.map(({ key }) => key)).size).toBe(5);
    expect(planOf(removeStage(added, 1))?.stages.map(({ share }) => share)).toEqual([10, 500, 750, 1000]);
  });

  test("is none where shares do not grow, a number is missing, or the last stage is not everybody", () => {
    const fields = planFields(plan);
    const changed = (i: number, change: object) => ({
      ...fields,
      stages: fields.stages.map((stage, at) => (at === i ? { ...stage, ...change } : stage)),
    });
    expect(planOf(changed(1, { share: "0.5" }))).toBeNull();
    expect(planOf(changed(1, { replies: "" }))).toBeNull();
    expect(planOf(changed(1, { minutes: "soon" }))).toBeNull();
    expect(planOf(changed(3, { share: "90" }))).toBeNull();
    expect(planOf({ ...fields, alpha: "" })).toBeNull();
    expect(planOf({ ...fields, alpha: "2,5" })?.alpha).toBeCloseTo(0.025);
  });
});
