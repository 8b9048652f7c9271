// What goes into a Dataset, how it is split, and the hash that names it.
import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type CandidateItem,
  type CandidatePair,
  selectItems,
  selectPairs,
} from "../../../server/domain/dataset-content.ts";

const pair = (n: number, more: Partial<CandidatePair> = {}): CandidatePair => ({
  id: `id-${n}`,
  prompt: [{ role: "user", content: `Prompt ${n}` }],
  chosen: { content: "good", tokenIds: [1, 2] },
  rejected: { content: "bad", tokenIds: null },
  weight: 1,
  conversationDeleted: false,
  ratersDisabled: false,
  ...more,
});
const many = (count: number) => Array.from({ length: count }, (_, n) => pair(n));

test("the hash is of the content: a known value, on every machine", () => {
  // From Python: sha256 over the sorted lines "<sha256 of the pair's compact JSON> TRAIN".
  expect(selectPairs([pair(1), pair(2)]).sha256).toBe(
    "4c1a9cd21d76e8eea93e7ff77c59dcd2ab17c64c60a1152360208d278ed1b019",
  );
});

test("ids and order do not matter to the hash, every word and token does", () => {
  const { sha256 } = selectPairs(many(30));
  expect(selectPairs(many(30).reverse()).sha256).toBe(sha256);
  expect(selectPairs(many(30).map((item, n) => ({ ...item, id: `other-${n}` }))).sha256).toBe(sha256);
  const [first, ...rest] = many(30);
  const changes: Partial<CandidatePair>[] = [
    { prompt: [{ role: "system", content: "Prompt 0" }] },
    { prompt: [{ role: "user", content: "Prompt 0!" }] },
    { chosen: { content: "good", tokenIds: [1, 3] } },
    { chosen: { content: "good", tokenIds: null } },
    { rejected: { content: "worse", tokenIds: null } },
    { weight: 2 },
  ];
  const hashes = changes.map((change) => selectPairs([{ ...first!, ...change }, ...rest]).sha256);
  expect(new Set([sha256, ...hashes]).size).toBe(changes.length + 1);
});

test("what cannot teach is left out and counted", () => {
  const { pairs, leftOut } = selectPairs([
    pair(1),
    pair(2, { conversationDeleted: true }),
    pair(3, { ratersDisabled: true }),
    pair(4, { chosen: { content: " \n", tokenIds: [9] } }),
    pair(5, { rejected: { content: "good", tokenIds: null } }),
    pair(6, { rejected: { content: "good", tokenIds: null } }),
  ]);
  expect(pairs.map(({ id }) => id)).toEqual(["id-1"]);
  expect(leftOut).toEqual([
    { reason: "CONVERSATION_DELETED", count: 1 },
    { reason: "EMPTY_REPLY", count: 1 },
    { reason: "RATER_DISABLED", count: 1 },
    { reason: "SAME_TEXT", count: 2 },
  ]);
});

test("about a tenth of the prompts is held out, none when there are few", () => {
  const { train, heldOut, pairs } = selectPairs(many(1000));
  expect(train + heldOut).toBe(1000);
  expect(heldOut).toBeGreaterThan(70);
  expect(heldOut).toBeLessThan(130);
  expect(pairs.filter(({ split }) => split === "HELDOUT")).toHaveLength(heldOut);
  expect(selectPairs(many(19)).heldOut).toBe(0);
});

test("what was trained on is never measured on, however many pairs come later", () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 60 }), { minLength: 25, maxLength: 120 }), (prompts) => {
      const candidates = prompts.map((n, i) => ({ ...pair(n), id: `${n}:${i}` }));
      const trained = new Set<string>();
      for (const known of [candidates.slice(0, 22), candidates]) {
        const sides = new Map<string, string>();
        for (const { id, split } of selectPairs(known).pairs) {
          const prompt = id.split(":")[0]!;
          expect(sides.get(prompt) ?? split).toBe(split);
          sides.set(prompt, split);
        }
        // Where every prompt would be held out one has to be trained on, until others are there.
        fc.pre(candidates.slice(0, 22).some(({ prompt }) => !isTenth(prompt[0]!.content)));
        for (const prompt of trained) expect(sides.get(prompt)).toBe("TRAIN");
        for (const [prompt, split] of sides) if (split === "TRAIN") trained.add(prompt);
      }
    }),
  );
});

