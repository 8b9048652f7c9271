/** The methods as the command line calls and explains them. */

import { METHODS, type TrainingMethod } from "../../server/domain/run-config.ts";

/** `BEST_OF_K` is `best-of-k` here. */
export const wordOf = (method: TrainingMethod): string => method.toLowerCase().replaceAll("_", "-");

export const METHOD_OF_WORD: ReadonlyMap<string, TrainingMethod> = new Map(
  METHODS.map((method) => [wordOf(method), method]),
);

/** One line each; docs/methods.md has the rest. */
export const ABOUT: Record<TrainingMethod, string> = {
  SFT: "imitates the replies of dialogues",
  PRETRAIN: "goes on reading plain text; every token counts",
  BEST_OF_K: "drafts K replies to each prompt, scores them, imitates the best",
  DISTIL: "imitates a stronger model's replies to prompts",
  REWARD: "makes a reward model: a score for any reply",
  DPO: "prefers the chosen reply of each pair over the rejected one",
  SIMPO: "the same without a reference model, by mean log-probability",
  ORPO: "imitates the chosen reply and moves away from the rejected one at once",
  KTO: "learns from lone thumbs up and down, no pairs needed",
  PPO: "raises rewards of sampled replies with a value function and a KL penalty",
  GRPO: "raises rewards of sampled replies against the others of their group",
  RLAIF: "a judge compares sampled replies, DPO learns from its verdicts",
};

/** What a method's examples are called. */
export const NOUN: Record<TrainingMethod, string> = {
  SFT: "dialogues",
  PRETRAIN: "chunks of text",
  BEST_OF_K: "prompts",
  DISTIL: "prompts",
  REWARD: "rankings",
  DPO: "pairs",
  SIMPO: "pairs",
  ORPO: "pairs",
  KTO: "thumbs",
  PPO: "prompts",
  GRPO: "prompts",
  RLAIF: "prompts",
};
