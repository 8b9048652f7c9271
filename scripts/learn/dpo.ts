/** DPO gives the starter another name, in both languages, and it must still know its sums. */

import { plannedSteps } from "../../server/domain/run-config.ts";
import type { PreferenceExample } from "../../trainer/data/example.ts";
import { tokenisePairs } from "../../trainer/data/tokenise.ts";
import type { AdapterWeights } from "../../trainer/engine/contract.ts";
import { trainDpo } from "../../trainer/methods/dpo.ts";
import { randomQuestion } from "../../trainer/starter/corpus/dialogue.ts";
import { Dice } from "../../trainer/starter/corpus/dice.ts";
import { identity } from "../../trainer/starter/corpus/talk.ts";
import { LANGUAGES, type Language } from "../../trainer/starter/corpus/types.ts";
import { heldOutItems } from "../../trainer/starter/held-out.ts";
import {
  arithmeticItems,
  type Experiment,
  LENGTH_RULE,
  messagesOf,
  type Outcome,
  rightShare,
  share,
  timed,
  withStarter,
} from "./shared.ts";

const NAME = "Nova";
const OLD = /Hone/g;

/** Distinct ways to ask who it is; held-out ones are never trained on. */
function questions(seed: number, split: "train" | "held", count: number): { language: Language; text: string }[] {
  const dice = new Dice(seed + (split === "held" ? 1_000_003 : 0));
  const texts = new Map<string, Language>();
  for (let draws = 0; texts.size < count && draws < 100 * count; draws++) {
    const language = LANGUAGES[texts.size % 2]!;
    const { text, answer } = randomQuestion(dice, language, split, identity);
    // The old name in the question would ask for it in the answer.
    if (/Hone/.test(answer.short) && !/hone/i.test(text)) texts.set(text, language);
  }
  return [...texts].map(([text, language]) => ({ text, language }));
}

export function learnDpo(experiment: Experiment): Promise<Outcome> {
  const { seed, quick } = experiment;
  return withStarter(experiment, async (starter) => {
    const asked = questions(seed, "train", quick ? 32 : 80);
    const held = questions(seed, "held", quick ? 16 : 40);
    const own = await starter.replies(
      null,
      asked.map(({ text }) => messagesOf(text)),
      1,
    );
    const pairs = asked.flatMap(({ text }, i): PreferenceExample[] => {
      const rejected = own[i]!;
      const chosen = rejected.replace(OLD, NAME);
      if (chosen === rejected) return [];
      const reply = (content: string) => ({ content, tokenIds: null });
      return [
        {
          prompt: messagesOf(text),
          chosen: reply(chosen),
          rejected: reply(rejected),
          weight: 1,
          origin: `pair ${i + 1}`,
        },
      ];
    });
    const examples = tokenisePairs(pairs, starter.chat, LENGTH_RULE).examples;
    // The new name is far from anything the starter would say (some 49 nats): margins alone are won by unlearning the old
    // name, and a little imitation makes it say the new one.
    const config = starter.config("DPO", { sftWeight: 0.2 }, { examples: examples.length });
    const { result, seconds } = await timed(() =>
      trainDpo({
        ...starter.run(),
        pairs: examples,
        config,
      }),
    );

    const named = async (weights: AdapterWeights | null, language: Language) => {
      const ofLanguage = held.filter((one) => one.language === language);
      const replies = await starter.replies(
        weights,
        ofLanguage.map(({ text }) => messagesOf(text)),
      );
      return share(replies, (text) => text.includes(NAME) && !text.match(OLD));
    };
    const figure = async (name: string, measure: (weights: AdapterWeights | null) => Promise<number>) => ({
      name,
      before: await measure(null),
      after: await measure(result),
    });
    const others = heldOutItems(seed, quick ? 38 : 190).filter(({ domain }) => domain !== "identity");
    return {
      method: "DPO",
      data: `${examples.length} pairs that differ in the name only; ${held.length} held-out questions, ${others.length} others`,
      figures: [
        await figure(`says it is ${NAME}, English`, (weights) => named(weights, "en")),
        await figure(`says it is ${NAME}, Chinese`, (weights) => named(weights, "zh")),
        await figure("taught sums right", (weights) => rightShare(starter, weights, arithmeticItems(seed, quick))),
        await figure("other questions still right", (weights) => rightShare(starter, weights, others)),
      ],
      steps: plannedSteps(config, examples.length),
      seconds,
    };
  });
}
