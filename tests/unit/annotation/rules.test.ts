// Small rules of annotating: what a ranking must look like, which replies are compared, and what a streak is.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { streak } from "../../../server/domain/annotation-progress.ts";
import { chooseCandidates } from "../../../server/domain/comparison-candidates.ts";
import { checkedRanking } from "../../../server/domain/ranking-check.ts";
import type { SubmittedTask } from "../../../server/domain/views.ts";

const SHOWN = ["a", "b", "c"];
const submitted = (ranks: Record<string, number>, rest: Partial<SubmittedTask> = {}): SubmittedTask => ({
  ranks: Object.entries(ranks).map(([messageId, rank]) => ({ messageId, rank })),
  ...{ allBad: false, labels: [], rewrite: null, comment: null },
  ...rest,
});
const check = (task: SubmittedTask) => checkedRanking(task, SHOWN, 100);

describe("a ranking", () => {
  test("keeps only its order: ranks count from 1 without gaps", () => {
    expect(check(submitted({ a: 7, b: 2, c: 7 })).ranks).toEqual([
      { messageId: "a", rank: 2 },
      { messageId: "b", rank: 1 },
      { messageId: "c", rank: 2 },
    ]);
  });

  test("says the same as what was given, whatever numbers were used", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 64 }), { minLength: 3, maxLength: 3 }), (given) => {
        const ranks = check(submitted({ a: given[0]!, b: given[1]!, c: given[2]! })).ranks.map(({ rank }) => rank);
        for (const i of [0, 1, 2]) {
          for (const j of [0, 1, 2]) {
            expect(Math.sign(ranks[i]! - ranks[j]!)).toBe(Math.sign(given[i]! - given[j]!));
          }
        }
        expect(Math.max(...ranks)).toBe(new Set(ranks).size);
      }),
    );
  });

  test.each([
    ["a reply left out", submitted({ a: 1, b: 2 })],
    ["a stranger", submitted({ a: 1, b: 2, d: 3 })],
    ["one too many", submitted({ a: 1, b: 2, c: 3, d: 4 })],
    ["nothing at all", submitted({})],
    [
      "one twice",
      { ...submitted({ a: 1, b: 2 }), ranks: [1, 2, 3].map((rank) => ({ messageId: rank < 3 ? "a" : "b", rank })) },
    ],
    ["a label on a stranger", submitted({ a: 1, b: 2, c: 3 }, { labels: [{ messageId: "d", label: "unsafe" }] })],
    ["a rewrite of a stranger", submitted({ a: 1, b: 2, c: 3 }, { rewrite: { messageId: "d", content: "x" } })],
    ["a rewrite of what is not best", submitted({ a: 1, b: 2, c: 3 }, { rewrite: { messageId: "b", content: "x" } })],
    ["an empty rewrite", submitted({ a: 1, b: 2, c: 3 }, { rewrite: { messageId: "a", content: "  " } })],
    ["a long rewrite", submitted({ a: 1, b: 2, c: 3 }, { rewrite: { messageId: "a", content: "x".repeat(101) } })],
  ])("is refused with %s", (_what, task) => {
    expect(() => check(task)).toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
  });

  test("of nothing but bad replies needs no order, and any reply may be rewritten", () => {
    const task = submitted({}, { allBad: true, rewrite: { messageId: "c", content: "Better." } });
    expect(check(task).ranks.map(({ rank }) => rank)).toEqual([1, 1, 1]);
    expect(
      check(submitted({ a: 1, b: 2, c: 3 }, { ...task, ranks: submitted({ a: 1, b: 2, c: 3 }).ranks })),
    ).toBeTruthy();
  });

  test("carries each label once", () => {
    const unsafe = { messageId: "a", label: "unsafe" as const };
    expect(check(submitted({ a: 1, b: 1, c: 1 }, { labels: [unsafe, { ...unsafe }] })).labels).toEqual([unsafe]);
  });
});

describe("candidates", () => {
  const reply = (id: string, content: string, judgements = 0, age = 0) => ({
    ...{ id, content, judgements },
    createdAt: new Date(1_000_000 - age),
  });

  test("are judged replies first, then the oldest", () => {
    const chosen = chooseCandidates([reply("new", "1"), reply("old", "2", 0, 9), reply("disliked", "3", 1)], 2);
    expect(chosen.map(({ id }) => id)).toEqual(["disliked", "old"]);
  });

  test("are never two that say the same, nor one that says nothing", () => {
    const chosen = chooseCandidates([reply("a", "Yes."), reply("b", " Yes.\n"), reply("c", " "), reply("d", "No.")], 4);
    expect(chosen.map(({ id }) => id)).toEqual(["a", "d"]);
  });
});

describe("a streak", () => {
  const now = new Date("2026-03-10T08:00:00Z");
  test.each([
    [[], 0],
    [["2026-03-10"], 1],
    [["2026-03-09"], 1], // today has only begun
    [["2026-03-08"], 0],
    [["2026-03-10", "2026-03-09", "2026-03-08", "2026-03-06"], 3],
    [["2026-03-01", "2026-02-28", "2026-03-09"], 1],
  ])("of %j is %i days long", (days, length) => {
    expect(streak(new Set(days), now)).toBe(length);
  });
});
