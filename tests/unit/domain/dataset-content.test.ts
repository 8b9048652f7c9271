// What goes into a Dataset, how it is split, and the hash that names it.
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type CandidateItem,
  type CandidatePair,
  digestPair,
  type PairContent,
  selectItems,
  selectPairs,
} from "../../../server/domain/dataset-content.ts";
import { DEFAULT_GUARDS } from "../../../server/domain/dataset-guards.ts";
import { splitsOf } from "../../../server/domain/dataset-split.ts";
import type { Judging, RaterStanding } from "../../../server/domain/dataset-trust.ts";

/** Somebody whose word is certain, so that weight and ε are those of an ordinary pair. */
const admin: RaterStanding = { role: "ADMIN", accuracy: 0.9, confirmed: true, silenced: null };
const judging = (raters: Record<string, RaterStanding> = {}, trained: string[] = []): Judging => ({
  raters: new Map(Object.entries({ admin, ...raters })),
  guards: { ...DEFAULT_GUARDS, clusterMost: 1000 },
  trained: new Set(trained),
});
type Pair = Omit<CandidatePair, keyof ReturnType<typeof digestPair>> & PairContent;
const pair = (n: number, more: Partial<Pair> = {}): Pair => ({
  ...{
    id: `id-${n}`,
    promptId: `prompt-${n}`,
    chosenId: `chosen-${n}`,
    rejectedId: `rejected-${n}`,
    source: "FEEDBACK",
  },
  prompt: [{ role: "user", content: `Prompt ${n}` }],
  chosen: { content: "good", tokenIds: [1, 2] },
  rejected: { content: "bad", tokenIds: null },
  ...{ weight: 1, at: n * 1e9, raterIds: ["admin"], againstIds: [], leftOut: null },
  ...more,
});
const select = (pairs: readonly Pair[], judged = judging()) =>
  selectPairs(
    pairs.map(({ prompt, chosen, rejected, ...rest }) => {
      return { ...rest, ...digestPair({ prompt, chosen, rejected, weight: rest.weight }) };
    }),
    judged,
  );
const many = (count: number) => Array.from({ length: count }, (_, n) => pair(n));

test("the hash is of the content: a known value, on every machine", () => {
  // From Python: sha256 over the sorted lines "<sha256 of [sha256 of the pair's compact JSON, weight, ε]> TRAIN".
  expect(select([pair(1), pair(2)]).sha256).toBe("26994cc85f8dc77fb54bf4575505f517ff9dece18c5d469d190d131491e84d03");
});

test("ids and order do not matter to the hash, every word and token does", () => {
  const { sha256 } = select(many(30));
  expect(select(many(30).reverse()).sha256).toBe(sha256);
  expect(select(many(30).map((item, n) => ({ ...item, id: `other-${n}` }))).sha256).toBe(sha256);
  const [first, ...rest] = many(30);
  const changes: Partial<Pair>[] = [
    { prompt: [{ role: "system", content: "Prompt 0" }] },
    { prompt: [{ role: "user", content: "Prompt 0!" }] },
    { chosen: { content: "good", tokenIds: [1, 3] } },
    { chosen: { content: "good", tokenIds: null } },
    { rejected: { content: "worse", tokenIds: null } },
    { weight: 2 },
  ];
  const hashes = changes.map((change) => select([{ ...first!, ...change }, ...rest]).sha256);
  expect(new Set([sha256, ...hashes]).size).toBe(changes.length + 1);
});

