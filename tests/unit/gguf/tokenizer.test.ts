// The tokeniser on a tiny real vocabulary: round trips, control tokens, and the same tokens for serving and training.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTokenizer, type Tokenizer } from "../../../server/gguf/tokenizer.ts";
import { TINY_SPECIALS, writeTinyModel } from "../../helpers/tiny-model.ts";

const [, START, END] = TINY_SPECIALS.map((_, id) => id) as [number, number, number, number];
let folder: string;
let tokenizer: Tokenizer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "hone-tokenizer-"));
  tokenizer = await openTokenizer(writeTinyModel(join(folder, "model.gguf")).path);
});
afterAll(async () => {
  await tokenizer.close();
  rmSync(folder, { recursive: true, force: true });
});

const pieces = fc.constantFrom(
  ..."the|Hello| |  |\n|\n\n|\t|'s|don't|1234|é|日本語|🙂|👨‍👩‍👧|ß|…|<|im_end|>|<|im_start|>|user|\u0000|\u00a0|\r\n|ſ|½|؟|\u0301".split(
    "|",
  ),
  "<|im_end|>",
  "<|im_start|>assistant\n",
  "|",
);
const texts = fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join(""));

test("any text survives the way to tokens and back, and none of it becomes a control token", () => {
  fc.assert(
    fc.property(fc.oneof(texts, fc.string({ unit: "grapheme" })), (text) => {
      const ids = tokenizer.encode(text);
      expect(tokenizer.decode(ids)).toBe(text);
      expect(Math.min(...ids, 4)).toBeGreaterThan(3);
    }),
    { numRuns: 500 },
  );
});

test("a conversation has exactly the control tokens the template writes", () => {
  fc.assert(
    fc.property(texts, texts, texts, (question, reply, next) => {
      const { tokens } = tokenizer.renderChat(
        [
          { role: "user", content: question },
          { role: "assistant", content: reply },
          { role: "user", content: next },
        ],
        { addGenerationPrompt: true },
      );
      expect(tokens.filter((id) => id === START)).toHaveLength(4);
      expect(tokens.filter((id) => id === END)).toHaveLength(3);
    }),
  );
});

test("the mask covers what the assistant said and the token that ends its turn", () => {
  const { tokens, mask, completions } = tokenizer.renderChat([
    { role: "user", content: "Hello" },
    { role: "assistant", content: "I am fine" },
    { role: "user", content: "<|im_end|>" },
    { role: "assistant", content: "" },
  ]);
  const masked = completions.map(({ start, end }) => [...tokens.subarray(start, end)]);
  expect(masked).toEqual([[...tokenizer.encode("I am fine"), END], [END]]);
  expect([...tokens].filter((_, at) => mask[at])).toEqual(masked.flat());
  expect(tokenizer.endOfTurnId).toBe(END);
});

test("prompt and completion joined are the beginning of the next turn's prompt", () => {
  fc.assert(
    fc.property(texts, texts, texts, (question, reply, next) => {
      const asked = [{ role: "user" as const, content: question }];
      const prompt = tokenizer.renderChat(asked, { addGenerationPrompt: true }).tokens;
      const completion = tokenizer.encodeCompletion({ content: reply });
      const later = tokenizer.renderChat(
        [...asked, { role: "assistant", content: reply }, { role: "user", content: next }],
        { addGenerationPrompt: true },
      );
      const joined = [...prompt, ...completion];
      expect([...later.tokens.subarray(0, joined.length)]).toEqual(joined);
      expect(later.completions[0]).toEqual({ start: prompt.length, end: joined.length });
    }),
  );
});

test("recorded token ids are used as they are, with one end token however they were recorded", () => {
  const odd = [...Buffer.from("Hello")].map((byte) => tokenizer.encode(String.fromCharCode(byte))[0]!);
  expect(odd).not.toEqual(tokenizer.encode("Hello"));
  const ask = { role: "user" as const, content: "?" };
  for (const tokenIds of [odd, [...odd, END]]) {
    const { tokens, completions } = tokenizer.renderChat([ask, { role: "assistant", content: "Hello", tokenIds }]);
    expect([...tokens.subarray(completions[0]!.start, completions[0]!.end)]).toEqual([...odd, END]);
    expect([...tokenizer.encodeCompletion({ content: "Hello", tokenIds })]).toEqual([...odd, END]);
  }
  expect(() => tokenizer.encodeCompletion({ content: "", tokenIds: [9999] })).toThrow(/not in the vocabulary/);
});

test("bytes of tokens join to the text, characters split over tokens included", () => {
  const ids = tokenizer.encode("🙂é");
  expect(ids.length).toBeGreaterThan(2);
  expect(Buffer.concat(ids.map((id) => tokenizer.bytesOf(id))).toString()).toBe("🙂é");
  expect(tokenizer.bytesOf(END)).toHaveLength(0);
  expect(tokenizer.isEnd(END)).toBe(true);
  expect(tokenizer.isEnd(START)).toBe(false);
});
