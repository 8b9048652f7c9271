/** PPO earns more from a learned taste: a reward model for friendly, fitting replies, and the starter as policy and reference. */

import { tokenisePrompts, tokeniseRankings } from "../../trainer/data/tokenise.ts";
import type { AdapterWeights } from "../../trainer/engine/contract.ts";
import { trainPpo } from "../../trainer/methods/ppo.ts";
import { trainRewardModel } from "../../trainer/methods/reward-model.ts";
import { POLICY } from "../../trainer/methods/run.ts";
import { openScorer } from "../../trainer/rewards/scorer.ts";
import { checkReply, styleOf } from "../../trainer/starter/check.ts";
import { randomQuestion } from "../../trainer/starter/corpus/dialogue.ts";
import { Dice } from "../../trainer/starter/corpus/dice.ts";
import { LANGUAGES, type Question } from "../../trainer/starter/corpus/types.ts";
import { DOMAINS, FRIENDLINESS, pairs } from "./reward.ts";
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

/** Tokens of a reply; the starter's longest are about 40. */
const MOST_TOKENS = 64;

const questions = (seed: number, split: "train" | "held", count: number): Question[] => {
  const dice = new Dice(seed + (split === "held" ? 2_000_003 : 1_000));
  return Array.from({ length: count }, (_, i) => randomQuestion(dice, LANGUAGES[i % 2]!, split, dice.pick(DOMAINS)));
};

const promptsOf = ({ chat }: Starter, asked: readonly Question[]) => {
  const examples = asked.map(({ text }, i) => ({
    prompt: messagesOf(text),
    answer: null,
    origin: `question ${i + 1}`,
  }));
  return tokenisePrompts(examples, chat, LENGTH_RULE, MOST_TOKENS).examples;
};

async function rewardModelOf(
  { chat, config, run, engine }: Starter,
  seed: number,
  count: number,
): Promise<AdapterWeights> {
  const rankings = tokeniseRankings(pairs(seed, count, "train", 0.05), chat, LENGTH_RULE).examples;
  const settings = { epochs: 2, batchSize: 16, microBatchSize: 16 };
  const weights = await trainRewardModel({
    ...run(),
    onStep: () => {},
    rankings,
    config: config("REWARD", settings, { examples: rankings.length }),
  });
  engine.dropAdapter(POLICY);
  return weights;
}

/** What replies sampled at temperature 1 are like. */
async function measured(
  starter: Starter,
  policy: AdapterWeights | null,
  rewardModel: AdapterWeights,
  asked: readonly Question[],
  seed: number,
) {
  const prompts = promptsOf(starter, asked);
  await starter.rollouts.use(policy);
  const replies = await starter.rollouts.sample(prompts, { count: 2, maxTokens: MOST_TOKENS, temperature: 1, seed });
  const candidates = prompts.flatMap((prompt, i) =>
    replies[i]!.map((reply) => ({ prompt, reply, question: asked[i]! })),
  );
  const scorer = openScorer([{ kind: "rewardModel", weight: 1 }], prompts, {
    engine: starter.engine,
    rewardModel: { weights: rewardModel },
  });
  const { totals } = await scorer.score(candidates);
  scorer.close();
  const average = mean([...totals]);
  return {
    reward: average,
    deviation: Math.sqrt(mean([...totals].map((total) => (total - average) ** 2))),
    friendly: share(candidates, ({ reply }) => FRIENDLINESS[styleOf(reply.text)] >= 2),
    right: share(candidates, ({ question, reply }) => checkReply({ ...question, prompt: question.text }, reply.text)),
    length: mean(candidates.map(({ reply }) => reply.completion.length)),
  };
}

export function learnPpo(experiment: Experiment): Promise<Outcome> {
  const { seed, quick, settings } = experiment;
  return withStarter({ ...experiment, settings: undefined }, async (starter) => {
    const judged = quick ? 240 : 480;
    const rewardModel = await rewardModelOf(starter, seed, judged);
    const held = questions(seed, "held", quick ? 40 : 120);
    const prompts = promptsOf(starter, questions(seed, "train", 400));
    const before = await measured(starter, null, rewardModel, held, seed);
    // The reward model's scores vary by some 1.3, many times what a verifiable reward does: the usual 0.05 would let the policy
    // run away (0.22 nats per token after 20 steps).
    const own = {
      steps: quick ? 12 : 45,
      klCoefficient: 0.3,
      microBatchSize: 32,
      maxTokens: MOST_TOKENS,
      ...settings,
    };
    const distances: number[] = [];
    const { result, seconds } = await timed(() =>
      trainPpo({
        ...starter.run(),
        prompts,
        rollouts: starter.rollouts,
        rewardModel: { weights: rewardModel },
        config: starter.config("PPO", own, { examples: prompts.length }),
        onStep: (report) => {
          distances.push(report.metrics.kl_per_token!);
          experiment.onStep?.(report);
        },
      }),
    );
    const after = await measured(starter, result, rewardModel, held, seed);
    const figure = (name: string, from: number, to: number) => ({ name, before: from, after: to });
    const deviations = (after.reward - before.reward) / before.deviation;
    return {
      method: "PPO",
      data: `${prompts.length} questions, a reward model from ${judged} noisy pairs; ${held.length} held-out questions, two replies each at temperature 1`,
      figures: [
        figure("mean reward", before.reward, after.reward),
        figure("gain in standard deviations of the base's reward", 0, deviations),
        figure("KL from the base, nats per token", 0, mean(distances.slice(-5))),
        figure("friendly replies", before.friendly, after.friendly),
        figure("right replies", before.right, after.right),
        figure("tokens of a reply", before.length, after.length),
      ],
      steps: distances.length,
      seconds,
    };
  });
}
