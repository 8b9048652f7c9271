/** The starter's own tokenizer against llama.cpp on the committed model: what was trained is what is served. */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requireArray } from "../../../server/gguf/model-config.ts";
import { openGguf } from "../../../server/gguf/reader.ts";
import { openTokenizer, type Tokenizer } from "../../../server/gguf/tokenizer.ts";
import { BpeTokenizer } from "../../../trainer/starter/bpe.ts";
import { dialogues } from "../../../trainer/starter/corpus/dialogue.ts";
import { Dice } from "../../../trainer/starter/corpus/dice.ts";
import { encodeDialogue } from "../../../trainer/starter/encode.ts";
import { heldOutItems, outOfWorldItems } from "../../../trainer/starter/held-out.ts";

const MODEL = "models/starter.gguf";

let served: Tokenizer;
let trained: BpeTokenizer;

beforeAll(async () => {
  served = await openTokenizer(MODEL);
  const file = openGguf(MODEL);
  trained = new BpeTokenizer({
    tokens: requireArray(file, "tokenizer.ggml.tokens", "string") as readonly string[],
    merges: requireArray(file, "tokenizer.ggml.merges", "string") as readonly string[],
  });
  file.close();
});

afterAll(() => served.close());

/** Random characters of many scripts, marks, spaces and pictures. */
function strangeTexts(count: number): string[] {
  const dice = new Dice(31);
  const alphabet = [
    ..."abcXYZ019 ,.!?'\"\n\t-_/\\éßøñçΩжш日本語中文的，。！？한글אב٣🙂🚀👩‍👩‍👧<|>{}\u00a0\u3000\u200b",
  ];
  return Array.from({ length: count }, () =>
    Array.from({ length: dice.between(1, 30) }, () => dice.pick(alphabet)).join(""),
  );
}

describe("the starter's tokenizer", () => {
  it("agrees with llama.cpp on more than 2,000 texts, and both bring them back", () => {
    const items = [...heldOutItems(5, 600), ...outOfWorldItems(5, 400)];
    const texts = [...items.flatMap(({ prompt, answer }) => [prompt, answer.full]), ...strangeTexts(500)];
    expect(texts.length).toBeGreaterThan(2000);
    const different = texts.filter((text) => {
      const ids = served.encode(text);
      return ids.join() !== trained.encode(text).join() || served.decode(ids) !== text || trained.decode(ids) !== text;
    });
    expect(different).toEqual([]);
  });

  it("renders whole dialogues to the very tokens and targets that were trained on", () => {
    const stream = dialogues(99);
    for (let i = 0; i < 200; i++) {
      const dialogue = stream.next().value;
      const { tokens, weights } = encodeDialogue(trained, dialogue);
      const messages = [
        ...(dialogue.system === null ? [] : [{ role: "system" as const, content: dialogue.system }]),
        ...dialogue.turns.flatMap(({ user, assistant }) => [
          { role: "user" as const, content: user },
          { role: "assistant" as const, content: assistant },
        ]),
      ];
      const rendered = served.renderChat(messages);
      expect([...rendered.tokens]).toEqual(tokens);
      const targets = [...rendered.mask].map((one, at) => (one ? at : -1)).filter((at) => at >= 0);
      const learned = weights.map((weight, at) => (weight > 0 ? at : -1)).filter((at) => at >= 0);
      expect(targets).toEqual(learned);
    }
  });
});
