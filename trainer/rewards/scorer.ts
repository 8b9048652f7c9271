/** Scores replies by the rewards that a run asks for: registered checks, the reward model, the judge, summed by weight. */

import type { RewardSpec } from "../../server/domain/run-config.ts";
import type { TokenisedPrompt } from "../data/example.ts";
import { scoredRow } from "../data/tokenise.ts";
import type { AdapterWeights, Engine, Metrics } from "../engine/contract.ts";
import { TrainerError } from "../errors.ts";
import type { Endpoint, Patience } from "../judge/endpoint.ts";
import { gradeReply } from "../judge/judge.ts";
import type { Rollout } from "../rollout/contract.ts";
import { pooled } from "../rollout/pool.ts";
import { scoreReplies } from "../score.ts";
import { checkOf } from "./checks.ts";

/** A reply and the prompt it answers. */
export interface Candidate {
  prompt: TokenisedPrompt;
  reply: Rollout;
}

export interface Scores {
  /** Weighted sums, [replies]; NaN where the judge's answer could not be read. */
  totals: Float64Array;
  /** `rewards/<kind>`: means before weighting; a second reward of one kind is `rewards/<kind>_2`. */
  metrics: Metrics;
}

export interface Scorer {
  score(candidates: readonly Candidate[], signal?: AbortSignal): Promise<Scores>;
  /** Takes the reward model out of the engine. */
  close(): void;
}

/** What rewards may need besides the reply. */
export interface ScoringTools {
  engine: Engine;
  /** With a head. */
  rewardModel?: { weights: AdapterWeights };
  judge?: Endpoint;
  /** For tests. */
  patience?: Patience;
}

type Scoring = (candidates: readonly Candidate[], signal?: AbortSignal) => Promise<Float64Array>;

/** Name of the reward model in the engine; it stands beside the policy on the same base. */
const REWARD_MODEL = "reward model";
/** Questions to the judge under way at once. */
const JUDGE_AT_ONCE = 8;

/**
 * Prepares every reward and checks that nothing is missing before the first reply is sampled.
 * @throws TrainerError REWARD_MODEL_MISSING, ENDPOINT_MISSING, ANSWERS_MISSING, BAD_CONFIG
 */
export function openScorer(
  specs: readonly RewardSpec[],
  prompts: readonly TokenisedPrompt[],
  tools: ScoringTools,
): Scorer {
  const rewards = specs.map((spec) => ({ spec, scoring: scoringOf(spec, prompts, tools) }));
  const loaded = specs.some(({ kind }) => kind === "rewardModel");
  if (loaded) tools.engine.loadAdapter(REWARD_MODEL, tools.rewardModel!.weights);
  return {
    async score(candidates, signal) {
      const totals = new Float64Array(candidates.length);
      const metrics: Metrics = {};
      const seen = new Map<string, number>();
      for (const { spec, scoring } of rewards) {
        const scores = await scoring(candidates, signal);
        for (const [i, score] of scores.entries()) totals[i]! += spec.weight * score;
        const number = (seen.get(spec.kind) ?? 0) + 1;
        seen.set(spec.kind, number);
        const known = scores.filter((score) => !Number.isNaN(score));
        const name = number === 1 ? `rewards/${spec.kind}` : `rewards/${spec.kind}_${number}`;
        if (known.length > 0) metrics[name] = known.reduce((a, b) => a + b) / known.length;
      }
      return { totals, metrics };
    },
    close: () => {
      if (loaded) tools.engine.dropAdapter(REWARD_MODEL);
    },
  };
}

function scoringOf(spec: RewardSpec, prompts: readonly TokenisedPrompt[], tools: ScoringTools): Scoring {
  switch (spec.kind) {
    case "rewardModel":
      return byRewardModel(tools);
    case "judge":
      return byJudge(spec, tools);
    case "exact":
    case "number":
      requireAnswers(spec.kind, prompts);
      break;
  }
  const check = checkOf(spec);
  return async (candidates) =>
    Float64Array.from(candidates, ({ prompt: { answer }, reply: { text, completion } }) =>
      check({ text, answer, tokens: completion.length }),
    );
}

function requireAnswers(kind: string, prompts: readonly TokenisedPrompt[]): void {
  const lacking = prompts.find(({ answer }) => answer === null);
  if (lacking)
    throw new TrainerError(
      "ANSWERS_MISSING",
      `${lacking.origin}: the reward "${kind}" compares with the prompt's answer, and this prompt has none; give every prompt ` +
        "an answer, or choose another reward.",
    );
}

function byRewardModel({ engine, rewardModel }: ScoringTools): Scoring {
  if (!rewardModel)
    throw new TrainerError(
      "REWARD_MODEL_MISSING",
      "The reward rewardModel needs a reward model, and none is named; train one (method REWARD) and choose it for this run.",
    );
  return (candidates) => {
    const rows = candidates.map(({ prompt, reply }) => scoredRow(prompt.tokens, reply.completion));
    return scoreReplies(engine, REWARD_MODEL, rows);
  };
}

function byJudge({ question }: Extract<RewardSpec, { kind: "judge" }>, { judge, patience }: ScoringTools): Scoring {
  if (!judge)
    throw new TrainerError(
      "ENDPOINT_MISSING",
      "The reward judge needs an OpenAI-compatible endpoint; set JUDGE_URL and JUDGE_MODEL and start again.",
    );
  return async (candidates, signal) => {
    const grade = (i: number, either: AbortSignal) => {
      const { prompt, reply } = candidates[i]!;
      return gradeReply(judge, prompt.prompt, reply.text, { question, patience, signal: either });
    };
    const grades = await pooled(candidates.length, JUDGE_AT_ONCE, grade, [signal]);
    if (grades.every((grade) => grade === null))
      throw new TrainerError(
        "ENDPOINT_FAILED",
        `${judge.model} at ${judge.url} graded none of ${grades.length} replies: its answers hold no grade such as [[7]]. ` +
          "Choose a model that follows instructions.",
      );
    return Float64Array.from(grades, (grade) => grade ?? Number.NaN);
  };
}
