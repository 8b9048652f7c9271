// What the admin pages work out before they show it: words that differ, forms, timelines, next steps, figures.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { auditChanges, subjectPath } from "../../../app/admin/_lib/audit-changes.ts";
import { measured, shorterBy } from "../../../app/admin/_lib/figures.ts";
import { bytes, releaseName, roughSpan, span } from "../../../app/admin/_lib/format.ts";
import { finding } from "../../../app/admin/_lib/metrics.ts";
import { nextStep } from "../../../app/admin/_lib/next-step.ts";
import { timeline } from "../../../app/admin/_lib/run-states.ts";
import { type Piece, wordDiff } from "../../../app/admin/_lib/word-diff.ts";

const changed = (pieces: readonly Piece[]) => pieces.filter((piece) => piece.changed).map((piece) => piece.text);
const whole = (pieces: readonly Piece[]) => pieces.map((piece) => piece.text).join("");

describe("word differences", () => {
  test("names what each side has alone", () => {
    const { left, right } = wordDiff("The sky is blue today.", "The sky is very blue.", "en");
    expect(changed(left)).toEqual([" today"]);
    expect(changed(right)).toEqual(["very "]);
  });

  test("finds words in Chinese, which has no spaces", () => {
    const { left, right } = wordDiff("天空是蓝色的。", "天空是灰色的。", "zh");
    expect(changed(left)).toEqual(["蓝色"]);
    expect(changed(right)).toEqual(["灰色"]);
  });

  test("joined again is the text, and equal texts have no change, for any two texts", () => {
    const text = fc.array(fc.constantFrom("a", "b", " ", "c.", "好", "\n")).map((words) => words.join(""));
    fc.assert(
      fc.property(text, text, (a, b) => {
        const { left, right } = wordDiff(a, b, "en");
        expect(whole(left)).toBe(a);
        expect(whole(right)).toBe(b);
        if (a === b) expect([...changed(left), ...changed(right)]).toEqual([]);
      }),
    );
  });

  test("what is unchanged is the same text on both sides", () => {
    const text = fc.array(fc.constantFrom("red", "green", "blue", "dark")).map((words) => words.join(", "));
    fc.assert(
      fc.property(text, text, (a, b) => {
        const { left, right } = wordDiff(a, b, "en");
        const same = (pieces: readonly Piece[]) =>
          pieces
            .filter((piece) => !piece.changed)
            .map((piece) => piece.text)
            .join("")
            .replace(/\s/g, "");
        expect(same(left)).toBe(same(right));
      }),
    );
  });

  test("gives up on the middle of two enormous texts instead of hanging", () => {
    const a = Array.from({ length: 3000 }, (_, i) => `a${i}`).join(" ");
    const b = Array.from({ length: 3000 }, (_, i) => `b${i}`).join(" ");
    expect(changed(wordDiff(`same ${a} end`, `same ${b} end`, "en").left)).toEqual([a]);
  });
});

describe("the timeline of a run", () => {
  const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute));
  const times = { createdAt: at(0), startedAt: at(1), finishedAt: at(5) };
  const states = (run: Parameters<typeof timeline>[0]) =>
    timeline(run).map(({ status, state }) => `${status} ${state}`);

  test("shows what is to come while it runs", () => {
    expect(states({ ...times, finishedAt: null, status: "RUNNING" })).toEqual([
      "QUEUED done",
      "RUNNING current",
      "EVALUATING coming",
      "SUCCEEDED coming",
    ]);
  });

  test("ends where the run ended", () => {
    expect(states({ ...times, status: "FAILED" })).toEqual(["QUEUED done", "RUNNING done", "FAILED current"]);
    expect(states({ ...times, startedAt: null, status: "CANCELLED" })).toEqual(["QUEUED done", "CANCELLED current"]);
    expect(states({ ...times, status: "SUCCEEDED" }).at(-1)).toBe("SUCCEEDED current");
  });
});

test("the next step is the first that has not been done", () => {
  const fresh = { feedback: 0, pairs: 0, newPairs: 0, runs: 0, schedules: 0, liveAdapter: false };
  expect(nextStep(fresh)).toEqual({ kind: "chat" });
  expect(nextStep({ ...fresh, feedback: 3 })).toEqual({ kind: "moreThumbs", missing: 40 });
  expect(nextStep({ ...fresh, feedback: 30, pairs: 15 })).toEqual({ kind: "moreThumbs", missing: 10 });
  expect(nextStep({ ...fresh, feedback: 90, pairs: 25 })).toEqual({ kind: "firstRun", pairs: 25 });
  expect(nextStep({ ...fresh, pairs: 25, runs: 1 })).toEqual({ kind: "activate" });
  expect(nextStep({ ...fresh, pairs: 25, newPairs: 4, runs: 1, liveAdapter: true })).toEqual({
    kind: "keepGoing",
    newPairs: 4,
  });
  expect(nextStep({ ...fresh, newPairs: 4, schedules: 2, liveAdapter: true })).toEqual({
    kind: "byItself",
    newPairs: 4,
  });
});

