/** The starter's corpus: deterministic, right by its own checker, and blind to what evaluation asks. */

import { describe, expect, it } from "vitest";
import { checkReply, styleOf } from "../../../trainer/starter/check.ts";
import { isTrainedSum, randomSum } from "../../../trainer/starter/corpus/arithmetic.ts";
import {
  DOMAINS,
  dialogues,
  normalised,
  type Phase,
  randomQuestion,
} from "../../../trainer/starter/corpus/dialogue.ts";
import { Dice } from "../../../trainer/starter/corpus/dice.ts";
import { madeUpName, unknownTopic } from "../../../trainer/starter/corpus/names.ts";
import { LANGUAGES, STYLES } from "../../../trainer/starter/corpus/types.ts";
import { dressed } from "../../../trainer/starter/corpus/wording.ts";
import { heldOutItems, outOfWorldItems, sumItems } from "../../../trainer/starter/held-out.ts";

function first(seed: number, n: number, phase: Phase = "steady") {
  const stream = dialogues(seed, phase);
  return Array.from({ length: n }, () => stream.next().value);
}

describe("the corpus generator", () => {
  it("gives the same dialogues for the same seed, and others for another", () => {
    expect(first(7, 300)).toEqual(first(7, 300));
    expect(first(7, 300)).not.toEqual(first(8, 300));
  });

  it("speaks both languages about equally and leaves no slot unfilled", () => {
    const some = first(3, 4000);
    const chinese = some.filter(({ language }) => language === "zh").length / some.length;
    expect(chinese).toBeGreaterThan(0.45);
    expect(chinese).toBeLessThan(0.55);
    expect(
      some.flatMap(({ turns }) => turns).filter((turn) => /[{}]|undefined/.test(turn.user + turn.assistant)),
    ).toEqual([]);
  });

  it("has every answer in every style pass its own checker", () => {
    const dice = new Dice(11);
    const refused: string[] = [];
    for (const split of ["train", "late", "held"] as const) {
      for (const language of LANGUAGES) {
        for (const domain of DOMAINS) {
          for (let i = 0; i < 25; i++) {
            const question = randomQuestion(dice, language, split, domain);
            for (const style of STYLES) {
              const reply = dressed(dice, language, question.answer, style);
              if (!checkReply({ ...question, prompt: question.text }, reply))
                refused.push(`${question.text} => ${reply}`);
            }
          }
        }
      }
    }
    expect(refused).toEqual([]);
  });

  it("says wordy things at more than 1.25 times the length of plain ones, so that preferences have something to choose", () => {
    const dice = new Dice(5);
    for (const language of LANGUAGES) {
      for (const domain of DOMAINS.filter(({ name }) => name !== "story")) {
        const { answer } = randomQuestion(dice, language, "train", domain);
        const length = (style: "plain" | "wordy") => dressed(dice, language, answer, style).length;
        expect(length("wordy") / length("plain"), `${domain.name} ${language}`).toBeGreaterThan(1.25);
      }
    }
  });

  it("is recognised by style where the surface tells it", () => {
    const dice = new Dice(6);
    for (const language of LANGUAGES) {
      const { answer } = randomQuestion(dice, language, "train", DOMAINS.find(({ name }) => name === "capital")!);
      for (const style of STYLES) expect(styleOf(dressed(dice, language, answer, style))).toBe(style);
    }
  });
});

describe("what is held out", () => {
  it("has no held-out phrasing among the training phrasings of its domain", () => {
    for (const language of LANGUAGES) {
      for (const domain of DOMAINS) {
        for (const { train, late = [], held } of domain.phrasings(language)) {
          const known = new Set([...train, ...late].map(normalised));
          expect(
            held.filter((template) => known.has(normalised(template))),
            domain.name,
          ).toEqual([]);
          expect(held.length).toBeGreaterThanOrEqual(2);
        }
      }
    }
  });

  it("never appears in training: neither the questions nor the sums, names and topics", () => {
    const trainedOn = [...first(1001, 12_000), ...first(3001, 12_000, "finish")];
    const asked = new Set(trainedOn.flatMap(({ turns }) => turns.map(({ user }) => normalised(user))));
    const leaked = [...heldOutItems(1, 760), ...outOfWorldItems(1, 400)].filter(({ prompt }) =>
      asked.has(normalised(prompt)),
    );
    expect(leaked.map(({ prompt }) => prompt)).toEqual([]);

    const dice = new Dice(2);
    const draw = (split: "train" | "held") =>
      new Set(
        LANGUAGES.flatMap((language) =>
          Array.from({ length: 500 }, () => [
            madeUpName(dice, language, split),
            unknownTopic(dice, language, split),
          ]).flat(),
        ),
      );
    const trained = draw("train");
    expect([...draw("held")].filter((name) => trained.has(name))).toEqual([]);
  });

  it("keeps about one sum in twelve out of training and says which items ask for them", () => {
    const dice = new Dice(4);
    const held = Array.from({ length: 4000 }, () => randomSum(dice)).filter((sum) => !isTrainedSum(sum)).length / 4000;
    expect(held).toBeGreaterThan(0.04);
    expect(held).toBeLessThan(0.13);
    expect(sumItems(1, 100, false).every(({ seen }) => !seen)).toBe(true);
    expect(sumItems(1, 100, true).every(({ seen }) => seen)).toBe(true);
  });

  it("gives the same items for the same seed and covers both languages evenly", () => {
    expect(heldOutItems(3, 200)).toEqual(heldOutItems(3, 200));
    expect(heldOutItems(3, 200).filter(({ language }) => language === "zh")).toHaveLength(100);
  });
});
