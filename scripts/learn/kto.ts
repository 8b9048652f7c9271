/** KTO from lone thumbs: the starter's own replies, liked where short and disliked where long, make it brief. */

import { plannedSteps } from "../../server/domain/run-config.ts";
import type { ThumbExample } from "../../trainer/data/example.ts";
import { tokeniseThumbs } from "../../trainer/data/tokenise.ts";
import type { AdapterWeights } from "../../trainer/engine/contract.ts";
import { trainKto } from "../../trainer/methods/kto.ts";
import { randomQuestion } from "../../trainer/starter/corpus/dialogue.ts";
import { Dice } from "../../trainer/starter/corpus/dice.ts";
import { LANGUAGES } from "../../trainer/starter/corpus/types.ts";
import { heldOutItems, TAUGHT_DOMAINS } from "../../trainer/starter/held-out.ts";
import {
  type Experiment,
  LENGTH_RULE,
  mean,
  messagesOf,
  type Outcome,
  rightShare,
  share,
  timed,
  withStarter,
} from "./shared.ts";

const DOMAINS = TAUGHT_DOMAINS.filter(({ name }) =>
  ["capital", "colour", "opposite", "animal", "unit", "compare"].includes(name),
);
/** What the imaginary people like: a reply of no more characters than this. */
const SHORT: Record<(typeof LANGUAGES)[number], number> = { en: 36, zh: 16 };

export function learnKto(experiment: Experiment): Promise<Outcome> {
  const { seed, quick } = experiment;
  return withStarter(experiment, async (starter) => {
    const dice = new Dice(seed);
    const asked = Array.from({ length: quick ? 160 : 400 }, (_, i) =>
      randomQuestion(dice, LANGUAGES[i % 2]!, "train", dice.pick(DOMAINS)),
    );
    const own = await starter.replies(
      null,
      asked.map(({ text }) => messagesOf(text)),
      1,
    );
    const thumbs = asked.map(
      ({ text, language }, i): ThumbExample => ({
        prompt: messagesOf(text),
        completion: { content: own[i]!, tokenIds: null },
        liked: own[i]!.length <= SHORT[language],
        weight: 1,
        origin: `thumb ${i + 1}`,
      }),
    );
    const examples = tokeniseThumbs(thumbs, starter.chat, LENGTH_RULE).examples;
    const liked = thumbs.filter((thumb) => thumb.liked).length;
    const config = starter.config("KTO", {}, { examples: examples.length, liked });
    const { result, seconds } = await timed(() =>
      trainKto({
        ...starter.run(),
        thumbs: examples,
        config,
      }),
    );

    const names = new Set(DOMAINS.map(({ name }) => name));
    const held = heldOutItems(seed, quick ? 114 : 570).filter(({ domain }) => names.has(domain));
    const prompts = held.map(({ prompt, history }) => messagesOf(prompt, history));
    const measured = async (weights: AdapterWeights | null) => {
      const replies = await starter.replies(weights, prompts, 1);
      return {
        short: share(replies, (text, i) => text.length <= SHORT[held[i]!.language]),
        length: mean(replies.map((text) => text.length)),
        right: await rightShare(starter, weights, held),
      };
    };
    const [before, after] = [await measured(null), await measured(result)];
    const figure = (name: string, key: keyof typeof before) => ({ name, before: before[key], after: after[key] });
    return {
      method: "KTO",
      data: `${examples.length} lone thumbs on its own replies, ${liked} up; ${held.length} held-out questions, sampled`,
      figures: [
        figure("replies of the liked length", "short"),
        figure("mean characters of a reply", "length"),
        figure("right answers, greedy", "right"),
      ],
      steps: plannedSteps(config, examples.length),
      seconds,
    };
  });
}
