// What goes into a Dataset, how it is split, and the hash that names it.
import fc from "fast-check";
import { expect, test } from "vitest";
import { type CandidatePair, selectPairs } from "../../../server/domain/dataset-content.ts";

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

test("a prompt never falls on both sides, now or when more pairs have come", () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 60 }), { minLength: 25, maxLength: 120 }), (prompts) => {
      const candidates = prompts.map((n, i) => ({ ...pair(n), id: `${n}:${i}` }));
      const sides = new Map<string, string>();
      for (const chosen of [candidates.slice(0, 22), candidates]) {
        for (const { id, split } of selectPairs(chosen).pairs) {
          const prompt = id.split(":")[0]!;
          expect(sides.get(prompt) ?? split).toBe(split);
          sides.set(prompt, split);
        }
      }
    }),
  );
});
