/** Examples to tokens: what is prompt, what is target, and what becomes of the over-long. */

import { describe, expect, it } from "vitest";
import type { DialogueExample, PreferenceExample } from "../../../trainer/data/example.ts";
import {
  type ChatTokens,
  tokeniseDialogues,
  tokenisePairs,
  tokenisePrompts,
  tokeniseRankings,
  tokeniseTexts,
  tokeniseThumbs,
} from "../../../trainer/data/tokenise.ts";

const END = 2;
/** One token per character; a prompt is its turns joined by token 1, and opens the reply with token 3. */
const chat: ChatTokens = {
  prompt: (messages) => [...messages.flatMap(({ content }) => [1, ...codes(content)]), 3],
  replies: (messages) => {
    let start = 0;
    return messages.flatMap(({ role, content }) => {
      start += 1 + content.length;
      return role === "assistant" ? [{ start: start - content.length, end: start }] : [];
    });
  },
  text: (content) => codes(content),
  endOfTurn: END,
};
const codes = (text: string) => Array.from(text, (character) => character.charCodeAt(0));
const rule = { maxLength: 100, overLong: "error" } as const;

const pair = (change: Partial<PreferenceExample> = {}): PreferenceExample => ({
  prompt: [{ role: "user", content: "ab" }],
  chosen: { content: "cd", tokenIds: null },
  rejected: { content: "e", tokenIds: null },
  weight: 1,
  origin: "line 7",
  ...change,
});

describe("tokenisePairs", () => {
  it("makes the completion and its end token the only targets", () => {
    const { examples, dropped } = tokenisePairs([pair({ weight: 0.5 })], chat, rule);
    expect(dropped).toBe(0);
    expect(examples).toEqual([
      {
        chosen: { tokens: Int32Array.of(1, 97, 98, 3, 99, 100, END), targets: Int32Array.of(4, 5, 6) },
        rejected: { tokens: Int32Array.of(1, 97, 98, 3, 101, END), targets: Int32Array.of(4, 5) },
        weight: 0.5,
      },
    ]);
  });

  it("uses sampled tokens as they are: a reply that was cut off gets no end", () => {
    const chosen = { content: "cd", tokenIds: [55, 66] };
    const { examples } = tokenisePairs([pair({ chosen })], chat, rule);
    expect([...examples[0]!.chosen.tokens]).toEqual([1, 97, 98, 3, 55, 66]);
    expect([...examples[0]!.chosen.targets]).toEqual([4, 5]);
  });

  it("leaves over-long pairs out whole and counts them, whichever side is too long", () => {
    const long = pair({ rejected: { content: "x".repeat(20), tokenIds: null } });
    const { examples, dropped } = tokenisePairs([pair(), long, pair()], chat, { maxLength: 8, overLong: "drop" });
    expect(examples).toHaveLength(2);
    expect(dropped).toBe(1);
  });

  it("accepts exactly the allowed length", () => {
    expect(tokenisePairs([pair()], chat, { maxLength: 7, overLong: "drop" }).dropped).toBe(0);
    expect(tokenisePairs([pair()], chat, { maxLength: 6, overLong: "drop" }).dropped).toBe(1);
  });

  it("names the pair and what to do where over-long ones are an error", () => {
    expect(() => tokenisePairs([pair()], chat, { maxLength: 6, overLong: "error" })).toThrow(
      "The pair at line 7 is 7 tokens long, at most 6 are allowed; shorten it, raise maxLength, or set overLong=drop",
    );
  });

  it("refuses an empty reply", () => {
    const chosen = { content: "", tokenIds: null };
    expect(() => tokenisePairs([pair({ chosen })], chat, rule)).toThrow(/line 7: expected a reply, found an empty one/);
  });
});

describe("tokeniseDialogues", () => {
  it("makes the last reply the target and the dialogue before it the prompt", () => {
    const dialogue: DialogueExample = {
      prompt: [
        { role: "user", content: "a" },
        { role: "assistant", content: "b" },
        { role: "user", content: "c" },
      ],
      completion: { content: "d", tokenIds: null },
      weight: 2,
      origin: "line 1",
    };
    const { examples } = tokeniseDialogues([dialogue], chat, rule);
    expect([...examples[0]!.sequence.tokens]).toEqual([1, 97, 1, 98, 1, 99, 3, 100, END]);
    expect([...examples[0]!.sequence.targets]).toEqual([7, 8]);
    expect(examples[0]!.weight).toBe(2);
  });
});

