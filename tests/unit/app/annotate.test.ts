// The annotators' keyboard, and how a task changes under it: what is submitted, what a rewrite needs, what an undo brings back.
import { describe, expect, it } from "vitest";
import {
  type Change,
  changed,
  type Draft,
  draftOf,
  emptyDraft,
  rewritable,
  submission,
} from "../../../app/annotate/_lib/draft.ts";
import { KEYS, keyOf, letterOf } from "../../../app/annotate/_lib/keys.ts";
import { dropName, parseDrop, type Target } from "../../../app/annotate/_lib/use-drag.ts";

const IDS = ["m1", "m2", "m3"];
const made = (...changes: Change[]): Draft =>
  changes.reduce((draft, change) => changed(draft, IDS, change), emptyDraft(IDS));
const put = (id: string, place: number | null): Change => ({ type: "put", id, place, next: true });
const press = (key: string, more: Partial<KeyboardEvent> = {}) => ({
  key,
  metaKey: false,
  ctrlKey: false,
  altKey: false,
  ...more,
});

describe("keys", () => {
  it("choose replies by letter and places by number, as far as there are any", () => {
    expect(keyOf(press("b"), 3, false)).toEqual({ act: "reply", index: 1 });
    expect(keyOf(press("B"), 3, false)).toEqual({ act: "reply", index: 1 });
    expect(keyOf(press("d"), 3, false)).toBeNull();
    expect(keyOf(press("3"), 3, false)).toEqual({ act: "place", place: 3 });
    expect(keyOf(press("4"), 3, false)).toBeNull();
    expect(keyOf(press("9"), 9, false)).toEqual({ act: "place", place: 9 });
  });

  it("answer the question while two replies are compared", () => {
    expect(keyOf(press("1"), 3, true)).toEqual({ act: "left" });
    expect(keyOf(press("ArrowRight"), 3, true)).toEqual({ act: "right" });
    expect(keyOf(press("t"), 3, true)).toEqual({ act: "tie" });
    expect(keyOf(press("a"), 3, true)).toBeNull();
    expect(keyOf(press("0"), 3, true)).toEqual({ act: "allBad" });
  });

  it("leave the browser its own", () => {
    expect(keyOf(press("r", { ctrlKey: true }), 3, false)).toBeNull();
    expect(keyOf(press("s", { metaKey: true }), 3, false)).toBeNull();
    expect(keyOf(press("Tab"), 3, false)).toBeNull();
    expect(keyOf(press(" "), 3, false)).toBeNull();
  });

  it("of the help all do something, and no letter of a reply is among them", () => {
    const letters = Array.from({ length: 9 }, (_, i) => letterOf(i));
    for (const [name, keys] of KEYS.both) {
      expect([name, keyOf(press(keys[0]), 9, false)]).not.toEqual([name, null]);
      expect(letters).not.toContain(keys[0]);
    }
  });
});

describe("a task", () => {
  it("goes on to the next reply without a place, and is ready when all have one", () => {
    const half = made(put("m1", 2), put("m2", 1));
    expect(half.active).toBe("m3");
    expect(submission(half, IDS)).toBeNull();
    const whole = changed(half, IDS, put("m3", 2));
    expect(submission(whole, IDS)).toEqual({
      ranks: [
        { messageId: "m2", rank: 1 },
        { messageId: "m1", rank: 2 },
        { messageId: "m3", rank: 2 },
      ],
      allBad: false,
      labels: [],
      rewrite: null,
      comment: null,
    });
  });

  it("takes no place that there is not", () => {
    expect(made(put("m1", 4)).places).toEqual({});
  });

  it("may be all bad without an order, and no longer is once somebody gives places", () => {
    const bad = made({ type: "allBad", allBad: true });
    expect(submission(bad, IDS)).toMatchObject({ ranks: [], allBad: true });
    expect(changed(bad, IDS, put("m1", 1)).allBad).toBe(false);
  });

  it("sends a rewrite of the best reply only", () => {
    const ranked = made(put("m1", 1), put("m2", 1), put("m3", 2));
    expect(rewritable(ranked, IDS)).toEqual(["m1", "m2"]);
    const written = changed(ranked, IDS, { type: "rewrite", rewrite: { messageId: "m2", content: "Better." } });
    expect(submission(written, IDS)?.rewrite).toEqual({ messageId: "m2", content: "Better." });
    const moved = changed(written, IDS, put("m2", 3));
    expect(submission(moved, IDS)?.rewrite).toBeNull();
    expect(moved.rewrite?.content).toBe("Better.");
    expect(rewritable(made({ type: "allBad", allBad: true }), IDS)).toEqual(IDS);
    expect(rewritable(made(put("m1", 1)), IDS)).toEqual([]);
  });

  it("holds labels once each and leaves blank words out", () => {
    const label = (id: string, on: boolean): Change => ({ type: "label", id, label: "unsafe", on });
    const draft = made(put("m1", 1), put("m2", 2), put("m3", 3), label("m3", true), label("m3", true));
    const said = changed(draft, IDS, { type: "comment", comment: "  \n" });
    expect(submission(said, IDS)).toMatchObject({ labels: [{ messageId: "m3", label: "unsafe" }], comment: null });
    expect(submission(changed(said, IDS, label("m3", false)), IDS)?.labels).toEqual([]);
  });

  it("gets its places from answers, and loses them with the last answer", () => {
    const answers = (["left", "left", "right"] as const).map((answer): Change => ({ type: "answer", answer }));
    // m1 or m2? m1. Then m3 (left) or m2? m3. Then m1 (left) or m3? m3.
    const ranked = made(...answers);
    expect(ranked.places).toEqual({ m3: 1, m1: 2, m2: 3 });
    expect(changed(ranked, IDS, { type: "takeBackAnswer" }).places).toEqual({});
    expect(changed(ranked, IDS, put("m1", 1)).answers).toEqual([]);
  });

  it("comes back from an undo as it was submitted", () => {
    const submitted = {
      ranks: [
        { messageId: "m2", rank: 1 },
        { messageId: "m1", rank: 2 },
        { messageId: "m3", rank: 2 },
      ],
      allBad: false,
      labels: [{ messageId: "m1", label: "factual-error" as const }],
      rewrite: { messageId: "m2", content: "Better." },
      comment: "Close.",
    };
    expect(submission(draftOf(IDS, submitted), IDS)).toEqual(submitted);
  });
});

it("drop targets survive the way through the page", () => {
  const targets: Target[] = [{ kind: "tray" }, { kind: "place", at: 3 }, { kind: "gap", at: 10 }];
  for (const target of targets) expect(parseDrop(dropName(target))).toEqual(target);
  expect(parseDrop("elsewhere")).toBeNull();
  expect(parseDrop(undefined)).toBeNull();
});