test("a finding compares the beginning with the end and not one noisy step with another", () => {
  const rows = Array.from({ length: 20 }, (_, i) => ({
    step: i + 1,
    values: { loss: i < 2 ? [2, 4][i]! : i > 17 ? 1 : 9 },
  }));
  expect(finding(rows, "loss")).toEqual({ from: 3, to: 1 });
  expect(finding(rows.slice(0, 1), "loss")).toBeNull();
  expect(finding(rows, "missing")).toBeNull();
});

test("spans, sizes and names read naturally in both languages", () => {
  expect(span(3905, "en")).toBe("1 hr 5 min");
  expect(span(3600, "en")).toBe("1 hr");
  expect(span(0.2, "en")).toBe("0 sec");
  expect(roughSpan(6.5 * 86400, "en")).toBe("6 days");
  expect(roughSpan(6.5 * 86400, "zh")).toBe("6天");
  expect(bytes(10_100_000, "en")).toBe("10.1 MB");
  expect(bytes(0, "en")).toBe("0 bytes");
  expect(releaseName({ number: 7, adapterSha256: "3f9a2c".padEnd(64, "0") })).toBe("r7 · 3f9a2c");
  expect(releaseName({ number: 1, adapterSha256: null })).toBe("r1");
});

describe("an audit row", () => {
  test("tells only what changed", () => {
    const before = { role: "USER", name: "Mei", gone: 1 };
    const after = { role: "ADMIN", name: "Mei", tags: ["a"] };
    expect(auditChanges(before, after)).toEqual([
      { key: "role", before: "USER", after: "ADMIN" },
      { key: "gone", before: "1", after: undefined },
      { key: "tags", before: undefined, after: '["a"]' },
    ]);
    expect(auditChanges(null, 5)).toEqual([{ key: "value", before: undefined, after: "5" }]);
  });

  test("leads to the page of its subject, where there is one", () => {
    expect(subjectPath("Run:abc")).toBe("/admin/runs/abc");
    expect(subjectPath("User:abc")).toBe("/admin/people");
    expect(subjectPath("ApiKey:abc")).toBeNull();
    expect(subjectPath("Run")).toBeNull();
  });
});

describe("what an adapter measured", () => {
  const metrics = {
    "heldout/pairs": 9,
    "heldout/accuracy": 0.8,
    "heldout/accuracy_live": 0.6,
    "heldout/ranking": 0.7,
    "heldout/ranking_base": 0.5,
    "replies/prompts": 4,
    "replies/tokens": 6,
    "replies/tokens_base": 10,
    "calibration/9/count": 3,
    "general/loss_before": 2,
    "general/loss_after": 2.5,
    odd: 1,
  };

  test("stands beside the live release and the base, and unknown figures keep their names", () => {
    expect(measured(metrics)).toEqual({
      pairs: 9,
      heldOut: null,
      prompts: 4,
      rows: [
        { key: "accuracy", kind: "share", adapter: 0.8, live: 0.6, base: null },
        { key: "ranking", kind: "share", adapter: 0.7, live: null, base: 0.5 },
        { key: "general", kind: "number", adapter: 2.5, live: null, base: 2 },
        { key: "tokens", kind: "number", adapter: 6, live: null, base: 10 },
      ],
      others: [["odd", 1]],
    });
    expect(shorterBy(measured(metrics))).toBeCloseTo(0.4, 12);
  });

  test("counts held-out examples of every kind", () => {
    expect(measured({ "heldout/examples": 5, "heldout/loss": 1 })).toMatchObject({
      pairs: null,
      heldOut: 5,
      others: [],
    });
    expect(measured({ "heldout/prompts": 7, "heldout/reward": 0.8, "heldout/reward_base": 0.2 })).toMatchObject({
      heldOut: 7,
      rows: [{ key: "reward", adapter: 0.8, base: 0.2 }],
    });
  });

  test("says so when nothing was measured", () => {
    const nothing = measured({ "heldout/pairs": 0, "replies/prompts": 0 });
    expect(nothing).toEqual({ pairs: null, heldOut: null, prompts: null, rows: [], others: [] });
    expect(shorterBy(nothing)).toBeNull();
  });
});