test("what cannot teach is left out and counted", () => {
  const { pairs, leftOut } = select([
    pair(1),
    pair(2, { leftOut: "CONVERSATION_DELETED" }),
    pair(3, { raterIds: ["gone"] }),
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
  const { train, heldOut, pairs } = select(many(1000));
  expect(train + heldOut).toBe(1000);
  expect(heldOut).toBeGreaterThan(70);
  expect(heldOut).toBeLessThan(130);
  expect(pairs.filter(({ split }) => split === "HELDOUT")).toHaveLength(heldOut);
  expect(select(many(19)).heldOut).toBe(0);
});

/** Questions of which those with the same stem are near-duplicates. */
const STEMS = [
  "Please write a short note to my landlord about the broken heating in the kitchen, politely",
  "Which of the planets in the solar system has the longest day, and how long is it exactly",
  "把下面这段关于城市公共交通规划的文字改写得更简洁一些，保留所有的数字和地名，不要改变原来的语气",
  "Explain to a ten year old child why the sky turns red when the sun goes down in the evening",
];
const variant = (n: number) => `${STEMS[n % STEMS.length]} ${"please ".repeat(n % 3)}${n % 7}`;

test("what was trained on is never measured on, and near-duplicates stay together, whatever comes and goes", () => {
  const prompts = fc.array(fc.nat({ max: 60 }), { minLength: 5, maxLength: 120 });
  fc.assert(
    fc.property(fc.array(prompts, { minLength: 2, maxLength: 4 }), (rounds) => {
      const trained = new Set<string>();
      for (const round of rounds) {
        const asked = round.map((n, i) =>
          pair(i, {
            promptId: `prompt-${n}`,
            prompt: [{ role: "user", content: n < 30 ? variant(n) : `Prompt ${n}` }],
          }),
        );
        const clusters = new Map<string, Set<string>>();
        for (const { id, split } of select(asked, judging({}, [...trained])).pairs) {
          const { promptId, prompt } = asked.find((one) => one.id === id)!;
          const stem = STEMS.find((text) => prompt[0]!.content.startsWith(text)) ?? promptId;
          clusters.set(stem, (clusters.get(stem) ?? new Set()).add(split));
          if (trained.has(promptId)) expect(split).toBe("TRAIN");
          if (split === "TRAIN") trained.add(promptId);
        }
        for (const sides of clusters.values()) expect(sides.size).toBe(1);
      }
    }),
    { numRuns: 60 },
  );
});

test("a prompt that joins takes a cluster to the training side, never away from it", () => {
  const key = (coin: number) =>
    Math.floor(coin * 2 ** 32)
      .toString(16)
      .padStart(8, "0");
  const others = Array.from({ length: 30 }, (_, n) => ({ key: key(0.2 + n / 50), cluster: n + 10, trained: false }));
  const held = { key: key(0.01), cluster: 1, trained: false };
  const sides = (...more: { key: string; cluster: number; trained: boolean }[]) => splitsOf([...more, ...others])[0];
  expect(sides(held)).toBe("HELDOUT");
  expect(sides(held, { ...held, key: key(0.05) })).toBe("HELDOUT");
  expect(sides(held, { ...held, key: key(0.5) })).toBe("TRAIN");
  expect(sides({ ...held, trained: true })).toBe("TRAIN");
});

test("of two prompts one is held out, though neither falls into the tenth; of one, none", () => {
  const asked = (content: string, count: number) =>
    Array.from({ length: count }, (_, i) => {
      const ids = { id: `${content}:${i}`, chosenId: `chosen ${content}:${i}` };
      return pair(i, { ...ids, promptId: content, prompt: [{ role: "user", content }] });
    });
  const both = select([...asked("first", 60), ...asked("second", 35)]);
  expect([both.train, both.heldOut].sort()).toEqual([35, 60]);
  expect(select([...asked("second", 35), ...asked("first", 60)]).sha256).toBe(both.sha256);
  expect(select(asked("first", 95))).toMatchObject({ train: 95, heldOut: 0 });
  expect(select([...asked("first", 10), ...asked("second", 9)]).heldOut).toBe(0);
});

test("two replies make one example, with all that was said of them", () => {
  const ann: RaterStanding = { role: "USER", accuracy: 0.75, confirmed: true, silenced: null };
  const more = { chosenId: "a", rejectedId: "b" };
  const { pairs, leftOut } = select(
    [
      pair(1, { ...more, raterIds: ["ann"] }),
      pair(2, { ...more, source: "RANKING" }),
      pair(3, { chosenId: "b", rejectedId: "a", source: "CHOICE", raterIds: ["ben"] }),
    ],
    judging({ ann, ben: { ...ann, accuracy: 0.8 } }),
  );
  // Odds of the admin and Ann for it, of Ben against it: 9 · 3 / 4.
  expect(pairs).toMatchObject([{ id: "id-2", raterIds: ["admin", "ann"], epsilon: 0.129 }]);
  expect(leftOut).toEqual([
    { reason: "DUPLICATE", count: 1 },
    { reason: "OUTVOTED", count: 1 },
  ]);
});

test("whose word does not count is not heard, and a pair with nobody else behind it is left out", () => {
  const silent = (silenced: RaterStanding["silenced"]): RaterStanding => ({ ...admin, silenced });
  const raters = { q: silent("QUARANTINED"), o: silent("OPTED_OUT"), d: silent("RATER_DISABLED") };
  const { pairs, leftOut } = select(
    [
      pair(1, { raterIds: ["q", "admin"] }),
      pair(2, { raterIds: ["q", "d"] }),
      pair(3, { raterIds: ["o", "d"] }),
      pair(4, { raterIds: ["d"] }),
    ],
    judging(raters),
  );
  expect(pairs).toMatchObject([{ id: "id-1", raterIds: ["admin"] }]);
  expect(leftOut).toEqual(["OPTED_OUT", "QUARANTINED", "RATER_DISABLED"].map((reason) => ({ reason, count: 1 })));
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
