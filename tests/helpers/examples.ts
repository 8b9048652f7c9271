// Arbitrary examples of every kind of data, for property tests with fast-check.
import fc from "fast-check";
import type { LineContents, LineReply, Turn } from "../../server/domain/dataset-lines.ts";
import type { DataKind } from "../../server/domain/run-config.ts";

/** Texts that break writers: markers of other layouts, escapes, other scripts, the ends of lines that are none in JSON. */
const AWKWARD = [
  "\n\nHuman: hi",
  "\n\nAssistant:",
  " Human:",
  '{"role": "user"}',
  '"\\',
  "\u2028\u2029",
  "\r\n",
  "你好，世界",
  "👩‍👩‍👧",
  "\uFEFF",
  "\t",
  "<|im_end|>",
];
const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc
    .array(fc.oneof(fc.constantFrom(...AWKWARD), fc.string({ maxLength: 8 })), { maxLength: 4 })
    .map((parts) => parts.join("")),
);
const storable = text.map((value) => value.replaceAll("\0", "").toWellFormed());
const said = storable.map((value) => (value.trim() === "" ? `x${value}` : value));
const tokenIds = fc.option(fc.array(fc.nat({ max: 200_000 }), { minLength: 1, maxLength: 5 }), { nil: null });
const reply = fc.record({ content: said, tokenIds });
const turn = (role: Turn["role"]) => fc.record({ role: fc.constant(role), content: said, tokenIds });
const rounds = fc.array(fc.tuple(turn("user"), turn("assistant")), { maxLength: 2 }).map((all) => all.flat());
const anyTurns = fc.array(fc.oneof(turn("user"), turn("assistant"), turn("system")), { maxLength: 3 });
const prompt = fc
  .tuple(fc.option(turn("system"), { nil: null }), fc.oneof(rounds, anyTurns), turn("user"))
  .map(([system, before, last]): Turn[] => [...(system ? [system] : []), ...before, last]);
const positive = fc.double({ min: 0.001, max: 1000, noNaN: true });
const weight = fc.oneof(fc.constant(1), positive);
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const differing = fc.tuple(reply, reply).filter(([a, b]) => a.content !== b.content);

const given = <T extends object>(fields: T) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;

export const ARBITRARY: { [K in DataKind]: fc.Arbitrary<LineContents[K]> } = {
  PAIRS: fc
    .record({
      prompt,
      replies: differing,
      weight,
      epsilon: optional(fc.double({ min: 0, max: 0.499, noNaN: true })),
      margin: optional(fc.double({ min: 0, max: 100, noNaN: true })),
    })
    .map(({ prompt, replies: [chosen, rejected], weight, epsilon, margin }) => ({
      ...{ prompt, chosen, rejected, weight },
      ...given({ epsilon: plain(epsilon), margin: plain(margin) }),
    })),
  RANKINGS: fc
    .record({
      prompt,
      weight,
      margin: optional(fc.double({ min: 0, max: 100, noNaN: true })),
      replies: fc.array(fc.tuple(reply, fc.integer({ min: 1, max: 9 })), { minLength: 2, maxLength: 5 }),
    })
    .map(({ prompt, weight, margin, replies }) => ({
      ...{ prompt, weight, ...given({ margin: plain(margin) }) },
      replies: replies.map(([one, rank], i): LineReply & { rank: number } => ({ ...one, rank: i === 0 ? 10 : rank })),
    })),
  THUMBS: fc.record({ prompt, completion: reply, liked: fc.boolean(), weight }),
  DIALOGUES: fc.record({ prompt, completion: reply, weight }),
  PROMPTS: fc.record({ prompt, answer: fc.option(said, { nil: null }) }),
  TEXTS: fc.record({ text: said }),
};

/** JSON knows no −0. */
const plain = (value: number | undefined) => (value === undefined ? undefined : value + 0);
