// The rules that make pairs of judgements, by example and for any judgements at all.
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Judgement, pairsFrom } from "../../../server/domain/preference-pair.ts";

const thumb = (messageId: string, value: number, raterId = "ann", promptId = "p"): Judgement => ({
  kind: "FEEDBACK",
  promptId,
  messageId,
  raterId,
  value,
});
const brief = (judgements: Judgement[]) => pairsFrom(judgements).map((pair) => `${pair.chosenId}>${pair.rejectedId}`);

test("a liked and a disliked sibling make a pair; a lone thumb makes none", () => {
  expect(brief([thumb("a", 1)])).toEqual([]);
  expect(brief([thumb("a", 1), thumb("b", 1)])).toEqual([]);
  expect(brief([thumb("a", 1), thumb("b", -1)])).toEqual(["a>b"]);
  expect(brief([thumb("a", 1), thumb("b", -1), thumb("c", -1)])).toEqual(["a>b", "a>c"]);
});

test("raters who are evenly split about a reply say nothing about it", () => {
  expect(brief([thumb("a", 1, "ann"), thumb("a", -1, "ben"), thumb("b", -1, "ann")])).toEqual([]);
});

test("a pair rests on those who said so, not on those who said the opposite", () => {
  const [pair] = pairsFrom([
    thumb("a", 1, "ann"),
    thumb("a", 1, "ben"),
    thumb("a", -1, "eve"),
    thumb("b", -1, "dan"),
    thumb("b", -1, "ann"),
  ]);
  expect(pair?.raterIds).toEqual(["ann", "ben", "dan"]);
});

test("choices, edits and rankings", () => {
  expect(brief([{ kind: "CHOICE", promptId: "p", raterId: "ann", chosenId: "a", otherIds: ["b", "c"] }])).toEqual([
    "a>b",
    "a>c",
  ]);
  expect(brief([{ kind: "EDIT", promptId: "p", raterId: "ann", editedId: "e", originalId: "a" }])).toEqual(["e>a"]);
  const ranks = [
    { messageId: "a", rank: 2 },
    { messageId: "b", rank: 1 },
    { messageId: "c", rank: 2 },
    { messageId: "d", rank: 3 },
  ];
  expect(brief([{ kind: "RANKING", promptId: "p", raterId: "ann", ranks }])).toEqual([
    "a>d",
    "b>a",
    "b>c",
    "b>d",
    "c>d",
  ]);
});

const judgement: fc.Arbitrary<Judgement> = fc.oneof(
  fc.record({
    kind: fc.constant("FEEDBACK" as const),
    promptId: fc.constantFrom("p", "q"),
    raterId: fc.constantFrom("ann", "ben", "cat"),
    messageId: fc.constantFrom("1", "2", "3", "4"),
    value: fc.constantFrom(1, -1),
  }),
  fc.record({
    kind: fc.constant("CHOICE" as const),
    promptId: fc.constantFrom("p", "q"),
    raterId: fc.constantFrom("ann", "ben"),
    chosenId: fc.constantFrom("1", "2"),
    otherIds: fc.array(fc.constantFrom("1", "2", "3")),
  }),
  fc.record({
    kind: fc.constant("RANKING" as const),
    promptId: fc.constantFrom("p", "q"),
    raterId: fc.constantFrom("ann", "ben"),
    ranks: fc.uniqueArray(
      fc.record({ messageId: fc.constantFrom("1", "2", "3"), rank: fc.integer({ min: 1, max: 3 }) }),
      {
        selector: ({ messageId }) => messageId,
      },
    ),
  }),
);
/** Replies belong to their prompt, as they do in the database. */
const judgements = fc
  .array(judgement, { maxLength: 12 })
  .map((list) => list.map((item) => JSON.parse(JSON.stringify(item).replaceAll(/"([1-4])"/g, `"${item.promptId}$1"`))));
/** One thumb per rater and reply, as the database has it. */
const distinct = (list: Judgement[]) => [
  ...new Map(
    list.map((item) => [item.kind === "FEEDBACK" ? `${item.messageId} ${item.raterId}` : JSON.stringify(item), item]),
  ).values(),
];

test("for any judgements: one prompt per pair, no reply against itself, somebody behind it, and no pair twice", () => {
  fc.assert(
    fc.property(judgements, (list) => {
      const pairs = pairsFrom(list);
      for (const pair of pairs) {
        expect(pair.chosenId).not.toBe(pair.rejectedId);
        expect(pair.chosenId[0]).toBe(pair.promptId);
        expect(pair.rejectedId[0]).toBe(pair.promptId);
        expect(pair.raterIds.length).toBeGreaterThan(0);
        expect(pair.raterIds).toEqual([...new Set(pair.raterIds)].sort());
      }
      expect(new Set(pairs.map((pair) => `${pair.chosenId} ${pair.rejectedId} ${pair.source}`)).size).toBe(
        pairs.length,
      );
      const thumbs = pairs.filter((pair) => pair.source === "FEEDBACK");
      for (const { chosenId, rejectedId } of thumbs) {
        expect(thumbs.some((pair) => pair.chosenId === rejectedId && pair.rejectedId === chosenId)).toBe(false);
      }
    }),
  );
});

test("the order of the judgements and repeating them do not matter", () => {
  fc.assert(
    fc.property(judgements, fc.infiniteStream(fc.nat()), (list, dice) => {
      const once = distinct(list);
      const shuffled = once
        .map((item) => [dice.next().value, item] as const)
        .sort(([a], [b]) => a - b)
        .map(([, item]) => item);
      expect(pairsFrom(shuffled)).toEqual(pairsFrom(once));
      expect(pairsFrom([...once, ...once])).toEqual(pairsFrom(once));
    }),
  );
});

test("thumbs turned round turn the pairs round", () => {
  fc.assert(
    fc.property(judgements, (list) => {
      const thumbs = distinct(list).filter((item) => item.kind === "FEEDBACK");
      const turned = thumbs.map((item) => ({ ...item, value: -item.value }));
      const keys = (items: Judgement[], swap: boolean) =>
        pairsFrom(items)
          .map((pair) => (swap ? `${pair.rejectedId} ${pair.chosenId}` : `${pair.chosenId} ${pair.rejectedId}`))
          .sort();
      expect(keys(turned, true)).toEqual(keys(thumbs, false));
    }),
  );
});
