// A new release beside what was kept of the one before it: each kept word counts once, and an equal release is hardly ever taken back.
import { describe, expect, test } from "vitest";
import { harmOf, type Observation } from "../../../server/domain/canary/evidence.ts";
import { absorbBesideKept, isUsedUp, ripened } from "../../../server/domain/canary/kept.ts";
import { floorOf } from "../../../server/domain/canary/state.ts";
import { tallies } from "../../../server/domain/sequential/two-proportions.ts";
import { emptyState, uniform } from "../sequential/simulate.ts";

const nothing = { thumbs: [], regenerate: [], errors: [] };
const word = (metric: Observation["metric"], value: number, onArm = true): Observation => ({ metric, onArm, value });

describe("words that were kept", () => {
  test("are set beside new ones, oldest first, once each; what has none beside it says nothing", () => {
    const state = { ...emptyState(), kept: { ...nothing, thumbs: [1, 0, 1] } };
    const after = absorbBesideKept(state, [word("thumbs", 0), word("errors", 0), word("thumbs", 1)]);
    expect(after.kept.thumbs).toEqual([1]);
    expect(tallies(after.thumbs)).toEqual({ arm: { n: 2, good: 1 }, control: { n: 2, good: 1 } });
    expect(tallies(after.errors).arm.n).toBe(0);
    const over = absorbBesideKept(after, [word("thumbs", 1), word("thumbs", 0), word("thumbs", 0)]);
    expect(tallies(over.thumbs)).toEqual({ arm: { n: 3, good: 2 }, control: { n: 3, good: 2 } });
    expect(isUsedUp(over.kept)).toBe(true);
  });

  test("are not joined by new words of the release before, nor by what cannot be compared with the past", () => {
    const state = { ...emptyState(), kept: { ...nothing, thumbs: [1] } };
    const heard = [word("thumbs", 1, false), word("latency", 900), word("sideBySide", 0)];
    expect(absorbBesideKept(state, heard)).toEqual(state);
  });
});

test("words wait until their reply is an hour old, but for failures; and then count in the order of the replies", () => {
  const minute = 60_000;
  const said = (metric: Observation["metric"], value: number, at: number) => ({
    ...word(metric, value),
    at: at * minute,
  });
  const first = ripened([], [said("thumbs", 0, 30), said("errors", 0, 31), said("regenerate", 1, 2)], 61 * minute);
  expect(first.ripe).toEqual([said("errors", 0, 31)]);
  expect(first.waiting.map(({ at }) => at / minute)).toEqual([2, 30]);
  const second = ripened(
    first.waiting,
    [said("thumbs", 1, 20), { ...said("thumbs", 0, 1), onArm: false }],
    90 * minute,
  );
  expect(second.ripe).toEqual([said("regenerate", 1, 2), said("thumbs", 1, 20), said("thumbs", 0, 30)]);
  expect(second.waiting).toEqual([]);
});

test("an equal release is taken back in at most one of twenty, looked at after every word; one that half of them dislike is", () => {
  const random = uniform(11);
  const takenBack = (now: number) =>
    Array.from({ length: 400 }, () => {
      const said = (share: number) => (random() < share ? 1 : 0);
      const kept = { ...nothing, thumbs: Array.from({ length: 200 }, () => said(0.8)) };
      let state = { ...emptyState(), kept };
      for (let i = 0; i < 200; i++) {
        state = absorbBesideKept(state, [word("thumbs", said(now))]);
        if (harmOf(state, { alpha: 0.05, leastErrors: 5, leastWords: 20 })) return true;
      }
      return false;
    }).filter(Boolean).length / 400;
  expect(takenBack(0.8)).toBeLessThanOrEqual(0.05);
  expect(takenBack(0.4)).toBeGreaterThan(0.95);
});

test("what counts began after both arms were there, also beside the release that came with the database", () => {
  const [older, newer] = ["01a2047b-996d-73a4-8ec2-b46d46121f5e", "01a2047c-996d-73a4-8ec2-b46d46121f5e"];
  const first = "ac78a0cb-e8b5-46c0-bbdd-af9221bb5910";
  expect(floorOf({ deploymentId: newer, controlId: older })).toBe(newer);
  expect(floorOf({ deploymentId: older, controlId: newer })).toBe(newer);
  expect(floorOf({ deploymentId: older, controlId: first })).toBe(older);
});
