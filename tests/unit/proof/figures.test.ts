// The arithmetic of the proof: a median that is one, work in order, and goals that can fail.
import { expect, test, vi } from "vitest";
import type { CompletionResult } from "../../helpers/completions.ts";
import { Figures, inParallel, median } from "../../proof/figures.ts";
import { judgeStreams } from "../../proof/streams.ts";

test("the median of odd and even counts, unsorted", () => {
  expect(median([10, 1, 2])).toBe(2);
  expect(median([10, 1, 2, 4])).toBe(3);
});

test("parallel work keeps the order and the width", async () => {
  let running = 0;
  let most = 0;
  const results = await inParallel([3, 1, 2, 5, 4], 2, async (item, index) => {
    most = Math.max(most, ++running);
    for (let turn = 0; turn < item; turn++) await Promise.resolve();
    running--;
    return `${index}:${item}`;
  });
  expect(results).toEqual(["0:3", "1:1", "2:2", "3:5", "4:4"]);
  expect(most).toBe(2);
});

const said = (text: string, adapter: string): CompletionResult => {
  return { text, adapter, tokens: text.length, finishReason: "stop", messageId: null };
};
const before = Array.from({ length: 8 }, (_, person) => said(`old words of ${person}`, "base"));
const after = Array.from({ length: 8 }, (_, person) => said(`new words of ${person}`, "new"));
const failing = (spoken: CompletionResult[], failures: string[] = []) => {
  vi.spyOn(console, "log").mockImplementation(() => {});
  const figures = new Figures();
  const streams = spoken.map((reply, person) => ({ person, beganAt: 0, endedAt: 30, reply }));
  judgeStreams(figures, { beganAt: 10, doneAt: 20, before, after, spoken: streams, failures }, "new");
  vi.restoreAllMocks();
  return figures.goals.filter(({ holds }) => !holds).map(({ sentence }) => sentence);
};

test("streams that kept their weights pass, old and new", () => {
  expect(failing([before[0]!, after[1]!])).toEqual([]);
});

test("a stream that changed its weights midway is seen", () => {
  expect(failing([said("old words ofwords of 0", "base")])).toEqual(["no stream changed its adapter midway"]);
  expect(failing([said(after[0]!.text, "base")])).toEqual(["no stream changed its adapter midway"]);
});

test("a stream that failed is seen, and so is silence during the activation", () => {
  expect(failing([before[0]!], ["reset"])).toEqual(["no stream failed"]);
  expect(failing([])).toEqual(["streams were running when it went live"]);
});
