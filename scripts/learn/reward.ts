/** A reward model learns a hidden taste from noisy pairs: replies in the language of the question beat others, and friendlier ones beat curt ones. */

import { plannedSteps } from "../../server/domain/run-config.ts";
import type { RankingExample } from "../../trainer/data/example.ts";
import { tokeniseRankings } from "../../trainer/data/tokenise.ts";
import { evaluateReward } from "../../trainer/evaluate-reward.ts";
import { trainRewardModel } from "../../trainer/methods/reward-model.ts";
import { randomQuestion } from "../../trainer/starter/corpus/dialogue.ts";
import { Dice } from "../../trainer/starter/corpus/dice.ts";
import { LANGUAGES, STYLES, type Style } from "../../trainer/starter/corpus/types.ts";
import { dressed } from "../../trainer/starter/corpus/wording.ts";
import { TAUGHT_DOMAINS } from "../../trainer/starter/held-out.ts";
import { type Experiment, LENGTH_RULE, messagesOf, type Outcome, timed, withStarter } from "./shared.ts";

/** Share of the pairs, held-out ones too, whose label is turned round. */
const NOISE = 0.05;
/** Share of the pairs whose worse reply is in the other language; the others say the same in two styles. */
const FOREIGN = 0.3;

/** The hidden taste. */
export const FRIENDLINESS: Record<Style, number> = { curt: 0, brief: 0, plain: 1, emoji: 2, wordy: 3, polite: 3 };
export const DOMAINS = TAUGHT_DOMAINS.filter(({ name }) =>
  ["capital", "colour", "opposite", "animal", "unit"].includes(name),
);

/** @param noise share of turned labels; 0 gives the truth */
export function pairs(seed: number, count: number, split: "train" | "held", noise: number): RankingExample[] {
  const dice = new Dice(seed + (split === "held" ? 1_000_003 : 0));
  return Array.from({ length: count }, (_, i) => {
    const language = LANGUAGES[i % 2]!;
    const question = randomQuestion(dice, language, split, dice.pick(DOMAINS));
    const foreign = dice.chance(FOREIGN);
    const other = LANGUAGES[1 - (i % 2)]!;
    const stranger = randomQuestion(
      dice,
      other,
      split,
      dice.pick(DOMAINS.filter(({ name }) => name === question.domain)),
    );
    let [better, worse] = [dice.pick(STYLES), dice.pick(STYLES)];
    while (!foreign && FRIENDLINESS[better] <= FRIENDLINESS[worse])
      [better, worse] = [dice.pick(STYLES), dice.pick(STYLES)];
    const texts = [
      dressed(dice, language, question.answer, better),
      foreign ? dressed(dice, other, stranger.answer, worse) : dressed(dice, language, question.answer, worse),
    ];
    // Drawn in any case, so that the same seed gives the same pairs with and without noise.
    const turned = dice.unit() < noise;
    return {
      prompt: messagesOf(question.text),
      replies: texts.map((content, k) => ({ content, tokenIds: null, rank: (k === 0) === turned ? 2 : 1 })),
      weight: 1,
      origin: `pair ${i + 1}`,
    };
  });
}

export function learnReward(experiment: Experiment): Promise<Outcome> {
  const { seed, quick } = experiment;
  return withStarter(experiment, async ({ engine, chat, config, run }) => {
    const tokens = (examples: RankingExample[]) => tokeniseRankings(examples, chat, LENGTH_RULE).examples;
    const train = tokens(pairs(seed, quick ? 480 : 1600, "train", NOISE));
    const held = quick ? 120 : 500;
    const truth = tokens(pairs(seed, held, "held", 0));
    const noisy = tokens(pairs(seed, held, "held", NOISE));
    const settings = config("REWARD", { epochs: 2, batchSize: 16, microBatchSize: 16 }, { examples: train.length });
    const { seconds } = await timed(() =>
      trainRewardModel({
        ...run(),
        rankings: train,
        config: settings,
      }),
    );
    const after = {
      truth: await evaluateReward(engine, "policy", truth),
      noisy: await evaluateReward(engine, "policy", noisy),
    };
    const figure = (name: string, value: number | undefined, before: number) => ({ name, before, after: value! });
    return {
      method: "REWARD",
      data: `${train.length} pairs with ${NOISE * 100} % turned labels; ${held} held-out pairs in other phrasings`,
      figures: [
        // A head at 0 gives every reply the same score.
        figure("held-out accuracy, labels as noisy", after.noisy["heldout/accuracy"], 0.5),
        figure("held-out accuracy, true labels", after.truth["heldout/accuracy"], 0.5),
        figure("calibration error, labels as noisy", after.noisy["heldout/calibration_error"], 0),
      ],
      steps: plannedSteps(settings, train.length),
      seconds,
    };
  });
}
