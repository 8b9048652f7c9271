// What the overview tells of needs: each fact alone, their order, and that a calm instance needs nobody; and its days and shares.
import { describe, expect, test } from "vitest";
import { attentionOf, type Facts, type GateFact } from "../../../server/domain/overview/attention.ts";
import { shareOf } from "../../../server/domain/overview/compared.ts";
import { daysUntil } from "../../../server/domain/overview/figures.ts";
import { lengthsPerDay } from "../../../server/domain/overview/lengths.ts";
import { ATTENTION_KINDS } from "../../../server/domain/views/overview.ts";

const CALM: Facts = {
  counts: { flaggedAdapters: 0, newPairs: 19, newlyQuarantined: 0, tasksOpen: 4, stoppedImports: 0, schedules: 0 },
  ...{ inferenceUp: true, fileThere: true, trainerMissed: false, failedRun: null, running: false },
  ...{
    lastGate: null,
    undecided: null,
    unmeasured: null,
    pausedCanary: null,
    failedCanary: null,
    takenBack: null,
    frozen: null,
  },
};
const kinds = (facts: Partial<Facts>) => attentionOf({ ...CALM, ...facts }).map(({ kind }) => kind);
const gate = (status: GateFact["status"]): GateFact => ({
  ...{ id: "g", status, adapterSha256: "abcdef0123", error: null },
  verdict: ["REFUSED", "SUITE_REFUSES", "SUITE_MISSING"].map((code) => ({ area: "gate" as const, code, values: {} })),
});

describe("what needs somebody", () => {
  test("is nothing on a calm instance", () => {
    expect(kinds({})).toEqual([]);
    expect(kinds({ lastGate: gate("PASSED") })).toEqual([]);
  });

  test("is everything at once in the order of its kinds, each once", () => {
    const { counts } = CALM;
    const all = kinds({
      counts: { flaggedAdapters: 1, newPairs: 20, newlyQuarantined: 1, tasksOpen: 5, stoppedImports: 1, schedules: 0 },
      ...{ inferenceUp: false, fileThere: false, trainerMissed: true, failedRun: { id: "r", error: "why" } },
      ...{ lastGate: gate("FAILED"), undecided: gate("UNDECIDED"), unmeasured: { id: "a", sha256: "0".repeat(64) } },
      ...{ pausedCanary: { number: 8, reason: null }, failedCanary: { number: 8, reason: null } },
      takenBack: { number: 8, reason: null },
      frozen: { reason: "Exam week" },
    });
    expect(all).toEqual(ATTENTION_KINDS.filter((kind) => kind !== "GATE_REFUSED"));
    expect(counts.newPairs).toBe(19);
  });

  test("a refused candidate is told with the beginning of its verdict and the way to its report", () => {
    expect(attentionOf({ ...CALM, lastGate: gate("REFUSED") })).toEqual([
      expect.objectContaining({
        ...{ kind: "GATE_REFUSED", href: "/admin/gates/g", values: { adapter: "abcdef" } },
        reason: [expect.objectContaining({ code: "REFUSED" }), expect.objectContaining({ code: "SUITE_REFUSES" })],
      }),
    ]);
  });

  test("new pairs wait for nobody while a run is under way, or where a schedule sees to them", () => {
    const counts = { ...CALM.counts, newPairs: 500 };
    expect(kinds({ counts })).toEqual(["PAIRS_WAITING"]);
    expect(kinds({ counts, running: true })).toEqual([]);
    expect(kinds({ counts: { ...counts, schedules: 1 } })).toEqual([]);
  });
});

test("days end with today in UTC and have no gap over a change of clocks or of month", () => {
  const days = daysUntil(new Date("2026-03-31T23:59:59Z"));
  expect(days).toHaveLength(30);
  expect(days.at(-1)).toBe("2026-03-31");
  expect(days[0]).toBe("2026-03-02");
  expect(new Set(days).size).toBe(30);
});

test("a day of replies has the interval of its mean, and one of a single reply has none", () => {
  const figures = [
    { day: "2026-03-01", replies: 100, mean: 50, deviation: 10 },
    { day: "2026-03-03", replies: 1, mean: 9, deviation: null },
  ];
  const [first, second, third] = lengthsPerDay(figures, ["2026-03-01", "2026-03-02", "2026-03-03"]);
  expect(first?.mean).toEqual({ value: 50, low: expect.closeTo(48.04), high: expect.closeTo(51.96) });
  expect(second).toEqual({ day: "2026-03-02", replies: 0, mean: null });
  expect(third).toMatchObject({ replies: 1, mean: null });
});

test("a share of wins counts half for a tie, and is none without a comparison", () => {
  expect(shareOf(0, 0)).toBeNull();
  const share = shareOf(6.5, 3.5);
  expect(share).toMatchObject({ value: 0.65, comparisons: 10 });
  expect(share!.low).toBeLessThan(0.4);
  expect(share!.high).toBeGreaterThan(0.8);
});
