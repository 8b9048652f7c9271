/** Learning every reply of a dialogue, on the starter's own template: the targets are what the template calls the assistant's. */

import { afterAll, beforeAll, expect, it } from "vitest";
import type { ChatMessage } from "../../../server/gguf/chat-template.ts";
import { openTokenizer, type Tokenizer } from "../../../server/gguf/tokenizer.ts";
import { chatTokens, tokeniseDialogues } from "../../../trainer/data/tokenise.ts";

let tokenizer: Tokenizer;
beforeAll(async () => {
  tokenizer = await openTokenizer("models/starter.gguf");
});
afterAll(() => tokenizer.close());

const rule = { maxLength: 512, overLong: "error" } as const;
const turns: ChatMessage[] = [
  { role: "system", content: "You are a helpful assistant." },
  { role: "user", content: "What is the capital of France?" },
  { role: "assistant", content: "Paris <|im_end|> is not a control token here." },
  { role: "user", content: "你好吗？" },
  { role: "assistant", content: "我很好，谢谢。" },
  { role: "user", content: "And Norway?" },
];

function learned(prompt: ChatMessage[], learn: "last" | "all") {
  const completion = { content: "Oslo.", tokenIds: null };
  const dialogue = { prompt, completion, weight: 1, origin: "line 1" };
  return tokeniseDialogues([dialogue], chatTokens(tokenizer), rule, learn).examples[0]!.sequence;
}

it("makes exactly the template's assistant tokens targets, end tokens included", () => {
  const { tokens, targets } = learned(turns, "all");
  const whole = tokenizer.renderChat([...turns, { role: "assistant", content: "Oslo." }]);
  // The template closes a turn with a newline, which nobody generates.
  expect(tokens).toEqual(whole.tokens.slice(0, tokens.length));
  expect([...targets]).toEqual([...whole.mask.keys()].filter((t) => whole.mask[t] === 1));
  expect(tokenizer.decode(Array.from(targets, (t) => tokens[t]!))).toBe(
    "Paris <|im_end|> is not a control token here.我很好，谢谢。Oslo.",
  );
  expect(Array.from(targets, (t) => tokens[t]).filter((id) => id === tokenizer.endOfTurnId)).toHaveLength(3);
});

it("learns a sampled turn by its own tokens, which need not be those of its text", () => {
  const letters = Array.from("Paris", (letter) => tokenizer.encode(letter)).flat();
  expect(letters.length).toBeGreaterThan(tokenizer.encode("Paris").length);
  const sampled = (tokenIds: number[]) =>
    turns.map((turn, i) => (i === 2 ? { ...turn, content: "Paris", tokenIds } : turn));
  const whole = learned(sampled([...letters, tokenizer.endOfTurnId]), "all");
  const cut = learned(sampled(letters), "all");
  expect(Array.from(whole.targets.slice(0, letters.length), (t) => whole.tokens[t])).toEqual(letters);
  expect(whole.tokens).toEqual(cut.tokens);
  // A reply that was cut off does not teach to end there.
  expect(cut.targets).toHaveLength(whole.targets.length - 1);
});
