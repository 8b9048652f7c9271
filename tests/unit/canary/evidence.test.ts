// What conversations show of a canary: who is drawn, what counts as slow, when it is enough, and what a stage still waits for.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { drawArm } from "../../../server/domain/canary/arms.ts";
import {
  absorb,
  absorbAll,
  barOf,
  drawnAnew,
  harmOf,
  isBetter,
  type Observation,
  testsOf,
} from "../../../server/domain/canary/evidence.ts";
import { missing } from "../../../server/domain/canary/look.ts";
import { paceOf, timeAt } from "../../../server/domain/canary/pace.ts";
import { canaryPlanSchema } from "../../../server/domain/views/deployment.ts";
import { emptyState } from "../sequential/simulate.ts";

const plan = canaryPlanSchema.parse({});
const word = (metric: Observation["metric"], onArm: boolean, value: number): Observation => ({ metric, onArm, value });
const many = (count: number, observation: Observation) => Array.from({ length: count }, () => observation);

describe("the draw", () => {
  const arms = [
    { slot: "default", share: 0 },
    { slot: "arm:2", share: 10 },
    { slot: "arm:3", share: 250 },
  ];

  test("gives each arm its share to the per mille, and the rest to the default one", () => {
    const drawn = Array.from({ length: 1000 }, (_, i) => drawArm(arms, i / 1000).slot);
    const count = (slot: string) => drawn.filter((one) => one === slot).length;
    expect([count("arm:2"), count("arm:3"), count("default")]).toEqual([10, 250, 740]);
  });

  test("never gives an arm without a share anything, and always somebody", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (random) => {
        const some = [
          { slot: "arm:2", share: 0 },
          { slot: "default", share: 0 },
          { slot: "arm:3", share: 1000 },
        ];
        expect(drawArm(some, random).slot).toBe("arm:3");
      }),
    );
    expect(() => drawArm([{ slot: "arm:2", share: 0 }], 0.5)).toThrow(/Nothing is deployed/);
  });
});

describe("enough evidence", () => {
  test("the bar shares α out among the metrics", () => {
    expect(barOf({ alpha: 0.05 })).toBe(100);
  });

  test("a batch of the control and then one of the arm says as much as words in turn", () => {
    const [up, down] = [word("thumbs", false, 1), word("thumbs", true, 0)];
    const batches = absorbAll(emptyState(), [...many(30, up), ...many(30, down)]);
    const inTurn = Array.from({ length: 30 }, () => [up, down])
      .flat()
      .reduce(absorb, emptyState());
    expect(batches.thumbs.logWorse).toBeCloseTo(inTurn.thumbs.logWorse, 9);
    expect(harmOf(batches, plan)).toMatchObject({ code: "WORSE_THUMBS", values: { arm: 0, control: 1, bar: 100 } });
  });

  test("the order of what is said within a batch changes nothing of the arms' turns", () => {
    const counts = (state: ReturnType<typeof emptyState>) =>
      testsOf(state, plan).map(({ observations }) => observations);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.boolean()), { maxLength: 60 }), (words) => {
        const said = words.map(([onArm, good]) => word("errors", onArm, good ? 1 : 0));
        const opposite = words.map(([onArm, good]) => word("errors", onArm, good ? 0 : 1));
        expect(counts(absorbAll(emptyState(), said))).toEqual(counts(absorbAll(emptyState(), opposite)));
      }),
    );
  });

  test("errors are no reason before there are as many as the plan says", () => {
    const said = (failed: number) =>
      absorbAll(emptyState(), [...many(400, word("errors", false, 1)), ...many(failed, word("errors", true, 0))]);
    expect(harmOf(said(4), { alpha: 0.2, leastErrors: 5 })).toBeNull();
    expect(harmOf(said(5), { alpha: 0.2, leastErrors: 5 })).toMatchObject({ code: "WORSE_ERRORS", values: { arm: 1 } });
  });

  test("what was once beyond the bar stays so", () => {
    const harmed = absorbAll(emptyState(), [...many(40, word("sideBySide", true, 0))]);
    const later = absorbAll(harmed, many(200, word("sideBySide", true, 1)));
    expect(testsOf(later, plan).find(({ metric }) => metric === "sideBySide")!.evidenceWorse).toBeLessThan(1);
    expect(harmOf(later, plan)).toMatchObject({ code: "WORSE_SIDE_BY_SIDE", values: { wins: 200, losses: 40 } });
  });

  test("an arm that people like better is never stopped for it, and is known to be better", () => {
    const liked = absorbAll(emptyState(), [
      ...many(60, word("thumbs", false, 0)),
      ...many(60, word("thumbs", true, 1)),
    ]);
    expect(harmOf(liked, plan)).toBeNull();
    expect(isBetter(liked, plan)).toBe(true);
    expect(isBetter(emptyState(), plan)).toBe(false);
  });

  test("slow is more than half as slow again as the control's median", () => {
    const pace = (arm: number) =>
      absorbAll(emptyState(), [...many(80, word("latency", false, 20)), ...many(80, word("latency", true, arm))]);
    expect(harmOf(pace(29), plan)).toBeNull();
    expect(harmOf(pace(31), plan)).toMatchObject({ code: "WORSE_LATENCY", values: { arm: 1, control: 0 } });
  });
});

