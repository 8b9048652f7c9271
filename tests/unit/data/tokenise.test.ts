/** Examples to tokens: what is prompt, what is target, and what becomes of the over-long. */

import { describe, expect, it } from "vitest";
import type { DialogueExample, PreferenceExample } from "../../../trainer/data/example.ts";
import { type ChatTokens, tokeniseDialogues, tokenisePairs } from "../../../trainer/data/tokenise.ts";

const END = 2;
/** One token per character; a prompt is its turns joined by token 1, and opens the reply with token 3. */
const chat: ChatTokens = {
  prompt: (messages) => [...messages.flatMap(({ content }) => [1, ...codes(content)]), 3],
  replies: () => [],
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