/** Whether a prompt of this one turn falls into the tenth by its hash. */
const isTenth = (content: string) =>
  Number.parseInt(
    createHash("sha256")
      .update(JSON.stringify([["user", content]]))
      .digest("hex")
      .slice(0, 8),
    16,
  ) <
  2 ** 32 / 10;

test("of two prompts one is held out, though neither falls into the tenth; of one, none", () => {
  const outside = Array.from({ length: 50 }, (_, n) => `Prompt ${n}`).filter((content) => !isTenth(content));
  const asked = (content: string, count: number) =>
    Array.from({ length: count }, (_, i) => pair(i, { id: `${content}:${i}`, prompt: [{ role: "user", content }] }));
  const [first, second] = outside as [string, string];
  const both = selectPairs([...asked(first, 60), ...asked(second, 35)]);
  expect([both.train, both.heldOut].sort()).toEqual([35, 60]);
  expect(selectPairs([...asked(second, 35), ...asked(first, 60)]).sha256).toBe(both.sha256);
  expect(selectPairs(asked(first, 95))).toMatchObject({ train: 95, heldOut: 0 });
  expect(selectPairs([...asked(first, 10), ...asked(second, 9)]).heldOut).toBe(0);
});

const turn = (content: string) => [{ role: "user" as const, content, tokenIds: null }];
const thumb = (n: number, liked: boolean): CandidateItem<"THUMBS"> => ({
  content: { prompt: turn(`Prompt ${n}`), completion: { content: "reply", tokenIds: [n] }, liked, weight: 1 },
  messageId: `id-${n}`,
});

test("items: the hash is of kind, origin and content, not of where they came from", () => {
  const some = Array.from({ length: 25 }, (_, n) => thumb(n, n % 2 === 0));
  const { sha256, kind, train, heldOut, items } = selectItems("THUMBS", "FEEDBACK", some);
  expect({ kind, all: train + heldOut, items: items.length }).toEqual({ kind: "THUMBS", all: 25, items: 25 });
  expect(heldOut).toBeGreaterThan(0);
  const again = some.map((item, n) => ({ ...item, messageId: `other-${n}` })).reverse();
  expect(selectItems("THUMBS", "FEEDBACK", again).sha256).toBe(sha256);
  expect(selectItems("THUMBS", "UPLOAD", some).sha256).not.toBe(sha256);
  expect(selectItems("THUMBS", "FEEDBACK", [thumb(0, false), ...some.slice(1)]).sha256).not.toBe(sha256);
  const { content } = some[0]!;
  const turned = {
    weight: content.weight,
    liked: content.liked,
    completion: content.completion,
    prompt: content.prompt,
  };
  expect(selectItems("THUMBS", "FEEDBACK", [{ content: turned }, ...some.slice(1)]).sha256).toBe(sha256);
});

test("items: reasons known beforehand stay, empty replies and equal prompts are found here", () => {
  const { items, leftOut } = selectItems("THUMBS", "FEEDBACK", [
    thumb(1, true),
    { ...thumb(2, true), leftOut: "TIED" },
    { content: { ...thumb(3, true).content, completion: { content: " ", tokenIds: null } } },
  ]);
  expect(items.map(({ messageId }) => messageId)).toEqual(["id-1"]);
  expect(leftOut).toEqual([
    { reason: "EMPTY_REPLY", count: 1 },
    { reason: "TIED", count: 1 },
  ]);
  const prompts = ["a", "b", "a", "a"].map((text) => ({ content: { prompt: turn(text), answer: null } }));
  expect(selectItems("PROMPTS", "FEEDBACK", prompts)).toMatchObject({
    ...{ train: 2, leftOut: [{ reason: "DUPLICATE", count: 2 }] },
  });
});
