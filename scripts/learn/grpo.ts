/** GRPO repairs two-digit addition that careless demonstrations have spoiled, and is measured on sums it never trained on. */

import type { DialogueExample, PromptExample } from "../../trainer/data/example.ts";
import { Random } from "../../trainer/data/random.ts";
import { tokeniseDialogues, tokenisePrompts } from "../../trainer/data/tokenise.ts";
import type { AdapterWeights } from "../../trainer/engine/contract.ts";
import { trainGrpo } from "../../trainer/methods/grpo.ts";
import { POLICY } from "../../trainer/methods/run.ts";
import { trainSft } from "../../trainer/methods/sft.ts";
import { lastNumber } from "../../trainer/rewards/numerals.ts";
import { type Sum, sumQuestion } from "../../trainer/starter/corpus/arithmetic.ts";
import { Dice } from "../../trainer/starter/corpus/dice.ts";
import { LANGUAGES } from "../../trainer/starter/corpus/types.ts";
import {
  type Experiment,
  LENGTH_RULE,
  mean,
  messagesOf,
  type Outcome,
  type Starter,
  share,
  timed,
  withStarter,
} from "./shared.ts";

/** Two-digit numbers as far as the starter counts. */
const [LEAST, MOST] = [10, 20];
/** One sum in this many is used for measuring only. */
const HELD_EVERY = 5;
/** Share of the demonstrations whose result is wrong, and by how much. */
const CARELESS = 0.6;
const SLIPS = [-10, -2, -1, 1, 2, 10];

interface Asked extends Sum {
  text: string;
}

/** Every sum with some of its phrasings, those of `held` being sums and phrasings that training never sees. */
function questions(seed: number, split: "train" | "held", phrasings: number): Asked[] {
  const numbers = Array.from({ length: MOST - LEAST + 1 }, (_, i) => LEAST + i);
  const sums = numbers.flatMap((a) => numbers.map((b): Sum => ({ a, b, operator: "+", result: a + b })));
  const order = new Random(seed).shuffled(sums);
  const cut = Math.floor(order.length / HELD_EVERY);
  const dice = new Dice(seed + (split === "held" ? 1_000_003 : 0));
  return (split === "held" ? order.slice(0, cut) : order.slice(cut)).flatMap((sum) =>
    LANGUAGES.flatMap((language) =>
      Array.from({ length: phrasings }, () => ({ ...sum, text: sumQuestion(dice, language, split, sum).text })),
    ),
  );
}

/**
 * The start: an adapter taught by demonstrations that are often wrong. The starter itself is right on nearly all of these sums,
 * which would leave nothing to learn.
 */
async function carelessStart(starter: Starter, asked: readonly Asked[], seed: number): Promise<AdapterWeights> {
  const dice = new Dice(seed + 7);
  const examples = asked.map(({ a, b, result, text }, i): DialogueExample => {
    const said = dice.chance(CARELESS) ? result + dice.pick(SLIPS) : result;
    const completion = { content: `${a} + ${b} = ${said}`, tokenIds: null };
    return { prompt: messagesOf(text), completion, weight: 1, origin: `sum ${i + 1}` };
  });
  const config = starter.config("SFT", { epochs: 2, batchSize: 16, microBatchSize: 16 }, { examples: examples.length });
  const dialogues = tokeniseDialogues(examples, starter.chat, LENGTH_RULE).examples;
  const trained = await trainSft({ ...starter.run(), onStep: () => {}, dialogues, config });
  if (trained.kind !== "adapter") throw new Error("the start was to be an adapter");
  // The run that goes on from it opens a policy of its own.
  starter.engine.dropAdapter(POLICY);
  return trained.weights;
}

export function learnGrpo(experiment: Experiment): Promise<Outcome> {
  const { seed, quick, settings } = experiment;
  return withStarter({ ...experiment, settings: undefined }, async (starter) => {
    const train = questions(seed, "train", quick ? 2 : 3);
    const held = questions(seed, "held", quick ? 2 : 5);
    const start = await carelessStart(starter, train, seed);
    const right = async (weights: AdapterWeights | null, temperature: number) => {
      const asked = held.map(({ text }) => messagesOf(text));
      const replies = await starter.replies(weights, asked, temperature);
      return share(held, ({ result }, i) => lastNumber(replies[i]!) === result);
    };
    const before = { greedy: await right(start, 0), sampled: await right(start, 1) };
    const examples = train.map(({ text, result }, i): PromptExample => {
      return { prompt: messagesOf(text), answer: String(result), origin: `sum ${i + 1}` };
    });
    const own = {
      rewards: [{ kind: "number" }],
      steps: quick ? 12 : 60,
      microBatchSize: 64,
      maxTokens: 32,
      ...settings,
    };
    const distances: number[] = [];
    const { result, seconds } = await timed(() =>
      trainGrpo({
        ...starter.run(),
        start,
        prompts: tokenisePrompts(examples, starter.chat, LENGTH_RULE, 32).examples,
        rollouts: starter.rollouts,
        config: starter.config("GRPO", own, { examples: examples.length }),
        onStep: (report) => {
          distances.push(report.metrics.kl!);
          experiment.onStep?.(report);
        },
      }),
    );
    const figure = (name: string, from: number, after: number) => ({ name, before: from, after });
    return {
      method: "GRPO",
      data: `${train.length} questions about sums of two numbers from ${LEAST} to ${MOST}, ${held.length} about other sums to measure, a start of ${CARELESS * 100} % wrong demonstrations`,
      figures: [
        figure("held-out sums right, sampled at temperature 1", before.sampled, await right(result, 1)),
        figure("held-out sums right, greedy", before.greedy, await right(result, 0)),
        figure("KL from the start, nats per token", 0, mean(distances.slice(-5))),
      ],
      steps: distances.length,
      seconds,
    };
  });
}