describe("how long replies take", () => {
  const reply = (onArm: boolean, tokens: number, ms = 200 + 10 * tokens): Observation => ({
    ...{ metric: "latency", onArm, value: ms, tokens },
  });
  /** Replies of both arms, of lengths that vary around these. */
  const play = (control: number, arm: number, pace = 1) =>
    Array.from({ length: 80 }, (_, i) => [
      reply(false, control + (i % 5)),
      reply(true, arm + (i % 3), pace * (200 + 10 * (arm + (i % 3)))),
    ])
      .flat()
      .reduce(absorb, emptyState());

  test("is no reproach to an arm that is brief, nor to one that says much", () => {
    // Six tokens in 260 ms are 43 ms each, forty in 600 ms are 15.
    for (const [control, arm] of [
      [40, 4],
      [4, 40],
    ] as const)
      expect(harmOf(play(control, arm), plan)).toBeNull();
    expect(harmOf(play(40, 4, 1.7), plan)).toMatchObject({ code: "WORSE_LATENCY" });
    expect(harmOf(play(4, 40, 1.7), plan)).toMatchObject({ code: "WORSE_LATENCY" });
  });

  test("is a line that odd replies do not move, and time per token where all are equally long", () => {
    const replies = Array.from({ length: 21 }, (_, i) => ({
      tokens: 5 + i,
      ms: i % 5 === 0 ? 9_000 : 100 + 20 * (5 + i),
    }));
    expect(paceOf(replies).perToken).toBeCloseTo(20, 6);
    expect(timeAt(paceOf(replies), 10)).toBeCloseTo(300, 6);
    const equal = Array.from({ length: 11 }, () => ({ tokens: 10, ms: 400 }));
    expect(paceOf(equal)).toEqual({ start: 0, perToken: 40 });
    // Longer replies that took less time: nothing is known of what a token takes, and it is not below nothing.
    expect(
      paceOf([
        { tokens: 5, ms: 300 },
        { tokens: 50, ms: 200 },
      ]).perToken,
    ).toBe(0);
  });
});

describe("when shares change", () => {
  test("the open block says nothing, what was shown stays shown, and all words still count as heard", () => {
    const before = absorbAll(emptyState(), [
      ...many(30, word("thumbs", false, 1)),
      ...many(20, word("thumbs", true, 0)),
    ]);
    const open = [word("thumbs", false, 1), word("thumbs", false, 1)].reduce(absorb, before);
    const after = drawnAnew(open, "0199");
    expect(after.drawnAfter).toBe("0199");
    expect(after.thumbs).toMatchObject({ logWorse: before.thumbs.logWorse, peakWorse: before.thumbs.peakWorse });
    expect(after.thumbs.open).toEqual({ arm: { n: 0, good: 0 }, control: { n: 0, good: 0 } });
    const seen = (state: typeof after) => testsOf(state, plan).map(({ observations }) => observations);
    expect(seen(after)).toEqual(seen(open));
    // A word of the arm would have closed the block.
    expect(absorb(after, word("thumbs", true, 0)).thumbs.logWorse).toBe(before.thumbs.logWorse);
    expect(absorb(open, word("thumbs", true, 0)).thumbs.logWorse).not.toBe(before.thumbs.logWorse);
  });
});

describe("what a stage waits for", () => {
  const since = new Date("2026-03-01T10:00:00Z");
  const at = (minutes: number) => new Date(since.getTime() + minutes * 60_000);
  const early = { ...plan, earlyPromotion: true };
  const liked = absorbAll(emptyState(), [...many(60, word("thumbs", false, 0)), ...many(60, word("thumbs", true, 1))]);
  const progress = { plan, state: emptyState(), stage: 0, stageSince: since };

  test("replies and minutes, each until it is there", () => {
    expect(missing({ ...progress, now: at(29.5), replies: 19 })).toMatchObject([
      { code: "REPLIES_MISSING", values: { replies: 19, of: 20 } },
      { code: "MINUTES_MISSING", values: { minutes: 1 } },
    ]);
    expect(missing({ ...progress, now: at(30), replies: 20 })).toEqual([]);
  });

  test("minutes no more once it is known to be better, where the plan says so; replies always", () => {
    expect(missing({ ...progress, plan: early, state: liked, now: at(1), replies: 20 })).toEqual([]);
    expect(missing({ ...progress, state: liked, now: at(1), replies: 20 })).toHaveLength(1);
    expect(missing({ ...progress, plan: early, state: liked, now: at(1), replies: 3 })).toHaveLength(1);
  });
});
