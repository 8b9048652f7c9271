// What admins do with Datasets on a real database: search and filter, statistics, comparing, looking for private data, exporting.
import { gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { exampleBatches } from "../../../server/domain/dataset-examples.ts";
import { exportDataset, packed } from "../../../server/domain/export.ts";
import type { DatasetView } from "../../../server/domain/views.ts";
import type { Viewer } from "../../../server/viewer.ts";
import { insertPairs } from "../../helpers/loop.ts";
import { type Caller, testWorld } from "../../helpers/world.ts";

const world = testWorld();
let admin: Caller;
let ann: Viewer;
let uploaded: string;
let judged: string;

const upload = async (lines: object[], name = "file") => {
  const text = lines.map((line) => JSON.stringify(line)).join("\n");
  const { dataset, problems } = await admin.dataset.upload({ kind: "PAIRS", name, text });
  expect(problems).toEqual([]);
  return dataset!.id;
};
const pair = (i: number, more: object = {}) => ({
  ...{ prompt: `Question ${i}, please?`, chosen: `A long good answer ${i}.`, rejected: "No." },
  ...more,
});

beforeAll(async () => {
  admin = world.as(world.admin);
  ann = await world.person("Ann");
  uploaded = await upload([
    ...Array.from({ length: 50 }, (_, i) => pair(i)),
    ...Array.from({ length: 10 }, (_, i) =>
      pair(i, { prompt: `第${i}个问题是什么？`, chosen: "好。", rejected: "不知道，真的不知道。" }),
    ),
    pair(60, { prompt: 'He said "hi"\nand 100% left_over', source: "EDIT", epsilon: 0.2, weight: 0.5 }),
  ]);
  await insertPairs(
    world,
    ann.id,
    Array.from({ length: 45 }, (_, i) => `Prompt ${i} of the people`),
  );
  judged = (await admin.dataset.freeze({ kind: "PAIRS", name: "people" })).id;
});

/** All pages, as somebody who scrolls to the end sees them. */
async function all(id: string, filter: Parameters<Caller["dataset"]["get"]>[0]["filter"]) {
  const ordinals: number[] = [];
  let pages = 0;
  for (let cursor: string | undefined; ; ) {
    const view: DatasetView = await admin.dataset.get({ id, cursor, filter });
    const shown = [...view.pairs.items, ...view.items.items].map(({ ordinal }) => ordinal);
    ordinals.push(...shown);
    pages++;
    const next = view.pairs.nextCursor ?? view.items.nextCursor;
    if (next === null) return { ordinals, pages };
    cursor = next;
  }
}

describe("searching", () => {
  test("without a filter every example is there once, in its order", async () => {
    expect(await all(uploaded, undefined)).toEqual({ ordinals: Array.from({ length: 61 }, (_, i) => i), pages: 3 });
    expect((await all(judged, {})).ordinals).toEqual(Array.from({ length: 45 }, (_, i) => i));
  });

  test.each([
    ["a word of a prompt, whatever its case", { search: "QUESTION 7," }, 1],
    ["signs that JSON and LIKE know", { search: '"hi"\nand 100% left_' }, 1],
    ["a sign that stands for any other in LIKE", { search: "left%over" }, 0],
    ["the name of a field, which is no text", { search: "tokenIds" }, 0],
    ["Chinese", { search: "第3个" }, 1],
    ["a language", { language: "zh" }, 10],
    ["a language and a word", { language: "zh", search: "第3" }, 1],
    ["a source", { source: "EDIT" as const }, 1],
    ["another source", { source: "RANKING" as const }, 0],
  ])("%s", async (_, filter, count) => {
    expect((await all(uploaded, filter)).ordinals).toHaveLength(count);
  });

  test("people's pairs are found by their messages, split and source", async () => {
    expect((await all(judged, { search: "prompt 17 of" })).ordinals).toHaveLength(1);
    expect((await all(judged, { search: "bad." })).ordinals).toHaveLength(45);
    expect((await all(judged, { language: "en", search: "nobody" })).ordinals).toEqual([]);
    const { heldOut, train } = (await admin.dataset.list()).find(({ id }) => id === judged)!;
    expect((await all(judged, { split: "HELDOUT" })).ordinals).toHaveLength(heldOut);
    expect((await all(judged, { split: "TRAIN", source: "FEEDBACK" })).ordinals).toHaveLength(train);
    expect((await all(judged, { source: "EDIT" })).ordinals).toEqual([]);
  });
});

describe("statistics", () => {
  test("count every example once, and are worked out once", async () => {
    const statistics = await admin.dataset.statistics({ id: uploaded });
    expect(statistics).toMatchObject({
      examples: 61,
      balance: [
        { name: "longer", count: 51 },
        { name: "shorter", count: 10 },
      ],
      languages: [
        { language: "en", count: 51 },
        { language: "zh", count: 10 },
      ],
      sources: [
        { source: "UPLOAD", count: 60 },
        { source: "EDIT", count: 1 },
      ],
      raters: { count: 0, largestShare: 0 },
      clusters: { count: 61, largest: 1 },
    });
    const sum = ({ counts }: { counts: number[] }) => counts.reduce((total, count) => total + count, 0);
    const { length, lengthDifference, weight, epsilon } = statistics;
    for (const histogram of [length.prompt, length.chosen, length.rejected!, lengthDifference!, weight]) {
      expect(sum(histogram)).toBe(61);
      expect(histogram.edges).toHaveLength(histogram.counts.length + 1);
    }
    expect(epsilon).toEqual({ edges: [0.2, 0.25], counts: [1] });
    const { statistics: kept } = await world.db.dataset.findUniqueOrThrow({ where: { id: uploaded } });
    expect(kept).toEqual(statistics);
    expect(await admin.dataset.statistics({ id: uploaded })).toEqual(statistics);
    // Kept once, like everything of a Dataset.
    await expect(world.db.dataset.update({ where: { id: uploaded }, data: { statistics: {} } })).rejects.toThrow(
      /refused/,
    );
  });

  test("of people's pairs know who judged", async () => {
    const { raters, examples, sources } = await admin.dataset.statistics({ id: judged });
    expect({ examples, raters }).toEqual({ examples: 45, raters: { count: 1, largestShare: 1 } });
    expect(sources).toEqual([{ source: "FEEDBACK", count: 45 }]);
  });
});

test("two Datasets are compared by what their examples say", async () => {
  const other = await upload([
    ...Array.from({ length: 40 }, (_, i) => pair(i, i === 0 ? { weight: 3 } : {})),
    pair(1000),
    pair(5, { split: "heldout" }),
  ]);
  const compared = await admin.dataset.compare({ a: uploaded, b: other });
  expect(compared).toMatchObject({ common: 40, onlyA: 21, onlyB: 2, reweighted: 1 });
  expect(
    compared.examples
      .filter(({ side }) => side === "B")
      .map(({ prompt }) => prompt)
      .sort(),
  ).toEqual(["Question 1000, please?", "Question 5, please?"]);
  expect(await admin.dataset.compare({ a: judged, b: judged })).toMatchObject({ common: 45, onlyA: 0, onlyB: 0 });
  const { dataset: texts } = await admin.dataset.upload({ kind: "TEXTS", name: "t", text: "Once." });
  await expect(admin.dataset.compare({ a: uploaded, b: texts!.id })).rejects.toMatchObject({
    cause: { code: "WRONG_DATA_KIND" },
  });
});

describe("private data", () => {
  const leaky = [
    pair(1, { prompt: "My mail is ann@example.com.", chosen: "Thanks, ann@example.com!", split: "heldout" }),
    pair(2, { rejected: "Call +49 151 2345 6789." }),
    pair(3, { chosen: "bob@example.com", rejected: "eve@example.com" }),
    pair(4),
  ];

  test("is found, and replaced in a new Dataset where an admin says so", async () => {
    const id = await upload(leaky, "leaky");
    const report = await admin.dataset.scan({ id });
    expect(report).toMatchObject({
      examples: 4,
      affected: 3,
      byKind: [
        { kind: "email", count: 4 },
        { kind: "phone", count: 1 },
      ],
    });
    const [finding] = report.findings.filter(({ field }) => field === "prompt.0");
    expect(finding).toMatchObject({ context: "My mail is [EMAIL].", start: 11, end: 26, replacement: "[EMAIL]" });
    const clean = await admin.dataset.redact({ id, kinds: ["email"], name: "clean" });
    expect(clean).toMatchObject({ name: "clean", train: 2, heldOut: 1, origin: "UPLOAD" });
    // Two replies that are equal once redacted say nothing any more.
    expect((await admin.dataset.get({ id: clean.id })).leftOut).toEqual([{ reason: "SAME_TEXT", count: 1 }]);
    expect(await admin.dataset.scan({ id: clean.id })).toMatchObject({
      affected: 1,
      byKind: [{ kind: "phone", count: 1 }],
    });
    expect((await admin.dataset.scan({ id })).affected).toBe(3);
    const kept = report.findings.find(({ context }) => context.includes("My mail"))!.ordinal;
    const partly = await admin.dataset.redact({ id, kinds: ["email"], keep: [kept] });
    expect((await admin.dataset.scan({ id: partly.id })).byKind).toContainEqual({ kind: "email", count: 2 });
    expect(await world.db.import.count({ where: { name: "redaction" } })).toBe(0);
  });

  test("of people's pairs keeps sides, sources, messages and raters, so that an erasure finds them", async () => {
    await insertPairs(world, ann.id, ["Reach me at ann@example.com"]);
    const { id } = await admin.dataset.freeze({ kind: "PAIRS" });
    expect(await admin.dataset.compare({ a: judged, b: id })).toMatchObject({
      ...{
        common: 45,
        onlyA: 0,
        onlyB: 1,
        examples: [{ side: "B", prompt: "Reach me at ann@example.com", chosen: "Good." }],
      },
    });
    const clean = await admin.dataset.redact({ id, kinds: ["email", "phone"] });
    const examples = async (of: string) => {
      const found = [];
      for await (const batch of exampleBatches(world.db, { id: of, kind: "PAIRS" })) found.push(...batch);
      return found
        .map(({ split, source, messageId, weight }) => JSON.stringify([split, source, messageId, weight]))
        .sort();
    };
    expect(await examples(clean.id)).toEqual(await examples(id));
    expect(clean).toMatchObject({ origin: "FEEDBACK", guards: expect.anything() });
    expect(await world.db.datasetRater.count({ where: { datasetId: clean.id } })).toBe(46);
    expect((await all(clean.id, { search: "[EMAIL]" })).ordinals).toHaveLength(1);
    const { items } = await admin.audit.list();
    expect(items[0]).toMatchObject({ action: "dataset.redact", after: { from: id, redacted: 1 } });

    // What was opted out since the old one was frozen does not enter the new one.
    const conversation = { messages: { some: { content: "Reach me at ann@example.com" } } };
    await world.db.conversation.updateMany({ where: conversation, data: { trainingOptOut: true } });
    const without = await admin.dataset.redact({ id, kinds: ["email"], name: "without" });
    expect(without.train + without.heldOut).toBe(45);
    expect((await admin.dataset.get({ id: without.id })).leftOut).toContainEqual({ reason: "OPTED_OUT", count: 1 });
    await world.db.conversation.updateMany({ where: conversation, data: { trainingOptOut: false } });
  });
});

describe("exporting", () => {
  const text = async (request: Parameters<typeof exportDataset>[1]) => {
    const { pieces, report, name } = await exportDataset(world.db, request);
    let file = "";
    for await (const piece of pieces) file += piece;
    return { file, report, name };
  };

  test("in Hone's own format and in again is the same Dataset", async () => {
    const { file, report } = await text({ id: uploaded, format: "hone" });
    expect(report).toEqual({ written: 61, leftOut: [], lost: [] });
    const again = await admin.dataset.upload({ kind: "PAIRS", name: "again", text: file });
    expect(again.dataset!.id).toBe(uploaded);
  });

  test("people's pairs come back as an upload with the same examples and sides", async () => {
    const { file, name } = await text({ id: judged, format: "hone" });
    expect(name).toMatch(/^pairs-[0-9a-f]{12}\.hone\.jsonl$/);
    const { dataset } = await admin.dataset.upload({ kind: "PAIRS", name: "again", text: file });
    expect(await admin.dataset.compare({ a: judged, b: dataset!.id })).toMatchObject({
      ...{ common: 45, onlyA: 0, onlyB: 0, movedSplit: 0, reweighted: 0 },
    });
  });

  test("says what a format has no place for, before and after", async () => {
    const expected = {
      written: 61,
      leftOut: [],
      lost: expect.arrayContaining([
        { field: "epsilon", count: 1 },
        { field: "source", count: 1 },
      ]),
    };
    expect(await admin.dataset.exportReport({ id: uploaded, format: "trl" })).toEqual(expected);
    expect((await text({ id: uploaded, format: "trl" })).report).toEqual(expected);
    const system = await upload([
      pair(1, {
        prompt: [
          { role: "system", content: "Be kind." },
          { role: "user", content: "Hi" },
        ],
      }),
      pair(2),
    ]);
    expect(await admin.dataset.exportReport({ id: system, format: "hh" })).toMatchObject({
      written: 1,
      leftOut: [{ reason: "a system prompt", count: 1 }],
    });
    const { dataset: texts } = await admin.dataset.upload({ kind: "TEXTS", name: "t", text: "Once." });
    await expect(admin.dataset.exportReport({ id: texts!.id, format: "hh" })).rejects.toMatchObject({
      cause: { code: "WRONG_DATA_KIND" },
    });
  });

  test("one side alone, and packed", async () => {
    const { file } = await text({ id: uploaded, format: "trl" });
    const { pieces } = await exportDataset(world.db, { id: uploaded, format: "trl" });
    const bytes: Uint8Array[] = [];
    for await (const chunk of packed(pieces)) bytes.push(chunk);
    expect(gunzipSync(Buffer.concat(bytes)).toString()).toBe(file);
    const { heldOut } = (await admin.dataset.list()).find(({ id }) => id === uploaded)!;
    expect((await text({ id: uploaded, format: "trl", split: "HELDOUT" })).report.written).toBe(heldOut);
  });
});

test("what a Dataset frozen now would hold, and freezing nothing", async () => {
  expect(await admin.dataset.preview({ kind: "PAIRS" })).toMatchObject({ kind: "PAIRS", train: expect.any(Number) });
  await expect(admin.dataset.freeze({ kind: "TEXTS" })).rejects.toMatchObject({
    cause: { code: "NOTHING_TO_TRAIN_ON" },
  });
});
