// Retention: what must stay stays whatever the policy, and what goes is named with its day.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Kept, retain } from "../../../server/domain/registry/retention.ts";
import { retentionSchema } from "../../../server/domain/views/registry.ts";

const DAY = 24 * 3600_000;
const day = (number: number) => new Date(Date.UTC(2026, 0, 1) + number * DAY);
const policy = (changes: object = {}) =>
  retentionSchema.parse({ enabled: true, days: 30, keep: 0, liveDays: 100, ...changes });

const retired = (changes: Partial<Kept> = {}): Kept => ({
  ...{ id: "a", status: "RETIRED", createdAt: day(0), outSince: day(10) },
  ...{ live: false, rollbackTarget: false, lastLiveAt: null, needed: false },
  ...changes,
});
const verdict = (adapter: Kept, changes: object = {}) => retain([adapter], policy(changes))[0]!;

describe("an adapter's files", () => {
  test("go so many days after it was retired or rejected", () => {
    expect(verdict(retired())).toEqual({ id: "a", due: day(40), reason: "OUT" });
    expect(verdict(retired({ status: "REJECTED" }))).toEqual({ id: "a", due: day(40), reason: "OUT" });
  });

  test("go no earlier than so many days after it last spoke to people", () => {
    expect(verdict(retired({ lastLiveAt: day(5) }))).toEqual({ id: "a", due: day(105), reason: "LIVE_LATELY" });
    expect(verdict(retired({ lastLiveAt: day(5) }), { liveDays: 0 })).toMatchObject({ due: day(40), reason: "OUT" });
  });

  test.each<[Partial<Kept>, string]>([
    [{ live: true }, "LIVE"],
    [{ rollbackTarget: true }, "ROLLBACK_TARGET"],
    [{ needed: true }, "NEEDED"],
    [{ status: "CANDIDATE", outSince: null }, "IN_USE"],
    [{ status: "APPROVED", outSince: null }, "IN_USE"],
  ])("stay for good: %o", (changes, reason) => {
    expect(verdict(retired(changes), { days: 1, liveDays: 0 })).toEqual({ id: "a", due: null, reason });
  });

  test("stay while it is among the newest, of whatever status", () => {
    const all = [0, 1, 2, 3].map((age) => retired({ id: String(age), createdAt: day(10 - age) }));
    all[0] = { ...all[0]!, status: "CANDIDATE", outSince: null };
    const kept = retain(all, policy({ keep: 2 })).filter(({ due }) => due === null);
    expect(kept.map(({ id, reason }) => [id, reason])).toEqual([
      ["0", "IN_USE"],
      ["1", "AMONG_NEWEST"],
    ]);
  });
});

test("whatever the history and the policy: nothing that speaks, is needed or may come back is ever due, and a stricter policy frees no less", () => {
  const moment = fc.integer({ min: 0, max: 400 }).map(day);
  const adapter = fc.record({
    status: fc.constantFrom("CANDIDATE", "APPROVED", "REJECTED", "RETIRED"),
    createdAt: moment,
    outSince: fc.option(moment),
    ...{ live: fc.boolean(), rollbackTarget: fc.boolean(), needed: fc.boolean(), lastLiveAt: fc.option(moment) },
  });
  const all = fc
    .array(adapter, { maxLength: 12 })
    .map((rows) => rows.map((row, i): Kept => ({ id: String(i), ...row })));
  const limits = fc.record({
    days: fc.integer({ min: 1, max: 200 }),
    keep: fc.integer({ min: 0, max: 5 }),
    liveDays: fc.integer({ min: 0, max: 200 }),
  });
  fc.assert(
    fc.property(all, limits, (rows, given) => {
      const verdicts = retain(rows, policy(given));
      expect(verdicts.map(({ id }) => id)).toEqual(rows.map(({ id }) => id));
      const stricter = retain(rows, policy({ days: 1, keep: 0, liveDays: 0 }));
      for (const [i, { due }] of verdicts.entries()) {
        if (due === null) continue;
        const { live, rollbackTarget, needed, status, lastLiveAt } = rows[i]!;
        expect([live, rollbackTarget, needed]).toEqual([false, false, false]);
        expect(["REJECTED", "RETIRED"]).toContain(status);
        if (lastLiveAt) expect(due.getTime()).toBeGreaterThanOrEqual(lastLiveAt.getTime() + given.liveDays * DAY);
        expect(stricter[i]!.due!.getTime()).toBeLessThanOrEqual(due.getTime());
      }
      const newest = [...rows].sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime()).slice(0, given.keep);
      const due = new Set(verdicts.filter((one) => one.due).map(({ id }) => id));
      // Equal ages may stand either way round.
      const oldest = newest.at(-1)?.createdAt.getTime() ?? Number.POSITIVE_INFINITY;
      for (const row of rows) if (row.createdAt.getTime() > oldest) expect(due.has(row.id)).toBe(false);
    }),
    { numRuns: 500 },
  );
});
