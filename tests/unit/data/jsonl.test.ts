/** Reading training files: every layout that is promised, and a sentence with the line's number for every other. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseLines } from "../../../server/domain/dataset-lines.ts";
import type { DataKind } from "../../../server/domain/run-config.ts";
import { readDialogues, readExamples, readPairs } from "../../../trainer/data/jsonl.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "hone-jsonl-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(...lines: (string | object)[]): string {
  const path = join(folder, "data.jsonl");
  writeFileSync(path, lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n"));
  return path;
}

const pair = { prompt: "Hi", chosen: "Hello.", rejected: "What?" };

describe("readPairs", () => {
  it("reads strings as one user turn and one reply", async () => {
    expect(await readPairs(file(pair))).toEqual([
      {
        prompt: [{ role: "user", content: "Hi", tokenIds: null }],
        chosen: { content: "Hello.", tokenIds: null },
        rejected: { content: "What?", tokenIds: null },
        weight: 1,
        origin: "line 1",
      },
    ]);
  });

  it("reads role/content lists, sampled tokens and weights, and ignores other keys", async () => {
    const [read] = await readPairs(
      file({
        prompt: [
          { role: "system", content: "Be brief." },
          { role: "user", content: "Hi" },
        ],
        chosen: [{ role: "assistant", content: "Hello.", token_ids: [5, 6, 2] }],
        rejected: [{ role: "assistant", content: "What?" }],
        weight: 0.5,
        score_chosen: 9,
      }),
    );
    expect(read!.prompt.map(({ role }) => role)).toEqual(["system", "user"]);
    expect(read!.chosen).toEqual({ content: "Hello.", tokenIds: [5, 6, 2] });
    expect(read!.weight).toBe(0.5);
  });

  it("skips blank lines and a byte order mark, and counts lines as an editor does", async () => {
    const read = await readPairs(file(`\uFEFF${JSON.stringify(pair)}`, "", "  ", JSON.stringify(pair), ""));
    expect(read.map(({ origin }) => origin)).toEqual(["line 1", "line 4"]);
  });

  it.each<[string, string | object, RegExp]>([
    ["broken JSON", '{"prompt": ', /data\.jsonl, line 2: not valid JSON \(/],
    ["an array", [1], /line 2: expected an object with "prompt", "chosen" and "rejected"/],
    ["a missing field", { prompt: "Hi", chosen: "a" }, /line 2: .*"rejected"/],
    ["an empty reply", { ...pair, chosen: "" }, /line 2: .*"chosen": must not be empty/],
    ["equal replies", { ...pair, rejected: pair.chosen }, /line 2: "chosen" and "rejected" are the same text/],
    ["a weight of 0", { ...pair, weight: 0 }, /line 2: .*"weight"/],
    [
      "a prompt that ends with the assistant",
      { ...pair, prompt: [{ role: "assistant", content: "x" }] },
      /line 2: the prompt must end with a "user" turn, found "assistant"/,
    ],
    [
      "a reply by the user",
      { ...pair, chosen: [{ role: "user", content: "x" }] },
      /line 2: "chosen" must end with one "assistant" turn, found "user"/,
    ],
    ["an unknown role", { ...pair, prompt: [{ role: "tool", content: "x" }] }, /line 2: .*"prompt\.0\.role"/],
    [
      "negative token ids",
      { ...pair, chosen: [{ role: "assistant", content: "x", token_ids: [-1] }] },
      /line 2: .*"chosen\.0\.token_ids\.0"/,
    ],
  ])("names the line with %s", async (_, line, message) => {
    await expect(readPairs(file(pair, line, pair))).rejects.toThrow(message);
    await expect(readPairs(file(pair, line, pair))).rejects.toMatchObject({ code: "BAD_DATA" });
  });

  it("says that a file is missing, is a folder, or holds nothing", async () => {
    await expect(readPairs(join(folder, "none.jsonl"))).rejects.toThrow(/none\.jsonl: there is no such file/);
    await expect(readPairs(folder)).rejects.toThrow(/it is no file/);
    await expect(readPairs(file("", ""))).rejects.toMatchObject({ code: "NO_EXAMPLES" });
  });
});

describe("readDialogues", () => {
  it("takes the last turn of `messages` as the completion", async () => {
    const [read] = await readDialogues(
      file({
        messages: [
          { role: "user", content: "Hi" },
          { role: "assistant", content: "Hello." },
          { role: "user", content: "Bye" },
          { role: "assistant", content: "Goodbye." },
        ],
      }),
    );
    expect(read!.prompt).toHaveLength(3);
    expect(read!.completion).toEqual({ content: "Goodbye.", tokenIds: null });
  });

  it("reads prompt and completion", async () => {
    const [read] = await readDialogues(file({ prompt: "Hi", completion: "Hello." }));
    expect(read).toMatchObject({ prompt: [{ role: "user", content: "Hi" }], completion: { content: "Hello." } });
  });

  it.each<[string, object, RegExp]>([
    ["neither layout", { text: "x" }, /line 1: expected an object with "messages", or with "prompt" and "completion"/],
    [
      "a dialogue without a reply",
      {
        messages: [
          { role: "user", content: "Hi" },
          { role: "user", content: "?" },
        ],
      },
      /line 1: "messages" must end with one "assistant" turn, found "user"/,
    ],
  ])("names the line with %s", async (_, line, message) => {
    await expect(readDialogues(file(line))).rejects.toThrow(message);
  });
});

describe("readExamples", () => {
  const turns = [{ role: "user", content: "Hi", tokenIds: null }];

  it("reads rankings, and pairs as rankings of two with their margin", async () => {
    const path = file(
      {
        prompt: "Hi",
        replies: [
          { content: "a", rank: 2 },
          { content: "b", rank: 1, token_ids: [4, 2] },
        ],
      },
      { ...pair, margin: 1.5, weight: 2 },
    );
    expect(await readExamples("RANKINGS", path)).toEqual([
      {
        prompt: turns,
        replies: [
          { content: "a", tokenIds: null, rank: 2 },
          { content: "b", tokenIds: [4, 2], rank: 1 },
        ],
        weight: 1,
        origin: "line 1",
      },
      {
        prompt: turns,
        replies: [
          { content: "Hello.", tokenIds: null, rank: 1 },
          { content: "What?", tokenIds: null, rank: 2 },
        ],
        margin: 1.5,
        weight: 2,
        origin: "line 2",
      },
    ]);
  });

  it("reads thumbs, prompts with and without an answer, and a pair's own epsilon", async () => {
    expect(await readExamples("THUMBS", file({ prompt: "Hi", completion: "Hello.", label: false }))).toEqual([
      { prompt: turns, completion: { content: "Hello.", tokenIds: null }, liked: false, weight: 1, origin: "line 1" },
    ]);
    expect(await readExamples("PROMPTS", file({ prompt: "Hi" }, { prompt: "Hi", answer: 12 }))).toEqual([
      { prompt: turns, answer: null, origin: "line 1" },
      { prompt: turns, answer: "12", origin: "line 2" },
    ]);
    expect(await readExamples("PAIRS", file({ ...pair, epsilon: 0.2 }))).toMatchObject([{ epsilon: 0.2 }]);
  });

  it("reads texts as JSON Lines, and a plain file as one document", async () => {
    expect(await readExamples("TEXTS", file({ text: "One." }, { text: "Two.\nThree." }))).toEqual([
      { text: "One.", origin: "line 1" },
      { text: "Two.\nThree.", origin: "line 2" },
    ]);
    const plain = join(folder, "book.txt");
    writeFileSync(plain, "\uFEFFOnce upon a time.\n\nThe end.\n");
    expect(await readExamples("TEXTS", plain)).toEqual([{ text: "Once upon a time.\n\nThe end.\n", origin: "line 1" }]);
    writeFileSync(plain, " \n");
    await expect(readExamples("TEXTS", plain)).rejects.toMatchObject({ code: "NO_EXAMPLES" });
  });

  it.each<[DataKind, string, object, RegExp]>([
    ["RANKINGS", "one reply", { prompt: "Hi", replies: [{ content: "a", rank: 1 }] }, /line 1: .*"replies"/],
    [
      "RANKINGS",
      "only ties",
      {
        prompt: "Hi",
        replies: [
          { content: "a", rank: 1 },
          { content: "b", rank: 1 },
        ],
      },
      /same rank/,
    ],
    [
      "RANKINGS",
      "rank 0",
      {
        prompt: "Hi",
        replies: [
          { content: "a", rank: 0 },
          { content: "b", rank: 1 },
        ],
      },
      /"replies\.0\.rank"/,
    ],
    ["RANKINGS", "a negative margin", { ...pair, margin: -1 }, /line 1: .*"margin"/],
    ["THUMBS", "a label that is a word", { prompt: "Hi", completion: "a", label: "up" }, /line 1: .*"label"/],
    [
      "THUMBS",
      "an empty reply",
      { prompt: "Hi", completion: [{ role: "assistant", content: "" }], label: true },
      /"completion" is empty/,
    ],
    ["PROMPTS", "no prompt", { question: "Hi" }, /line 1: expected an object with "prompt"/],
    ["TEXTS", "an empty text", { text: "" }, /line 1: .*"text": must not be empty/],
    ["PAIRS", "an epsilon of a half", { ...pair, epsilon: 0.5 }, /line 1: .*"epsilon"/],
  ])("names the line of %s with %s", async (kind, _, line, message) => {
    await expect(readExamples(kind, file(line))).rejects.toThrow(message);
  });
});

describe("parseLines", () => {
  it("gives the good lines and what is wrong with the others, by their numbers", () => {
    const text = [
      "\uFEFF",
      JSON.stringify(pair),
      "",
      "{",
      JSON.stringify({ ...pair, weight: -1 }),
      JSON.stringify(pair),
    ].join("\r\n");
    const { lines, problems } = parseLines("PAIRS", text);
    expect(lines.map(({ number }) => number)).toEqual([2, 6]);
    expect(lines[0]!.content).toMatchObject({ chosen: { content: "Hello." }, weight: 1 });
    expect(problems.map(({ line }) => line)).toEqual([4, 5]);
    expect(problems[0]!.message).toMatch(/^not valid JSON/);
    expect(problems[1]!.message).toMatch(/"weight"/);
  });

  it("takes a text that is no JSON as one document", () => {
    expect(parseLines("TEXTS", "One.\nTwo.").lines).toEqual([{ number: 1, content: { text: "One.\nTwo." } }]);
    expect(parseLines("TEXTS", '{"text": "One."}\n{"text": "Two."}').lines).toHaveLength(2);
    expect(parseLines("TEXTS", " \n").lines).toEqual([]);
  });
});