describe("tokeniseDialogues, every reply", () => {
  /** As above, but an assistant's turn ends with the end token, as a ChatML template has it. */
  const ended: ChatTokens = {
    ...chat,
    prompt: (messages) => [
      ...messages.flatMap(({ role, content, tokenIds }) =>
        role === "user" ? [1, ...codes(content)] : [3, ...(tokenIds ?? codes(content)).filter((id) => id !== END), END],
      ),
      3,
    ],
    replies: (messages) => {
      let at = 0;
      return messages.flatMap(({ role, content, tokenIds }) => {
        const length =
          role === "user" ? content.length : (tokenIds ?? codes(content)).filter((id) => id !== END).length + 1;
        const start = at + 1;
        at = start + length;
        return role === "assistant" ? [{ start, end: at }] : [];
      });
    },
  };
  const dialogue = (tokenIds: number[] | null): DialogueExample => ({
    prompt: [
      { role: "user", content: "a" },
      { role: "assistant", content: "bb", tokenIds },
      { role: "user", content: "c" },
    ],
    completion: { content: "d", tokenIds: null },
    weight: 1,
    origin: "line 1",
  });
  const learned = (example: DialogueExample, tokens = ended) => {
    const { sequence } = tokeniseDialogues([example], tokens, rule, "all").examples[0]!;
    return Array.from(sequence.targets, (t) => sequence.tokens[t]);
  };

  it("makes each assistant turn a target with its end token, and changes no token", () => {
    expect(learned(dialogue(null))).toEqual([98, 98, END, 100, END]);
    const [all] = tokeniseDialogues([dialogue(null)], ended, rule, "all").examples;
    const [last] = tokeniseDialogues([dialogue(null)], ended, rule).examples;
    expect(all!.sequence.tokens).toEqual(last!.sequence.tokens);
    expect([...last!.sequence.targets]).toEqual([...all!.sequence.targets].slice(-2));
  });

  it("learns a sampled turn by its tokens, and its end only where it ended itself", () => {
    expect(learned(dialogue([50, 51, 52, END]))).toEqual([50, 51, 52, END, 100, END]);
    expect(learned(dialogue([50, 51, 52]))).toEqual([50, 51, 52, 100, END]);
  });

  it("says which turn a template writes otherwise once the dialogue has gone on", () => {
    expect(() => learned(dialogue(null), chat)).toThrow(
      /line 1: the model's chat template writes turn 2 of a finished dialogue differently .* set learn=last/,
    );
    const thinking = {
      ...ended,
      prompt: (messages: Parameters<ChatTokens["prompt"]>[0]) => [...Array.from(ended.prompt(messages)), 7],
    };
    expect(() => learned(dialogue(null), thinking)).toThrow(/turn 2/);
  });
});

describe("tokeniseRankings", () => {
  const ranking = (ranks: number[], contents = ["c", "dd", "e"]) => ({
    prompt: [{ role: "user" as const, content: "ab" }],
    replies: ranks.map((rank, i) => ({ content: contents[i]!, tokenIds: null, rank })),
    weight: 2,
    origin: "line 3",
  });

  it("reads every reply's score at its last token, the end, and learns no token", () => {
    const [example] = tokeniseRankings([{ ...ranking([2, 1, 2]), margin: 0.5 }], chat, rule).examples;
    expect(example).toMatchObject({ ranks: [2, 1, 2], margin: 0.5, weight: 2 });
    expect(example!.replies[1]).toEqual({
      tokens: Int32Array.of(1, 97, 98, 3, 100, 100, END),
      targets: new Int32Array(),
      readouts: Int32Array.of(6),
    });
  });

  it("refuses one that says nothing, and leaves one out whole whose longest reply does not fit", () => {
    expect(() => tokeniseRankings([ranking([1, 1, 1])], chat, rule)).toThrow(
      /line 3: expected replies of different ranks/,
    );
    const kept = tokeniseRankings([ranking([1, 2, 3], ["c", "x".repeat(9), "e"])], chat, {
      maxLength: 8,
      overLong: "drop",
    });
    expect(kept).toEqual({ examples: [], dropped: 1 });
  });
});

describe("tokeniseThumbs and tokenisePrompts", () => {
  const prompt = [{ role: "user" as const, content: "ab" }];

  it("makes a thumb's reply the target and keeps which way it points", () => {
    const thumb = { prompt, completion: { content: "c", tokenIds: null }, liked: false, weight: 3, origin: "line 1" };
    expect(tokeniseThumbs([thumb], chat, rule).examples).toEqual([
      {
        sequence: { tokens: Int32Array.of(1, 97, 98, 3, 99, END), targets: Int32Array.of(4, 5) },
        liked: false,
        weight: 3,
      },
    ]);
  });

  it("leaves out prompts after which no reply would fit", () => {
    const example = { prompt, answer: "5", origin: "line 1" };
    expect(tokenisePrompts([example], chat, { maxLength: 9, overLong: "drop" }, 5).examples).toEqual([
      { ...example, tokens: Int32Array.of(1, 97, 98, 3) },
    ]);
    expect(tokenisePrompts([example], chat, { maxLength: 8, overLong: "drop" }, 5).dropped).toBe(1);
  });
});

describe("tokeniseTexts", () => {
  const tokenizer = { encode: codes, eosId: END };
  const texts = (...all: string[]) => all.map((text, i) => ({ text, origin: `line ${i + 1}` }));

  it("puts the end-of-text token around documents, and makes every token after the first a target exactly once", () => {
    for (const maxLength of [2, 3, 4, 7, 100]) {
      const chunks = tokeniseTexts(texts("abc", "de", "f"), tokenizer, maxLength);
      const stream = [END, 97, 98, 99, END, 100, 101, END, 102, END];
      const learned = chunks.flatMap(({ sequence }) => Array.from(sequence.targets, (t) => sequence.tokens[t]));
      expect(learned).toEqual(stream.slice(1));
      for (const [i, { sequence, weight }] of chunks.entries()) {
        expect(weight).toBe(1);
        if (i < chunks.length - 1) expect(sequence.tokens).toHaveLength(maxLength);
        expect(sequence.tokens.length).toBeLessThanOrEqual(maxLength);
        // What a chunk begins with is context: the last token of the one before.
        if (i > 0) expect(sequence.tokens[0]).toBe(chunks[i - 1]!.sequence.tokens.at(-1));
      }
    }
  });

  it("keeps what is left as a shorter chunk, and refuses an empty text", () => {
    const chunks = tokeniseTexts(texts("abcd"), tokenizer, 4);
    expect(chunks.map(({ sequence }) => sequence.tokens.length)).toEqual([4, 3]);
    expect(() => tokeniseTexts(texts("a", " "), tokenizer, 4)).toThrow(/line 2: expected a text, found an empty one/);
    expect(tokeniseTexts([], tokenizer, 4)).toEqual([]);
  });
});
