// Small pure rules: titles, trees, states, derived ids, time left, the end of a reply.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { endingOf } from "../../../server/domain/generation.ts";
import { parentsFirst } from "../../../server/domain/message-view.ts";
import { uuidFrom } from "../../../server/domain/request-key.ts";
import { isFinal, NEXT, statesBefore } from "../../../server/domain/run-status.ts";
import { etaSeconds } from "../../../server/domain/run-view.ts";
import { titleFrom } from "../../../server/domain/title.ts";
import { AppError } from "../../../server/errors.ts";

describe("titles", () => {
  test.each([
    ["What is the capital of France?", "What is the capital of France?"],
    ["# Plan\nfor the week", "Plan"],
    ["\n\n- **Buy** `milk`", "Buy milk"],
    ["---\nHello", "Hello"],
    ["?!", "?!"],
    ["今天天气怎么样？", "今天天气怎么样？"],
  ])("%j → %j", (prompt, title) => expect(titleFrom(prompt)).toBe(title));

  test("are cut at a word, or anywhere where there are no words, and never within a character", () => {
    expect(titleFrom(`${"word ".repeat(20)}`)).toBe(`${"word ".repeat(11).trimEnd()}…`);
    expect([...titleFrom("字".repeat(100))]).toHaveLength(60);
    expect(titleFrom("🌧️".repeat(100)).isWellFormed()).toBe(true);
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), (text) => [...titleFrom(text)].length <= 60),
    );
  });
});

test("a conversation's tree is told parents first, siblings by age, whatever order it comes in", () => {
  const tree = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 3 })), { maxLength: 30 }).map((nodes) =>
    nodes.map(([parent, age], i) => ({
      id: `m${i}`,
      parentId: i === 0 || parent % (i + 1) === i ? null : `m${parent % i}`,
      createdAt: new Date(age),
    })),
  );
  fc.assert(
    fc.property(tree, fc.infiniteStream(fc.nat()), (messages, dice) => {
      const shuffled = [...messages].sort(() => ((dice.next().value as number) % 3) - 1);
      const ordered = parentsFirst(shuffled);
      const place = new Map(ordered.map(({ id }, i) => [id, i]));
      expect(ordered).toHaveLength(messages.length);
      for (const { id, parentId, createdAt } of ordered) {
        if (parentId) expect(place.get(parentId)!).toBeLessThan(place.get(id)!);
        const older = ordered.filter((other) => other.parentId === parentId && other.createdAt < createdAt);
        for (const sibling of older) expect(place.get(sibling.id)!).toBeLessThan(place.get(id)!);
      }
    }),
  );
});

describe("states of a run", () => {
  test("final ones lead nowhere, and every state can be reached and left", () => {
    expect(Object.keys(NEXT).filter((status) => isFinal(status as keyof typeof NEXT))).toEqual([
      "SUCCEEDED",
      "FAILED",
      "CANCELLED",
    ]);
    for (const status of Object.keys(NEXT) as (keyof typeof NEXT)[]) {
      expect(statesBefore(status).length).toBeGreaterThan(0);
      expect(statesBefore(status).some(isFinal)).toBe(false);
    }
  });

  test("success only comes after measuring", () => expect(statesBefore("SUCCEEDED")).toEqual(["EVALUATING"]));
});

test("ids from the same parts are the same, from others different, and valid", () => {
  expect(uuidFrom("a", "b")).toBe(uuidFrom("a", "b"));
  expect(uuidFrom("ab", "")).not.toBe(uuidFrom("a", "b"));
  expect(uuidFrom("a")).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test("the time left goes by this attempt's own pace", () => {
  const start = new Date("2026-01-01T00:00:00Z");
  const now = new Date("2026-01-01T00:01:00Z");
  const run = { status: "RUNNING", step: 30, totalSteps: 50, attemptStep: 20, attemptStartedAt: start } as const;
  expect(etaSeconds(run, now)).toBe(120);
  expect(etaSeconds({ ...run, step: 20 }, now)).toBeNull();
  expect(etaSeconds({ ...run, status: "EVALUATING" }, now)).toBeNull();
  expect(etaSeconds({ ...run, step: 60 }, now)).toBe(0);
});

describe("the end of a reply", () => {
  const said = { spoken: { text: "Half", tokenIds: [1], logProbs: [-1] } };
  const silent = { spoken: { text: "", tokenIds: [], logProbs: [] } };
  const open = { started: true, promptTokens: 3, end: null };
  const lost = new AppError("INFERENCE_LOST", "gone");

  test("is complete only when the model itself ended it", () => {
    const end = { reason: "stop" as const, tokenIds: [1, 2] };
    expect(endingOf(said, { ...open, end }, { stop: true, failure: null })).toMatchObject({
      status: "COMPLETE",
      endReason: "STOP",
      spoken: { tokenIds: [1, 2] },
    });
    for (const stop of [true, false]) {
      for (const failure of [null, lost, new Error("unexpected")]) {
        expect(endingOf(said, open, { stop, failure }).status).toBe("INTERRUPTED");
      }
    }
  });

  test("without a word it failed, unless its reader wanted it so", () => {
    expect(endingOf(silent, open, { stop: false, failure: lost })).toMatchObject({
      status: "FAILED",
      error: { code: "INFERENCE_LOST" },
    });
    expect(endingOf(silent, open, { stop: true, failure: lost })).toMatchObject({ status: "INTERRUPTED", error: null });
  });
});
