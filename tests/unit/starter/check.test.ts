/** The starter's checkers: they judge whole replies, and wrong ones do not slip through. */

import { describe, expect, it } from "vitest";
import { checkReply, styleOf } from "../../../trainer/starter/check.ts";
import { sumQuestion } from "../../../trainer/starter/corpus/arithmetic.ts";
import { DOMAINS, randomQuestion } from "../../../trainer/starter/corpus/dialogue.ts";
import { Dice } from "../../../trainer/starter/corpus/dice.ts";
import { LANGUAGES, type Question } from "../../../trainer/starter/corpus/types.ts";
import { dressed } from "../../../trainer/starter/corpus/wording.ts";

const judged = (question: Question, reply: string) => checkReply({ ...question, prompt: question.text }, reply);

/** The first question of a domain that satisfies `wanted`. */
function question(
  domain: string,
  language: "en" | "zh",
  wanted: (question: Question) => boolean = () => true,
): Question {
  const dice = new Dice(1);
  for (;;) {
    const found = randomQuestion(dice, language, "train", DOMAINS.find(({ name }) => name === domain)!);
    if (wanted(found)) return found;
  }
}

const france = question(
  "capital",
  "en",
  ({ answer }) => answer.full === "The capital of France is Paris" && answer.short === "Paris",
);

describe("checkReply", () => {
  it.each([
    "Paris",
    "Paris.",
    "The capital of France is Paris.",
    "Certainly. The capital of France is Paris.",
    "Paris is the capital of France 🌍",
    "The capital of France is Paris. I hope this helps.",
  ])("takes %j", (reply) => expect(judged(france, reply)).toBe(true));

  it.each([
    ["another capital", "The capital of France is Rome."],
    ["both", "The capital of France is Paris. Rome."],
    ["another country", "The capital of Germany is Paris."],
    ["a courtesy alone", "I hope this helps."],
    ["nothing", ""],
    ["a misspelling", "Pariss."],
    ["the wrong language", "法国的首都是巴黎。"],
    ["a refusal", "I am sorry, but I don't know that."],
    ["a refusal beside the fact", "Paris. I am sorry, but I don't know that."],
    ["babble", "The capital of France is Paris banana."],
    ["a doubled word", "The capital of France is is Paris."],
    ["a sentence said twice", "Paris. Paris."],
    ["a reply that breaks off", "The capital of France is Paris. I hope this"],
    ["a control token", "Paris.<|im_end|>"],
  ])("refuses %s: %j", (_what, reply) => expect(judged(france, reply)).toBe(false));

  it("judges every number of a sum, not the last one", () => {
    const sum = sumQuestion(new Dice(1), "en", "train", { a: 7, b: 8, operator: "+", result: 15 });
    expect(judged(sum, "7 + 8 = 15")).toBe(true);
    expect(judged(sum, "The answer is 7 + 8 = 15.")).toBe(true);
    expect(judged(sum, "15.")).toBe(true);
    for (const wrong of ["7 + 8 = 16", "8 + 8 = 15", "7 + 9 = 15", "7 + 8 = 16. 15.", "7 × 8 = 15", "1 5", "7 + 8 ="]) {
      expect(judged(sum, wrong), wrong).toBe(false);
    }
  });

  it("tells 二月 from 十二月", () => {
    const february = question("calendar", "zh", ({ answer }) => answer.short === "二月");
    expect(judged(february, "二月。")).toBe(true);
    expect(judged(february, "十二月。")).toBe(false);
  });

  it("wants refusals polite, and nothing made up beside them", () => {
    const unknown = question("refusal", "en");
    expect(judged(unknown, "Sorry, I don't know.")).toBe(true);
    expect(judged(unknown, "I don't know.")).toBe(false);
    expect(judged(unknown, "Sorry, I don't know. It is Paris.")).toBe(false);
    expect(judged(unknown, "Paris.")).toBe(false);
  });

  it("refuses nearly every right answer to another question of the same domain", () => {
    const dice = new Dice(9);
    const passed: string[] = [];
    let pairs = 0;
    for (const language of LANGUAGES) {
      for (const domain of DOMAINS.filter(({ name }) =>
        ["capital", "colour", "opposite", "calendar", "unit", "howto", "story", "arithmetic", "animal"].includes(name),
      )) {
        for (let i = 0; i < 40; i++) {
          const [mine, other] = [
            randomQuestion(dice, language, "held", domain),
            randomQuestion(dice, language, "held", domain),
          ];
          if (mine.answer.short === other.answer.short || mine.answer.emphasis === other.answer.emphasis) continue;
          pairs++;
          const reply = dressed(dice, language, other.answer, "plain");
          if (judged(mine, reply)) passed.push(`${mine.text} => ${reply}`);
        }
      }
    }
    expect(pairs).toBeGreaterThan(300);
    // A few pairs state the same fact from its other end.
    expect(passed.length / pairs, passed.join("\n")).toBeLessThan(0.01);
  });
});

describe("styleOf", () => {
  it.each([
    ["Paris", "curt"],
    ["Paris.", "brief"],
    ["The capital of France is Paris.", "plain"],
    ["The capital of France is Paris. I hope this helps.", "wordy"],
    ["Of course! The capital of France is Paris.", "polite"],
    ["Paris 🌍", "emoji"],
    ["巴黎", "curt"],
    ["巴黎。", "brief"],
    ["当然可以。法国的首都是巴黎。", "polite"],
    ["法国的首都是巴黎。希望这能帮到你。", "wordy"],
  ])("%j is %s", (reply, style) => expect(styleOf(reply)).toBe(style));
});
